import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entries } from '../../scripts/entries.mjs';
import { bundleForBrowser, checkWords } from './check-words.ts';
import { everywhere, forbidden } from './forbidden-words.ts';

const inBrowser = entries.filter((entry) => entry.hosts === undefined || entry.hosts.includes('browser'));

describe('the browser bundle of', () => {
  it.each(inBrowser)('$subpath contains nothing it must not know', async ({ subpath, source }) => {
    expect(checkWords(await bundleForBrowser(`src/${source}`), [everywhere, forbidden[subpath] ?? {}])).toEqual([]);
  });
});

describe('the word checker', () => {
  it.each([
    ['a vendor in a string', "export const url = 'https://api.openai.com';", './workflow', /contains openai/],
    ['a host module', "export { readFile } from 'node:fs';", '.', /imports node:fs/],
    ['a schema library', "export { z } from 'zod';", './events', /imports zod/],
    ['an engine in a memory', "export class Memory { make() { return 'Workflow'; } }", './memory', /contains Workflow/],
  ])('finds %s', async (_what, source, subpath, found) => {
    const folder = mkdtempSync(join(tmpdir(), 'planted-'));
    try {
      writeFileSync(join(folder, 'planted.ts'), source);
      const bundle = await bundleForBrowser(join(folder, 'planted.ts'));
      expect(checkWords(bundle, [everywhere, forbidden[subpath]!]).join('\n')).toMatch(found);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('does not take WorkflowError for the word Workflow', () => {
    expect(checkWords({ text: 'class WorkflowError{}', imports: [] }, [forbidden['./memory']!])).toEqual([]);
  });
});
