import * as idb from 'idb-keyval';
import { describe, expect, it, vi } from 'vitest';
import { MemoryQuotaError } from '../../../src/base/error-classes.ts';
import { Memory } from '../../../src/memory/index.ts';
import { createIndexedDbMemory, createIndexedDbSegments } from '../../../src/platform/browser/index.ts';
import type { ScanPage, StoredEntry } from '../../../src/spec/memory.ts';
import { memoryBackendSuite } from '../../../src/testing/index.ts';
import { damageSegment } from '../../helpers/damage-segment.ts';
import { badInputSuite } from '../../helpers/memory-bad-input.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

let databases = 0;
let current = '';
const fresh = (): string => (current = `memory-test-${Date.now()}-${databases++}`);

describe('a memory in IndexedDB', () => {
  memoryBackendSuite(createTestApi((name, run) => it(name, run)), {
    create: () => Promise.resolve(createIndexedDbMemory({ database: fresh() })),
    reopen: () => Promise.resolve(createIndexedDbMemory({ database: current })),
    damage: () => damageSegment(createIndexedDbSegments({ database: current })),
    cleanUp: async () => {
      await new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase(current);
        request.onsuccess = resolve;
        request.onerror = reject;
      });
    },
  });

  badInputSuite(createTestApi((name, run) => it(name, run)), {
    create: () => Promise.resolve(createIndexedDbMemory({ database: fresh() })),
    reopen: () => Promise.resolve(createIndexedDbMemory({ database: current })),
  });

  it('finds after a reload what was added before it', async () => {
    const database = fresh();
    const memory = new Memory(undefined, createIndexedDbMemory({ database }));
    await memory.addMany(Array.from({ length: 1200 }, (_, i) => ({ id: `n${i}`, text: `note ${i} about ${i === 777 ? 'axolotl' : 'nothing'}`, metadata: { i } })));
    await memory.close();
    const again = new Memory(undefined, createIndexedDbMemory({ database }));
    expect((await again.search('axolotls', 1))[0]).toMatchObject({ id: 'n777', metadata: { i: 777 } });
    await again.add('n777', 'replaced');
    expect(await again.count()).toBe(1200);
    await again.close();
  });

  it('reads a large memory with one record per 1,024 entries, all of them found in one transaction', async () => {
    const database = fresh();
    const backend = createIndexedDbMemory({ database });
    const entries = Array.from({ length: 5200 }, (_, i) => ({ id: `n${i}`, text: `note ${i}`, metadata: null, vector: Float32Array.from([i, 1]) }));
    for (let from = 0; from < entries.length; from += 1024) await backend.putMany(entries.slice(from, from + 1024));
    await backend.close?.();
    const store = createIndexedDbSegments({ database });
    expect(await store.listSegments()).toHaveLength(6 + 1);
    await store.close?.();
    const transactions = vi.spyOn(IDBDatabase.prototype, 'transaction');
    const gets = vi.spyOn(IDBObjectStore.prototype, 'get');
    const again = createIndexedDbMemory({ database });
    const found: string[] = [];
    for (let cursor: string | null = null, more = true; more;) {
      const page: ScanPage = await again.scan({ cursor });
      found.push(...page.items.map(({ id, vector }) => `${id} ${vector?.[0]}`));
      ({ cursor } = page);
      more = cursor !== null;
    }
    // The manifest, then six segments.
    expect([transactions.mock.calls.length, gets.mock.calls.length]).toEqual([1 + 1, 1 + 6]);
    vi.restoreAllMocks();
    expect(found).toEqual(entries.map(({ id }, i) => `${id} ${i}`));
    await again.close?.();
  });

  // 300 kB of vectors: more than a value may have to be kept as it is.
  const large = Array.from({ length: 200 }, (_, i): StoredEntry => ({ id: `n${i}`, text: `note ${i}`, metadata: null, vector: new Float32Array(384).fill(i + 1) }));
  const expectLarge = async (database: string): Promise<void> => {
    const backend = createIndexedDbMemory({ database });
    expect((await backend.scan()).items.flatMap(({ id, vector }) => [id, vector?.[383]])).toEqual(large.flatMap(({ id }, i) => [id, i + 1]));
    await backend.close?.();
  };
  // `put` of every object store, with a look at what it is given.
  const watchPuts = (look: (value: unknown) => void): void => {
    // eslint-disable-next-line typescript/unbound-method -- called with its store below
    const { put } = IDBObjectStore.prototype;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function watched(this: IDBObjectStore, ...values: Parameters<typeof put>) {
      look(values[0]);
      return put.apply(this, values);
    });
  };
  const stored = async (database: string, rewrite: (value: unknown) => Promise<unknown> = (value) => Promise.resolve(value)): Promise<unknown[]> => {
    const segments = idb.createStore(database, 'segments');
    const found = await idb.entries<string, unknown>(segments);
    for (const [key, value] of found) await idb.set(key, await rewrite(value), segments);
    return found.map(([, value]) => (value as object).constructor.name).toSorted();
  };

  it('keeps a large segment as a blob, and reads one that was stored as bytes', async () => {
    const database = fresh();
    const backend = createIndexedDbMemory({ database });
    await backend.putMany(large);
    const asBytes = async (value: unknown): Promise<unknown> => (value instanceof Blob ? new Uint8Array(await value.arrayBuffer()) : value);
    expect(await stored(database, asBytes)).toEqual(['Blob', 'Uint8Array']);
    expect(await stored(database)).toEqual(['Uint8Array', 'Uint8Array']);
    await expectLarge(database);
    await backend.close?.();
  });

  it('keeps bytes where the browser keeps no blobs', async () => {
    const database = fresh();
    let blobs = 0;
    watchPuts((value) => {
      if (!(value instanceof Blob)) return;
      blobs++;
      throw new DOMException('BlobURLs are not yet supported', 'DataCloneError');
    });
    const backend = createIndexedDbMemory({ database });
    await backend.putMany(large.slice(0, 100));
    await backend.putMany(large);
    // It has learned that from the first.
    expect(blobs).toBe(1);
    vi.restoreAllMocks();
    expect(await stored(database)).toEqual(['Uint8Array', 'Uint8Array']);
    await expectLarge(database);
    await backend.close?.();
  });

  it('writes once, not twice, when the disk is full', async () => {
    const backend = createIndexedDbMemory({ database: fresh() });
    let puts = 0;
    watchPuts(() => {
      puts++;
      throw new DOMException('full', 'QuotaExceededError');
    });
    await expect(backend.putMany(large)).rejects.toThrow(MemoryQuotaError);
    vi.restoreAllMocks();
    expect(puts).toBe(1);
    await backend.close?.();
  });

  it('writes the open segment and the manifest for one added entry, not one record per entry', async () => {
    const database = fresh();
    const store = createIndexedDbSegments({ database });
    const memory = new Memory(undefined, createIndexedDbMemory({ database }));
    await memory.addMany(Array.from({ length: 2100 }, (_, i) => ({ id: `n${i}`, text: `note ${i}` })), { batchSize: 700 });
    const before = new Set(await store.listSegments());
    expect(before.size).toBe(4);
    await memory.add('one more', 'note');
    expect((await store.listSegments()).filter((key) => !before.has(key))).toHaveLength(1);
    await Promise.all([memory.close(), store.close?.()]);
  });

  it('reports a full disk as a typed error and keeps what was there', async () => {
    const database = fresh();
    const memory = new Memory(undefined, createIndexedDbMemory({ database }));
    await memory.add('kept', 'a note that stays');
    const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => { throw new DOMException('full', 'QuotaExceededError'); });
    await expect(memory.add('lost', 'no room')).rejects.toBeInstanceOf(MemoryQuotaError);
    full.mockRestore();
    expect(await memory.count()).toBe(1);
    await memory.add('next', 'room again');
    expect(await memory.count()).toBe(2);
    await memory.close();
    const again = new Memory(undefined, createIndexedDbMemory({ database }));
    expect([await again.count(), (await again.get('kept'))?.text]).toEqual([2, 'a note that stays']);
    await again.close();
  });
});
