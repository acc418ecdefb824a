import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { programBudgets } from '../../../scripts/size-budgets.mjs';

// The program whose bytes are bounded is one that works. It uses the built package, and something like a page's storage.

const dist = new URL('../../../dist/node/', import.meta.url);
const source = programBudgets.find(({ name }) => name === 'a workflow that asks, is saved and resumed')?.source ?? '';

async function visit(stored: object): Promise<{ said: string; stored: object }> {
  const program = source.replaceAll(/'blazen-ts\/(\w+)'/g, (_all, room: string) => JSON.stringify(new URL(`${room}/index.js`, dist).href));
  const text = `globalThis.localStorage = ${JSON.stringify(stored)};\n${program}\nconsole.log(JSON.stringify(localStorage));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', text], { timeout: 180_000 });
  const [said = '', after = '{}'] = stdout.trim().split('\n');
  return { said, stored: JSON.parse(after) as object };
}

test('the program that asks, is saved and resumed asks in one process and ends in another', async () => {
  const first = await visit({});
  expect(first.said).toBe('Order coat?');
  expect((await visit(first.stored)).said).toBe('yes');
});
