import { describe, expect, it } from 'vitest';
import { Memory, type MemoryEntry } from '../../../src/memory/index.ts';
import { createWorkerMemory } from '../../../src/memory/worker/index.ts';
import { memoryWorkerSuite } from '../../helpers/memory-worker-suite.ts';

describe('a memory in a Worker', () => {
  memoryWorkerSuite((name) => new Worker(new URL('memory-worker.ts', import.meta.url), { type: 'module', name }));
});

/** Turns of the event loop that this thread gets until the work is done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  let turns = -1;
  port1.addEventListener('message', () => {
    turns++;
    port2.postMessage(null);
  });
  port1.start();
  port2.postMessage(null);
  await work();
  port1.close();
  return Math.max(0, turns);
}

const DIMENSIONS = 384;
const SEARCHES = 50;
const base = Float32Array.from({ length: DIMENSIONS }, (_, i) => Math.sin(i));

function* vectors(count: number): Generator<MemoryEntry> {
  for (let i = 0; i < count; i++) {
    const vector = base.slice();
    vector[i % DIMENSIONS] = 30 + i / count;
    yield { id: `v${i}`, text: 'x', vector };
  }
}

it('a page goes on while a worker takes in and searches 100,000 vectors, and stands still when it does so itself', { timeout: 180_000 }, async () => {
  const there = createWorkerMemory({ spawn: () => new Worker(new URL('large-memory-worker.ts', import.meta.url), { type: 'module' }) });
  const here = new Memory({ modelId: 'scripted', dimensions: DIMENSIONS, doEmbed: (texts) => Promise.resolve(texts.map(() => base)) });
  const options = { mode: 'semantic', limit: 10 } as const;
  const search = async (memory: Pick<Memory, 'search'>): Promise<void> => {
    for (let i = 0; i < SEARCHES; i++) await memory.search('7', options);
  };
  await there.count();
  await here.count();

  let batches = 0;
  const adding = await turnsDuring(() => there.addMany(vectors(100_000), { batchSize: 1024, onProgress: () => { batches++; } }));
  expect(await there.count()).toBe(100_000);
  const searching = await turnsDuring(() => search(there));
  const blocked = [
    await turnsDuring(() => here.addMany(vectors(5000), { batchSize: 1024 })), await turnsDuring(() => search(here)),
  ];
  console.log(`turns of the page: ${adding} while a worker took in 100,000 vectors, ${searching} while it searched them ${SEARCHES} times; ${blocked.join(' and ')} when the page did it (5,000)`);
  const [hit] = await there.search('7', options);
  expect(Number(hit?.id.slice(1)) % DIMENSIONS).toBe(7);
  expect(batches).toBe(98);
  expect(adding).toBeGreaterThan(batches * 5);
  expect(searching).toBeGreaterThan(SEARCHES * 5);
  // The first 2,048 load the code for more, which is the only time it waits for anything.
  expect(Math.max(...blocked)).toBeLessThan(200);
  expect(blocked[1]).toBe(0);
  await there.close();
});
