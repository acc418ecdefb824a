/// <reference lib="esnext.disposable" preserve="true" />
import { abortError, throwIfAborted } from '../base/abort.ts';
import { MemoryNoEmbedderError, ValidationError } from '../base/error-classes.ts';
import type { MemoryBackendSpec, Metadata, StoredEntry } from '../spec/memory.ts';
import { type CustomBackendHandlers } from './custom-backend.ts';
import { type EmbedderInput, VectorSource } from './embedder.ts';
import { type MemoryEntry, toStored } from './entry.ts';
import { compileFilter, type MemoryFilter } from './filter.ts';
import { fuse } from './fusion.ts';
import { HashEmbedder } from './hash-embedder.ts';
import type { Accuracy, Metric } from './index/exact-index.ts';
import type { ScoredRow } from './index/top-k.ts';
import type { MemoryIndex } from './memory-index.ts';
import { MemoryResult } from './memory-result.ts';
import { EntryStore } from './store.ts';
import { toBackend } from './to-backend.ts';

/** Where a memory can keep its entries. Default: this process. */
export type BackendInput = MemoryBackendSpec | CustomBackendHandlers;

/** How a search ranks: by words and vectors fused, by vectors alone, or by words alone. */
export type SearchMode = 'hybrid' | 'semantic' | 'keyword';

/** How a search is done; everything has a default. */
export interface SearchOptions {
  /** Results at most. Default 10. */
  readonly limit?: number;
  /** Only entries whose metadata contains these keys with these values; applied before ranking. */
  readonly filter?: MemoryFilter | null;
  /** Default 'hybrid'. */
  readonly mode?: SearchMode;
  /**
   * How much each ranking counts in 'hybrid', 0 or more. Default: 1 for the semantic ranking (0.5 for the embedded
   * embedder, which sees the same words), and for the keyword ranking the share of the query's weight that lies on
   * words that occur in the memory (1 when all do).
   */
  readonly weights?: { readonly semantic?: number; readonly keyword?: number };
  /** How much of the vector search may be skipped in memories of more than 2,048 entries. Default 'high'. */
  readonly accuracy?: Accuracy;
  readonly signal?: AbortSignal;
}

/** How a memory compares vectors. */
export interface MemoryOptions {
  /** Default 'cosine'. */
  readonly metric?: Metric;
}

/** How many entries are stored; `total` is null when the source does not say. */
export interface IngestProgress {
  readonly done: number;
  readonly total: number | null;
}

/** How entries are added. */
export interface AddManyOptions {
  /** Called after each stored batch. */
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Stops between batches; what was stored before stays. */
  readonly signal?: AbortSignal;
  /** Entries embedded and stored at a time. Default 64. */
  readonly batchSize?: number;
}

const DEFAULT_LIMIT = 10;
const DEFAULT_BATCH = 64;
/** Each ranking hands this many rows to the fusion, or four times the limit when that is more. */
const FUSION_POOL = 50;
const HASHED_SEMANTIC_WEIGHT = 0.5;

/**
 * A document store for retrieval: add texts, find them again by meaning and by words.
 *
 * Without an embedder it uses the embedded {@link HashEmbedder}; `false` makes a memory without vectors, which searches
 * by words only. Entries live in the backend; the index over them is built when the memory is first used.
 *
 * @example
 * const memory = new Memory();
 * await memory.add('paris', 'Paris is the capital of France.', { topic: 'geo' });
 * const [hit] = await memory.search('capital of France', 1);
 */
export class Memory {
  readonly #source: VectorSource | null;
  readonly #hashed: boolean;
  readonly #metric: Metric;
  readonly #store: EntryStore;
  readonly #listeners = new Set<(progress: IngestProgress) => void>();

  constructor(embedder?: EmbedderInput | false | null, backend?: BackendInput | null, options: MemoryOptions = {}) {
    this.#metric = options.metric ?? 'cosine';
    this.#hashed = embedder === undefined || embedder === null || embedder instanceof HashEmbedder;
    this.#source = embedder === false ? null : new VectorSource(embedder ?? new HashEmbedder());
    this.#store = new EntryStore(toBackend(backend), this.#source, this.#metric);
  }

  /** A memory without vectors: `searchLocal` and keyword searches only. */
  static local(backend?: BackendInput | null): Memory {
    return new Memory(false, backend);
  }

  /** The same as the constructor. */
  static fromBackend(embedder: EmbedderInput, backend: BackendInput, options: MemoryOptions = {}): Memory {
    return new Memory(embedder, backend, options);
  }

  /** The same as `Memory.local`. */
  static localFromBackend(backend: BackendInput): Memory {
    return new Memory(false, backend);
  }

  /** A memory over an object with `put`, `get`, `delete`, `list`, `len` and `searchByBands`. */
  static fromJsBackend(embedder: EmbedderInput, backend: CustomBackendHandlers): Memory {
    return new Memory(embedder, backend);
  }

  /** The backend in use; a six-method backend appears in its batched form. */
  get backend(): MemoryBackendSpec {
    return this.#store.backend;
  }

  /** Adds an entry, or replaces the one with the same id. */
  async add(id: string, text: string, metadata?: unknown, options: AddManyOptions = {}): Promise<void> {
    await this.addMany([{ id, text, metadata }], options);
  }

  /** Adds or replaces one entry or several. */
  async upsert(entries: MemoryEntry | readonly MemoryEntry[], options: AddManyOptions = {}): Promise<void> {
    await this.addMany(Array.isArray(entries) ? entries as readonly MemoryEntry[] : [entries as MemoryEntry], options);
  }

  /**
   * Adds or replaces entries in batches; reads the source no faster than they are stored. Returns how many were stored.
   *
   * @throws AbortedError when the signal stops it, ValidationError for a bad entry, MemoryEmbeddingError for a bad
   * vector; batches stored before stay.
   */
  async addMany(
    entries: Iterable<MemoryEntry> | AsyncIterable<MemoryEntry>, options: AddManyOptions = {},
  ): Promise<number> {
    const size = options.batchSize ?? DEFAULT_BATCH;
    if (!Number.isSafeInteger(size) || size < 1) throw new ValidationError("'batchSize' is not a positive integer");
    const total = Array.isArray(entries) ? entries.length : null;
    let done = 0;
    let batch: MemoryEntry[] = [];
    const flush = async (): Promise<void> => {
      if (batch.length === 0) return;
      throwIfAborted(options.signal, 'Adding to the memory');
      await this.#addBatch(batch, options.signal);
      done += batch.length;
      batch = [];
      this.#report({ done, total }, options);
    };
    throwIfAborted(options.signal, 'Adding to the memory');
    for await (const entry of entries) {
      batch.push(entry);
      if (batch.length >= size) await flush();
    }
    await flush();
    return done;
  }

  /** The entry, without its vector; null when there is none. */
  async get(id: string): Promise<StoredEntry | null> {
    const entry = (await this.#store.open()).get(id);
    return entry === null ? null : { ...entry, metadata: structuredClone(entry.metadata) };
  }

  /** True when the entry existed. */
  async delete(id: string): Promise<boolean> {
    return (await this.#store.delete([id])) > 0;
  }

  /** How many of the entries existed. */
  deleteMany(ids: readonly string[], options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    return this.#store.delete(ids, options.signal);
  }

  async count(): Promise<number> {
    return (await this.#store.open()).size;
  }

  /**
   * The entries that answer the query best, best first; equal scores are ordered by id. There is no score threshold.
   *
   * The score is between 0 and 1: the cosine for 'semantic' (negative ones count as 0; 1 / (1 + distance)
   * for 'euclidean', the bare product for 'dot'), the share of the best possible
   * BM25 score for 'keyword', and for 'hybrid' how near to the top of both rankings the entry is (1: first in both).
   *
   * @throws MemoryNoEmbedderError when the memory has no embedder and the mode is not 'keyword'.
   */
  async search(
    query: string, limitOrOptions: number | SearchOptions = {}, filter?: MemoryFilter | null,
  ): Promise<MemoryResult[]> {
    const options = typeof limitOrOptions === 'number' ? { limit: limitOrOptions, filter: filter ?? null } : limitOrOptions;
    const { limit = DEFAULT_LIMIT, mode = 'hybrid', signal } = options;
    if (typeof query !== 'string' || query.trim() === '') throw new ValidationError('Cannot search: the query is empty');
    if (!Number.isSafeInteger(limit) || limit < 0) throw new ValidationError("Cannot search: 'limit' is not an integer of 0 or more");
    if (mode !== 'keyword' && this.#source === null) {
      throw new MemoryNoEmbedderError(
        `Cannot search by '${mode}': the memory has no embedder. Use searchLocal() or mode 'keyword', or give it one`);
    }
    const test = compileFilter(options.filter);
    throwIfAborted(signal, 'The search');
    let index = await this.#store.open(signal);
    let vector: Float32Array | null = null;
    if (this.#source !== null && mode !== 'keyword' && index.size > 0) {
      const current = index;
      const [embedded] = await this.#source.embed([query], {
        purpose: 'query', termWeight: (term) => current.idf(term), ...(signal === undefined ? {} : { signal }),
      });
      vector = embedded as Float32Array;
      index = await this.#store.open(signal);
    }
    if (signal?.aborted === true) throw abortError(signal, 'The search');
    return this.#rank(index, query, vector, test, { ...options, limit, mode })
      .map(({ row, score }) => toResult(index.entryAt(row), score));
  }

  /** The same as `search`. */
  query(query: string, limitOrOptions?: number | SearchOptions, filter?: MemoryFilter | null): Promise<MemoryResult[]> {
    return this.search(query, limitOrOptions, filter);
  }

  /** Searches by words, without the embedder. */
  searchLocal(query: string, limit: number = DEFAULT_LIMIT, filter?: MemoryFilter | null): Promise<MemoryResult[]> {
    return this.search(query, { limit, filter: filter ?? null, mode: 'keyword' });
  }

  /**
   * Embeds every stored entry again with the memory's own model; the way out when a store was written with another one.
   *
   * Can be aborted and repeated: until it has finished, opening the store still fails with the same error.
   */
  async reembed(options: AddManyOptions = {}): Promise<number> {
    const source = this.#source;
    if (source === null) throw new MemoryNoEmbedderError('Cannot embed again: the memory has no embedder');
    const { backend } = this.#store;
    const total = await backend.count();
    let done = 0;
    const all: StoredEntry[] = [];
    for await (const entry of this.#store.entries(options.signal)) all.push(entry);
    for (let from = 0; from < all.length; from += options.batchSize ?? DEFAULT_BATCH) {
      throwIfAborted(options.signal, 'Embedding again');
      const batch = all.slice(from, from + (options.batchSize ?? DEFAULT_BATCH));
      await backend.putMany(await this.#withVectors(batch, options.signal));
      done += batch.length;
      this.#report({ done, total }, options);
    }
    this.#store.invalidate();
    return done;
  }

  /** Calls the listener after each stored batch, of whichever call. */
  on(_event: 'progress', listener: (progress: IngestProgress) => void): this {
    this.#listeners.add(listener);
    return this;
  }

  off(_event: 'progress', listener: (progress: IngestProgress) => void): this {
    this.#listeners.delete(listener);
    return this;
  }

  /** Closes the backend. */
  async close(): Promise<void> {
    await this.#store.backend.close?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #report(progress: IngestProgress, options: AddManyOptions): void {
    options.onProgress?.(progress);
    for (const listener of this.#listeners) listener(progress);
  }

  async #addBatch(batch: readonly MemoryEntry[], signal: AbortSignal | undefined): Promise<void> {
    const now = Date.now();
    const source = this.#source;
    const checked = batch.map((entry) => {
      const stored = toStored(entry, now);
      if (entry.vector === undefined || source === null) return stored;
      const vector = source.check(entry.vector);
      return { ...stored, vector: vector.slice(), embedder: source.stamp };
    });
    const entries = source === null ? checked : await this.#withVectors(checked, signal, true);
    await this.#store.put(entries, signal);
  }

  async #withVectors(entries: readonly StoredEntry[], signal?: AbortSignal, keep = false): Promise<StoredEntry[]> {
    const source = this.#source as VectorSource;
    const missing = entries.filter((entry) => !keep || entry.vector === undefined);
    const vectors = missing.length === 0 ? [] : await source.embed(
      missing.map((entry) => entry.text), { purpose: 'document', ...(signal === undefined ? {} : { signal }) });
    const byEntry = new Map(missing.map((entry, i) => [entry, vectors[i] as Float32Array]));
    return entries.map((entry) => {
      const vector = byEntry.get(entry);
      return vector === undefined ? entry : { ...entry, vector, embedder: source.stamp };
    });
  }

  // What a caller sees: between 0 and 1, but for 'dot', whose range depends on the vectors.
  #similarity(score: number): number {
    if (this.#metric === 'dot') return score;
    return this.#metric === 'euclidean' ? 1 / (1 + Math.sqrt(-score)) : Math.min(1, Math.max(0, score));
  }

  #rank(
    index: MemoryIndex, query: string, vector: Float32Array | null,
    test: ((metadata: Metadata | null) => boolean) | null, options: SearchOptions & { limit: number; mode: SearchMode },
  ): ScoredRow[] {
    const { limit, mode } = options;
    const allowed = index.allow(test);
    if (limit === 0) return [];
    if (mode === 'keyword') return index.byWords(query, limit, allowed);
    if (vector === null) return [];
    const accuracy = options.accuracy ?? 'high';
    if (mode === 'semantic') return index.byVector(vector, limit, allowed, accuracy).map(({ row, score }) => ({ row, score: this.#similarity(score) }));
    const pool = Math.max(FUSION_POOL, limit * 4);
    return fuse([
      { ranking: index.byVector(vector, pool, allowed, accuracy), weight: options.weights?.semantic ?? (this.#hashed ? HASHED_SEMANTIC_WEIGHT : 1) },
      { ranking: index.byWords(query, pool, allowed), weight: options.weights?.keyword ?? index.coverage(query) },
    ], index.order).slice(0, limit);
  }
}

function toResult(entry: StoredEntry, score: number): MemoryResult {
  return new MemoryResult(entry.id, entry.text, score, structuredClone(entry.metadata), entry);
}
