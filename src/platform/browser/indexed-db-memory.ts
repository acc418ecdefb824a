import { createStore, getMany, keys, promisifyRequest, type UseStore } from 'idb-keyval';
import { throwIfAborted } from '../../base/abort.ts';
import { sameBytes } from '../../base/bytes.ts';
import { MemoryError, MemoryQuotaError } from '../../base/error-classes.ts';
import { SegmentBackend } from '../../memory/segments/index.ts';
import type { MemoryBackendSpec, SegmentStoreSpec } from '../../spec/memory.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Where in IndexedDB the memory lies. */
export interface IndexedDbMemoryOptions {
  /** Name of the database, one per memory. Default 'blazen-memory'. */
  readonly database?: string;
}

const OBJECT_STORE = 'segments';

/**
 * Keeps a memory in the browser's IndexedDB: it survives reloads, and tabs of the same origin may share it.
 *
 * Pass it to a `Memory` as the backend. A full disk is a MemoryQuotaError, and what was stored before stays.
 *
 * @example
 * const memory = new Memory(undefined, createIndexedDbMemory({ database: 'notes' }));
 */
export function createIndexedDbMemory(options: IndexedDbMemoryOptions = {}): MemoryBackendSpec {
  return new SegmentBackend(createIndexedDbSegments(options));
}

/** The named blobs under it, in the object store 'segments'. */
export function createIndexedDbSegments(options: IndexedDbMemoryOptions = {}): SegmentStoreSpec {
  let store: UseStore | null = null;
  const database = options.database ?? 'blazen-memory';
  const open = (): UseStore => (store ??= createStore(database, OBJECT_STORE));
  return {
    kind: 'segments',
    persistent: true,
    shared: true,
    async readSegments(names, { signal } = {}) {
      throwIfAborted(signal, 'Reading the memory');
      const values = await guard('read', () => getMany<unknown>([...names], open()));
      return values.map((value) => (value instanceof Uint8Array ? value : null));
    },
    async writeSegments(changes, expected, { signal } = {}) {
      throwIfAborted(signal, 'Writing to the memory');
      return guard('write', () => open()('readwrite', async (objects) => {
        // One transaction: the comparison and all changes happen, or nothing does.
        if (expected !== undefined) {
          const current: unknown = await promisifyRequest(objects.get(expected.key));
          if (!sameBytes(current instanceof Uint8Array ? current : null, expected.bytes)) return false;
        }
        for (const { key, bytes } of changes) {
          if (bytes === null) objects.delete(key);
          else objects.put(bytes, key);
        }
        await promisifyRequest(objects.transaction);
        return true;
      }));
    },
    listSegments: async () => (await guard('read', () => keys<string>(open()))).map(String),
    // Pages without a certificate have IndexedDB but no locks.
    ...('locks' in navigator ? { exclusive: (work) => oneAtATime(database, work) } : {}),
    async close() {
      // idb-keyval keeps its connection to itself; every transaction can reach it.
      await store?.('readonly', (objects) => objects.transaction.db.close());
      store = null;
    },
  };
}

async function guard<T>(action: 'read' | 'write', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'QuotaExceededError') {
      throw new MemoryQuotaError('Cannot write to the memory: the browser\'s storage for this site is full', { cause });
    }
    throw new MemoryError(`Cannot ${action} the memory: IndexedDB failed`, { cause });
  }
}
