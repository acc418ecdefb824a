import { expect, it } from 'vitest';
import {
  AbortedError, MemoryEmbeddingError, ValidationError, WorkerCrashedError,
} from '../../src/base/error-classes.ts';
import type { WorkerLike } from '../../src/local/index.ts';
import { Memory, MemoryResult, type SearchOptions } from '../../src/memory/index.ts';
import { createWorkerMemory } from '../../src/memory/worker/index.ts';
import { embedder, vectorOf } from './memory-in-worker.ts';

const entries = Array.from({ length: 2600 }, (_, i) => ({
  id: `n${i}`, text: `note ${i} about ${i % 10 === 0 ? 'lamps' : 'ropes'}`, metadata: { part: i % 7 }, docId: 'log', start: i * 10, end: i * 10 + 5,
}));

/** What a memory in a worker does; `spawn` starts one over the store of that name. */
export function memoryWorkerSuite(spawn: (store: string) => WorkerLike): void {
  let stores = 0;
  const fresh = (): string => `worker-${Date.now()}-${stores++}`;

  it('answers as a memory in the same thread does', { timeout: 180_000 }, async () => {
    const there = createWorkerMemory({ spawn: () => spawn(fresh()) });
    const here = new Memory(embedder);
    const seen: [number, number | null][] = [];
    const heard: number[] = [];
    there.on('progress', ({ done }) => heard.push(done));
    expect(await there.addMany(entries, { batchSize: 500, onProgress: ({ done, total }) => seen.push([done, total]) })).toBe(2600);
    expect(seen.at(-1)).toEqual([2600, 2600]);
    expect(seen.map(([done]) => done)).toEqual([500, 1000, 1024, 1524, 2024, 2048, 2548, 2600]);
    expect(heard).toEqual(seen.map(([done]) => done));
    await here.addMany(entries);
    const searches: [string, SearchOptions][] = [
      ['note 777', { mode: 'semantic' }], ['lamps', { limit: 30, explain: true }], ['ropes', { mode: 'keyword', filter: { part: { $gt: 4 } } }],
      ['note 12', { mode: 'simhash', limit: 3 }], ['lamps', { diversity: 0.5, limit: 5 }],
      ['ropes', { limit: 4, reranker: { rerank: (_, texts) => Promise.resolve(texts.map((text) => Number(text.split(' ')[1]))) } }],
    ];
    for (const [query, options] of searches) {
      const found = await there.search(query, options);
      expect(found).toEqual(await here.search(query, options));
      expect(found.every((hit) => hit instanceof MemoryResult)).toBe(true);
    }
    expect(await there.searchLocal('lamps', 2)).toEqual(await here.searchLocal('lamps', 2));
    const { createdAt: _, ...entry } = await there.get('n5') ?? { createdAt: 0 };
    expect(entry).toMatchObject({ id: 'n5', text: entries[5]?.text, docId: 'log', start: 50 });
    expect([await there.get('none'), await there.count(), await there.count({ part: 1 })]).toEqual([null, 2600, await here.count({ part: 1 })]);
    expect([await there.delete('n5'), await there.delete('n5'), await there.deleteMany(['n6', 'n7', 'x'])]).toEqual([true, false, 2]);
    const ada = there.namespace('ada');
    await ada.add('own', 'a note of her own', { private: true });
    expect([await ada.count(), await there.get('own'), await there.count()]).toEqual([1, null, 2597]);
    expect(await there.addMany(entries)).toBe(3);
    expect(await there.addMany([{ id: 'copy', text: 'note 1 about ropes', metadata: { part: 1 } }], { dedupe: true })).toBe(0);
    await there.close();
  });

  it('takes vectors along, and leaves those of the caller as they are', async () => {
    const memory = createWorkerMemory({ spawn: () => spawn(fresh()) });
    const vectors = [vectorOf('a'), vectorOf('b'), Array.from(vectorOf('c'))];
    await memory.addMany(vectors.map((vector, i) => ({ id: `v${i}`, text: 'x', vector })));
    await memory.addMany([{ id: 'with', text: 'y', vector: vectorOf('d') }, { id: 'without', text: 'z' }]);
    expect(vectors.map((vector) => vector.length)).toEqual([16, 16, 16]);
    for (const [i, text] of ['a', 'b', 'c'].entries()) {
      expect((await memory.search(text, { mode: 'semantic', limit: 1 }))[0]).toMatchObject({ id: `v${i}` });
    }
    expect((await memory.search('z', { mode: 'semantic', limit: 1 }))[0]?.id).toBe('without');
    await memory.close();
    await expect(memory.count()).rejects.toBeInstanceOf(ValidationError);
  });

  it('throws what the memory there throws, and stops when it is told to', async () => {
    const memory = createWorkerMemory({ spawn: () => spawn(fresh()) });
    await expect(memory.add('x', ' ')).rejects.toBeInstanceOf(ValidationError);
    await expect(memory.addMany([{ id: 'x', text: 'x', vector: [Number.NaN, 1] }])).rejects.toBeInstanceOf(MemoryEmbeddingError);
    await expect(memory.search(' ')).rejects.toBeInstanceOf(ValidationError);
    await memory.add('a', 'fine');
    const controller = new AbortController();
    const call = memory.addMany([{ id: 'b', text: 'stored' }, { id: 'w', text: 'wait' }, { id: 'c', text: 'never' }], {
      batchSize: 1, signal: controller.signal, onProgress: ({ done }) => { if (done === 1) controller.abort(); },
    });
    await expect(call).rejects.toBeInstanceOf(AbortedError);
    expect([await memory.count(), await memory.get('c')]).toEqual([2, null]);
    await expect(memory.search('a', { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortedError);
    await memory.close();
  });

  it('after a crash goes on with what was acknowledged, in a new worker', async () => {
    const store = fresh();
    let spawned = 0;
    const memory = createWorkerMemory({ spawn: () => { spawned++; return spawn(store); } });
    const all = [...entries.slice(0, 150), { id: 'last', text: 'crash' }, ...entries.slice(150, 300)];
    let acknowledged = 0;
    const error = await memory.addMany(all, { batchSize: 50, onProgress: ({ done }) => { acknowledged = done; } }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkerCrashedError);
    expect(error).toMatchObject({ retryable: true });
    expect(acknowledged).toBe(150);
    expect([await memory.count(), spawned]).toEqual([150, 2]);
    expect(await memory.addMany(entries.slice(0, 300))).toBe(150);
    expect((await memory.search('note 299 about ropes', { mode: 'semantic', limit: 1 }))[0]?.id).toBe('n299');
    await memory.close();
  });
}
