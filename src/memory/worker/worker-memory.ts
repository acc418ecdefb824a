import { ValidationError } from '../../base/error-classes.ts';
import { createWorkerHost, type WorkerHost, type WorkerHostOptions } from '../../local/index.ts';
import type { StoredEntry } from '../../spec/memory.ts';
import type { MemoryEntry } from '../entry.ts';
import type { MemoryFilter } from '../filter.ts';
import { inBatches } from '../in-batches.ts';
import type { AddManyOptions, IngestProgress } from '../memory.ts';
import { MemoryResult } from '../memory-result.ts';
import { poolSize, type SearchOptions } from '../search.ts';
import { type MemoryMethods, pack, type SentAddOptions } from './methods.ts';

/**
 * The methods of a `Memory`, answered by one in a worker. They throw what the memory there throws, with its class, and
 * WorkerCrashedError when the worker dies; the next call starts a new one, which reads its backend again.
 */
export interface WorkerMemory {
  namespace(name: string): WorkerMemory;
  add(id: string, text: string, metadata?: unknown, options?: AddManyOptions): Promise<void>;
  upsert(entries: MemoryEntry | readonly MemoryEntry[], options?: AddManyOptions): Promise<void>;
  /** Reads the source no faster than the worker stores. Repeating a call that a crash cut short goes on where it stopped. */
  addMany(entries: Iterable<MemoryEntry> | AsyncIterable<MemoryEntry>, options?: AddManyOptions): Promise<number>;
  get(id: string): Promise<StoredEntry | null>;
  delete(id: string): Promise<boolean>;
  deleteMany(ids: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<number>;
  count(filter?: MemoryFilter | null): Promise<number>;
  deleteExpired(): Promise<number>;
  /** A reranker runs here, not in the worker. */
  search(query: string, limitOrOptions?: number | SearchOptions, filter?: MemoryFilter | null): Promise<MemoryResult[]>;
  searchMany(queries: readonly string[], limitOrOptions?: number | SearchOptions, filter?: MemoryFilter | null): Promise<MemoryResult[][]>;
  query(query: string, limitOrOptions?: number | SearchOptions, filter?: MemoryFilter | null): Promise<MemoryResult[]>;
  searchLocal(query: string, limitOrOptions?: number | SearchOptions, filter?: MemoryFilter | null): Promise<MemoryResult[]>;
  reembed(options?: AddManyOptions): Promise<number>;
  /** Calls the listener after each stored batch, of whichever call made here. */
  on(event: 'progress', listener: (progress: IngestProgress) => void): this;
  off(event: 'progress', listener: (progress: IngestProgress) => void): this;
  /** Closes the backend and ends the worker. */
  close(): Promise<void>;
}

type Host = WorkerHost<{ [Name in keyof MemoryMethods]: MemoryMethods[Name] }>;

// Entries per message: enough to hide the way, few enough to abort and report soon.
const MESSAGE_ENTRIES = 1024;
const DEFAULT_LIMIT = 10;

/**
 * A memory in a worker of the host: nothing that is added or searched blocks this thread. The file of the worker calls
 * `serveMemory`; its embedder and backend live there. Vectors that entries bring are moved, not copied one by one.
 *
 * @example
 * const memory = createWorkerMemory({
 *   spawn: () => new Worker(new URL('./memory-worker.js', import.meta.url), { type: 'module' }),
 * });
 * await memory.addMany([{ text: 'Paris is the capital of France.' }], { onProgress: ({ done }) => console.log(done) });
 * const hits = await memory.search('capital of France', 5);
 */
export function createWorkerMemory(options: WorkerHostOptions): WorkerMemory {
  return new RemoteMemory(createWorkerHost(options), '');
}

class RemoteMemory implements WorkerMemory {
  readonly #host: Host;
  readonly #namespace: string;
  readonly #listeners = new Set<(progress: IngestProgress) => void>();

  constructor(host: Host, namespace: string) {
    this.#host = host;
    this.#namespace = namespace;
  }

  namespace(name: string): WorkerMemory {
    if (typeof name !== 'string' || name.includes('\u001f')) throw new ValidationError('A namespace is a string without U+001F');
    return new RemoteMemory(this.#host, name);
  }

  async add(id: string, text: string, metadata?: unknown, options: AddManyOptions = {}): Promise<void> {
    await this.addMany([{ id, text, metadata }], options);
  }

  async upsert(entries: MemoryEntry | readonly MemoryEntry[], options: AddManyOptions = {}): Promise<void> {
    await this.addMany(Array.isArray(entries) ? entries as readonly MemoryEntry[] : [entries as MemoryEntry], options);
  }

  async addMany(entries: Iterable<MemoryEntry> | AsyncIterable<MemoryEntry>, options: AddManyOptions = {}): Promise<number> {
    const total = Array.isArray(entries) ? entries.length : null;
    let [done, stored] = [0, 0];
    const { signal } = options;
    for await (const batch of inBatches(entries, MESSAGE_ENTRIES, signal)) {
      const packed = pack(batch);
      const before = done;
      stored += await this.#host.call('add', { namespace: this.#namespace, ...packed, options: sent(options) }, {
        ...signalOf(options), transfer: packed.vectors === null ? [] : [packed.vectors.buffer],
        onProgress: (progress) => this.#report({ done: before + progress.done, total }, options),
      });
      done += batch.length;
    }
    return stored;
  }

  get(id: string): Promise<StoredEntry | null> {
    return this.#host.call('get', { namespace: this.#namespace, id });
  }

  async delete(id: string): Promise<boolean> {
    return (await this.deleteMany([id])) > 0;
  }

  deleteMany(ids: readonly string[], options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    return this.#host.call('delete', { namespace: this.#namespace, ids: [...ids] }, signalOf(options));
  }

  count(filter: MemoryFilter | null = null): Promise<number> {
    return this.#host.call('count', { namespace: this.#namespace, filter });
  }

  deleteExpired(): Promise<number> {
    return this.#host.call('deleteExpired', null);
  }

  async search(query: string, limitOrOptions: number | SearchOptions = {}, filter: MemoryFilter | null = null): Promise<MemoryResult[]> {
    return (await this.searchMany([query], limitOrOptions, filter))[0] as MemoryResult[];
  }

  async searchMany(queries: readonly string[], limitOrOptions: number | SearchOptions = {}, filter: MemoryFilter | null = null): Promise<MemoryResult[][]> {
    const { signal, reranker, ...options } = typeof limitOrOptions === 'number' ? { limit: limitOrOptions, filter } : limitOrOptions;
    const { limit = DEFAULT_LIMIT, mode = 'hybrid' } = options;
    const call = signal === undefined ? {} : { signal };
    const pool = reranker === undefined ? limit : poolSize({ ...options, reranker, limit, mode });
    const found = await this.#host.call('search', { namespace: this.#namespace, queries: [...queries], options: { ...options, limit: pool } }, call);
    return Promise.all(found.map(async (hits, i) => {
      // Classes do not cross the line.
      const results = hits.map((hit) => new MemoryResult(hit.id, hit.text, hit.score, hit.metadata, hit));
      return reranker === undefined ? results : (await import('../rerank.ts')).rerank(queries[i] as string, results, reranker, limit, signal);
    }));
  }

  query(query: string, limitOrOptions?: number | SearchOptions, filter?: MemoryFilter | null): Promise<MemoryResult[]> {
    return this.search(query, limitOrOptions, filter);
  }

  searchLocal(query: string, limitOrOptions: number | SearchOptions = {}, filter: MemoryFilter | null = null): Promise<MemoryResult[]> {
    return this.search(query, { mode: 'keyword', ...(typeof limitOrOptions === 'number' ? { limit: limitOrOptions, filter } : limitOrOptions) });
  }

  reembed(options: AddManyOptions = {}): Promise<number> {
    return this.#host.call('reembed', { options: sent(options) }, {
      ...signalOf(options), onProgress: (progress) => this.#report(progress, options),
    });
  }

  on(_event: 'progress', listener: (progress: IngestProgress) => void): this {
    this.#listeners.add(listener);
    return this;
  }

  off(_event: 'progress', listener: (progress: IngestProgress) => void): this {
    this.#listeners.delete(listener);
    return this;
  }

  async close(): Promise<void> {
    try {
      await this.#host.call('close', null);
    } finally {
      this.#host.close();
    }
  }

  #report(progress: IngestProgress, options: AddManyOptions): void {
    options.onProgress?.(progress);
    for (const listener of this.#listeners) listener(progress);
  }
}

function sent({ batchSize, dedupe }: AddManyOptions): SentAddOptions {
  return { ...(batchSize === undefined ? {} : { batchSize }), ...(dedupe === undefined ? {} : { dedupe }) };
}

function signalOf({ signal }: { readonly signal?: AbortSignal }): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
