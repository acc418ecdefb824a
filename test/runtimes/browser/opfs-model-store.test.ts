import { expect, it } from 'vitest';
import { createOpfsModelStore } from '../../../src/platform/browser/index.ts';

it('whoever reads a small file while it is replaced has the one before or the one after it, never nothing', async () => {
  const store = createOpfsModelStore(`models-test-${Date.now()}`);
  const ROUNDS = 150;
  await store.replace('record', new Uint8Array(100).fill(1));
  let writing = true;
  const writer = (async () => {
    for (let i = 2; i < ROUNDS; i++) await store.replace('record', new Uint8Array(100 + i).fill(i));
    writing = false;
  })();
  const seen: number[] = [];
  while (writing) {
    const size = await store.size('record');
    const pieces: Uint8Array[] = [];
    for await (const piece of store.read('record')) pieces.push(piece);
    expect([size !== null, pieces.length, new Set(pieces[0]).size]).toEqual([true, 1, 1]);
    seen.push(pieces[0]?.[0] ?? 0);
  }
  await writer;
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(new Set(seen).size).toBeGreaterThan(10);
});
