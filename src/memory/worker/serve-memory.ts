import { type PortLike, serveWorker, type WorkerServer } from '../../local/index.ts';
import type { Memory } from '../memory.ts';
import { type MemoryMethods, unpack } from './methods.ts';

/**
 * Serves a memory to a `createWorkerMemory` at the other end of the line. `create` makes it when the first call comes; one
 * that fails is tried again by the next call.
 *
 * @example
 * // In the file of the worker; the types of a page would take `self` for a window.
 * serveMemory(self as unknown as PortLike, () => new Memory(undefined, createIndexedDbMemory()));
 */
export function serveMemory(port: PortLike, create: () => Memory | Promise<Memory>): WorkerServer {
  let made: Promise<Memory> | null = null;
  const open = async (namespace: string): Promise<Memory> => {
    made ??= Promise.resolve().then(create);
    let memory: Memory;
    try {
      memory = await made;
    } catch (error) {
      made = null;
      throw error;
    }
    return namespace === '' ? memory : memory.namespace(namespace);
  };
  const methods: MemoryMethods = {
    add: async ({ namespace, entries, vectors, options }, { signal, progress }) => (
      (await open(namespace)).addMany(unpack({ entries, vectors }), { ...options, signal, onProgress: progress })),
    search: async ({ namespace, queries, options }, { signal }) => (await open(namespace)).searchMany(queries, { ...options, signal }),
    get: async ({ namespace, id }) => (await open(namespace)).get(id),
    delete: async ({ namespace, ids }, { signal }) => (await open(namespace)).deleteMany(ids, { signal }),
    count: async ({ namespace, filter }) => (await open(namespace)).count(filter),
    deleteExpired: async () => (await open('')).deleteExpired(),
    reembed: async ({ options }, { signal, progress }) => (await open('')).reembed({ ...options, signal, onProgress: progress }),
    close: async () => {
      if (made !== null) await (await made).close();
      made = null;
    },
  };
  return serveWorker(port, { ...methods });
}
