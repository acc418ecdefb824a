import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ambientNames } from './ambient-names.ts';
import { readAmbientNames } from './read-ambient-names.ts';

it('the portable rooms take no more from the host than the frozen list of names', async () => {
  const found = await readAmbientNames('src', ['platform', 'cli']);
  const extra = [...found].filter(([name]) => !ambientNames.includes(name)).map(([name, files]) => `${name} in ${files.join(', ')}`);
  expect(extra).toEqual([]);
});

it('a name of one host is found however it is written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'planted-'));
  try {
    writeFileSync(join(folder, 'planted.ts'), `
      export const a: unknown = process.env;
      export const b: unknown = globalThis.navigator;
      export const c: unknown = globalThis['localStorage'];
      export let d: HTMLElement;
      export const e = (): unknown => Deno.cwd();
      export let f: NodeJS.Timeout;
      export const g: unknown = Buffer.from('');
      export const h: unknown = document;
      export const fine: unknown = new Map([[1, Promise.resolve(1)]]).entries();
    `);
    const found = await readAmbientNames(folder, []);
    expect([...found.keys()].sort()).toEqual(
      ['Buffer', 'Deno', 'HTMLElement', 'NodeJS', 'document', 'localStorage', 'navigator', 'process'],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
