// What the page of the strict-policy test runs: the ids of many searches in one memory, in order.
import { Memory } from '../../src/memory/index.ts';

const DIMENSIONS = 48;

function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

async function rankings(): Promise<string[]> {
  const random = numbers(5);
  const vector = (): Float32Array => Float32Array.from({ length: DIMENSIONS }, () => random() + random() - 1);
  let query = vector();
  const memory = new Memory({ modelId: 'scripted', dimensions: DIMENSIONS, doEmbed: (texts) => Promise.resolve(texts.map(() => query)) });
  await memory.addMany(Array.from({ length: 5000 }, (_, i) => ({ id: `${i}`, text: 'x', vector: vector() })), { batchSize: 1000 });
  const found: string[] = [];
  for (let i = 0; i < 60; i++) {
    query = vector();
    for (const accuracy of ['exact', 'high', 'fast'] as const) {
      const hits = await memory.search('q', { mode: 'semantic', accuracy, limit: 10 });
      found.push(hits.map(({ id, score }) => `${id}:${score}`).join(' '));
    }
  }
  return found;
}

function compiles(): boolean {
  try {
    return new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}

const page = { compiles, rankings };
export type RankingPage = typeof page;
Object.assign(globalThis, { page });
