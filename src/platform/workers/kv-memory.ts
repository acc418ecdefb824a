import { throwIfAborted } from '../../base/abort.ts';
import { MemoryError } from '../../base/error-classes.ts';
import { SegmentBackend } from '../../memory/segments/index.ts';
import type { MemoryBackendSpec, SegmentStoreSpec } from '../../spec/memory.ts';

/** What is needed of a Workers KV namespace. */
export interface KvNamespace {
  get(key: string, type: 'arrayBuffer'): Promise<ArrayBuffer | null>;
  put(key: string, value: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
  list(options: { prefix: string; cursor?: string }): Promise<{ keys: { name: string }[]; list_complete: boolean; cursor?: string }>;
}

/** Where in the namespace the memory lies. */
export interface KvMemoryOptions {
  /** Start of every key, one per memory. Default 'blazen-memory/'. */
  readonly prefix?: string;
}

// Documented limit of a KV value is 25 MiB.
const MAX_BYTES = 25 * 1024 * 1024;

/**
 * Keeps a memory in Workers KV: written by one worker at a time, read by many.
 *
 * KV has no transactions and shows a write elsewhere only after up to a minute, so two writers at once lose one
 * another's entries. Where that can happen use a Durable Object.
 */
export function createKvMemory(namespace: KvNamespace, options: KvMemoryOptions = {}): MemoryBackendSpec {
  const prefix = options.prefix ?? 'blazen-memory/';
  const store: SegmentStoreSpec = {
    kind: 'segments',
    persistent: true,
    shared: false,
    maxBytes: MAX_BYTES,
    readSegments: (keys, { signal } = {}) => {
      throwIfAborted(signal, 'Reading the memory');
      return guard('read', () => Promise.all(keys.map(async (key) => {
        const value = await namespace.get(prefix + key, 'arrayBuffer');
        return value === null ? null : new Uint8Array(value);
      })));
    },
    async writeSegments(changes, _expected, { signal } = {}) {
      throwIfAborted(signal, 'Writing to the memory');
      return guard('write', async () => {
        for (const { key, bytes } of changes) {
          if (bytes === null) await namespace.delete(prefix + key);
          else await namespace.put(prefix + key, bytes);
        }
        return true;
      });
    },
    listSegments: () => guard('read', async () => {
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await namespace.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
        names.push(...page.keys.map(({ name }) => name.slice(prefix.length)));
        cursor = page.list_complete ? undefined : page.cursor;
      } while (cursor !== undefined);
      return names;
    }),
  };
  return new SegmentBackend(store);
}

async function guard<T>(action: 'read' | 'write', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new MemoryError(`Cannot ${action} the memory: Workers KV failed`, { cause });
  }
}
