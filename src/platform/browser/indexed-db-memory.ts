import { createStore, getMany, keys, promisifyRequest, type UseStore } from 'idb-keyval';
import { throwIfAborted } from '../../base/abort.ts';
import { sameBytes } from '../../base/bytes.ts';
import { MemoryError, MemoryQuotaError } from '../../base/error-classes.ts';
import { SegmentBackend } from '../../memory/segments/index.ts';
import type { BackendCallOptions, MemoryBackendSpec, SegmentStoreSpec } from '../../spec/memory.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Where in IndexedDB the memory lies. */
export interface IndexedDbMemoryOptions {
  /** Name of the database, one per memory. Default 'blazen-memory'. */
  readonly database?: string;
}

const OBJECT_STORE = 'segments';
// Chromium makes a blob of any larger value, and gives it back for half the work when it was one already.
const INLINE = 65_536;

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
  let inline = INLINE;
  const database = options.database ?? 'blazen-memory';
  const open = (): UseStore => (store ??= createStore(database, OBJECT_STORE));
  const findSegments = async (names: readonly string[], { signal }: BackendCallOptions = {}): Promise<((() => Promise<Uint8Array>) | null)[]> => {
    throwIfAborted(signal, 'Reading the memory');
    return (await guard('read', () => getMany<unknown>([...names], open()))).map((value) => {
      if (value instanceof Blob) return () => guard('read', async () => new Uint8Array(await value.arrayBuffer()));
      return value instanceof Uint8Array ? () => Promise.resolve(value) : null;
    });
  };
  return {
    kind: 'segments',
    persistent: true,
    shared: true,
    findSegments,
    readSegments: async (names, called) => Promise.all((await findSegments(names, called)).map(async (read) => await read?.() ?? null)),
    async writeSegments(changes, expected, { signal } = {}) {
      throwIfAborted(signal, 'Writing to the memory');
      const write = (most: number): Promise<boolean> => open()('readwrite', async (objects) => {
        // One transaction: the comparison and all changes happen, or nothing does.
        if (expected !== undefined) {
          const current: unknown = await promisifyRequest(objects.get(expected.key));
          if (!sameBytes(current instanceof Uint8Array ? current : null, expected.bytes)) return false;
        }
        for (const { key, bytes } of changes) {
          if (bytes === null) objects.delete(key);
          // What is compared must be at hand within the transaction.
          else objects.put(bytes.length > most && key !== expected?.key ? new Blob([bytes as Uint8Array<ArrayBuffer>]) : bytes, key);
        }
        await promisifyRequest(objects.transaction);
        return true;
      });
      return guard('write', () => write(inline).catch(async (error: unknown) => {
        if (inline === Infinity || isQuota(error)) throw error;
        // Safari keeps no blobs in private windows.
        const written = await write(Infinity);
        inline = Infinity;
        return written;
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
    if (isQuota(cause)) {
      throw new MemoryQuotaError('Cannot write to the memory: the browser\'s storage for this site is full', { cause });
    }
    throw new MemoryError(`Cannot ${action} the memory: IndexedDB failed`, { cause });
  }
}

function isQuota(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}
