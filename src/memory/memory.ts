/// <reference lib="esnext.disposable" preserve="true" />
import { throwIfAborted } from '../base/abort.ts';
import { MemoryNoEmbedderError, ValidationError } from '../base/error-classes.ts';
import type { MemoryBackendSpec, StoredEntry } from '../spec/memory.ts';
import { type CustomBackendHandlers } from './custom-backend.ts';
import { type EmbedderInput, VectorSource } from './embedder.ts';
import { isUnchanged, type MemoryEntry, storedId, toStored } from './entry.ts';
import type { CompiledFilter, MemoryFilter } from './filter.ts';
import { HashEmbedder } from './hash-embedder.ts';
import { inBatches } from './in-batches.ts';
import type { Metric } from './index/exact-index.ts';
import { tokenize, type Tokenize } from './lexical/tokenize.ts';
import type { VectorKind } from './memory-index.ts';
import { type MemoryResult, toResult } from './memory-result.ts';
import { poolSize, rank, type RankedRow, type SearchOptions } from './search.ts';
import { EntryStore, withVectors } from './store.ts';
import { toBackend } from './to-backend.ts';

/** Where a memory can keep its entries. Default: this process. */
export type BackendInput = MemoryBackendSpec | CustomBackendHandlers;

/** How a memory compares vectors, reads words and tells the time. */
export interface MemoryOptions {
  /** Default 'cosine'. */
  readonly metric?: Metric;
  /**
   * What is kept in RAM of each number of a vector to search by. 'float32' (default): four bytes and one, for exact scores.
   * 'int8': one, from 2,048 entries on, which is 460 bytes instead of 2,000 for a vector of 384 numbers. Scores are then those
   * of the rounded vectors: of the true ten best about one in a hundred is missed. An `InMemoryBackend` keeps floats anyway.
   */
  readonly vectors?: VectorKind;
  /**
   * Splits texts and queries into the words that keyword search compares. Default: `tokenize`. For stemming and stop words
   * see `createTokenizer` of `blazen-ts/memory/text`.
   */
  readonly tokenize?: Tokenize;
  /** For `ttlMs`. Default: the host's clock. */
  readonly clock?: { now(): number };
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
  /** Leaves out entries whose text and metadata are already stored under another id. Default false. */
  readonly dedupe?: boolean;
}

const DEFAULT_LIMIT = 10;
const DEFAULT_BATCH = 64;
const HASHED_SEMANTIC_WEIGHT = 0.5;

// How a namespace's memory shares the store of the one it was made from.
const SCOPE: unique symbol = Symbol('scope');
interface Scoped extends MemoryOptions {
  readonly [SCOPE]?: { readonly namespace: string; readonly of: Memory };
}

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
  readonly #now: () => number;
  readonly #options: MemoryOptions;
  /** '' for the default one. */
  readonly #namespace: string;

  constructor(embedder?: EmbedderInput | false | null, backend?: BackendInput | null, options: MemoryOptions = {}) {
    const parent = (options as Scoped)[SCOPE];
    this.#namespace = parent?.namespace ?? '';
    this.#options = options;
    const { metric = 'cosine', clock = Date, vectors = 'float32' } = options;
    this.#metric = metric;
    this.#now = () => clock.now();
    const model = embedder ?? new HashEmbedder();
    this.#hashed = parent ? parent.of.#hashed : model instanceof HashEmbedder;
    this.#source = parent ? parent.of.#source : model === false ? null : new VectorSource(model);
    this.#store = parent ? parent.of.#store : new EntryStore(toBackend(backend), this.#source, metric, vectors, options.tokenize ?? tokenize);
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

  /** The same as the constructor, for a `JsonlBackend`. */
  static withJsonl(embedder: EmbedderInput, backend: BackendInput): Memory {
    return new Memory(embedder, backend);
  }

  /** The same as the constructor, for a `ValkeyBackend`. */
  static withValkey(embedder: EmbedderInput, backend: BackendInput): Memory {
    return new Memory(embedder, backend);
  }

  /** A memory over an object with `put`, `get`, `delete`, `list`, `len` and `searchByBands`. */
  static fromJsBackend(embedder: EmbedderInput, backend: CustomBackendHandlers): Memory {
    return new Memory(embedder, backend);
  }

  /** The backend in use; a six-method backend appears in its batched form. */
  get backend(): MemoryBackendSpec {
    return this.#store.backend;
  }

  /**
   * The part of this memory that belongs to one user, agent or tenant: its ids, searches and counts know nothing of any
   * other part. The memory itself is the part named ''.
   */
  namespace(name: string): Memory {
    if (typeof name !== 'string' || name.includes('\u001f')) throw new ValidationError('A namespace is a string without U+001F');
    const scope: Scoped = { ...this.#options, [SCOPE]: { namespace: name, of: this } };
    return new Memory(null, null, scope);
  }

  /** Adds an entry, or replaces the one with the same id. */
  async add(id: string, text: string, metadata?: unknown, options: AddManyOptions = {}): Promise<void> {
    await this.addMany([{ id, text, metadata }], options);
  }

  /** Adds or replaces one entry or several. */
  async upsert(entries: MemoryEntry | readonly MemoryEntry[], options: AddManyOptions = {}): Promise<void> {
    await this.addMany([entries].flat(), options);
  }

  /**
   * Adds or replaces entries in batches; reads the source no faster than they are stored. Returns how many were stored:
   * an entry that is already there, with the same text and metadata, is neither embedded nor stored again, so repeating
   * a call that was cut short goes on where it stopped.
   *
   * @throws AbortedError when the signal stops it, ValidationError for a bad entry, MemoryEmbeddingError for a bad
   * vector; batches stored before stay.
   */
  async addMany(
    entries: Iterable<MemoryEntry> | AsyncIterable<MemoryEntry>, options: AddManyOptions = {},
  ): Promise<number> {
    const { batchSize = DEFAULT_BATCH, signal } = options;
    const total = Array.isArray(entries) ? entries.length : null;
    let [done, stored] = [0, 0];
    const hashes = options.dedupe === true ? await this.#hashes() : null;
    for await (const batch of inBatches(entries, batchSize, signal)) {
      stored += await this.#addBatch(batch, hashes, signal);
      done += batch.length;
      this.#report({ done, total }, options);
    }
    return stored;
  }

  /** The entry, without its vector; null when there is none. */
  async get(id: string): Promise<StoredEntry | null> {
    const entry = (await this.#store.open()).get(storedId(this.#namespace, id));
    if (entry === null || (entry.expiresAt ?? Infinity) <= this.#now()) return null;
    return { ...entry, id, metadata: structuredClone(entry.metadata) };
  }

  /** True when the entry existed. */
  async delete(id: string): Promise<boolean> {
    return (await this.deleteMany([id])) > 0;
  }

  /** How many of the entries existed. */
  deleteMany(ids: readonly string[], options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    return this.#store.delete(ids.map((id) => storedId(this.#namespace, id)), options.signal);
  }

  /** How many entries a search could return; with a filter, how many of them match it. */
  async count(filter?: MemoryFilter | null): Promise<number> {
    return (await this.#store.open()).allow(this.#namespace, await compile(filter), this.#now()).size;
  }

  /** Deletes what has expired, in all namespaces, and returns how many entries that were. Searches ignore it anyway. */
  async deleteExpired(): Promise<number> {
    return this.#store.delete((await this.#store.open()).expired(this.#now()));
  }

  /**
   * The entries that answer the query best, best first; equal scores are ordered by id. There is no score threshold.
   *
   * The score is between 0 and 1: the cosine for 'semantic' (negative ones count as 0; 1 / (1 + distance)
   * for 'euclidean', the bare product for 'dot'), the share of the best possible
   * BM25 score for 'keyword', the share of equal bits for 'simhash', and for 'hybrid' how near to the top of both rankings the entry is (1: first in both).
   *
   * @throws MemoryNoEmbedderError when the memory has no embedder and the mode is not 'keyword'.
   */
  async search(
    query: string, limitOrOptions: number | SearchOptions = {}, filter?: MemoryFilter | null,
  ): Promise<MemoryResult[]> {
    return (await this.searchMany([query], limitOrOptions, filter))[0] as MemoryResult[];
  }

  /** What `search` gives for each of the queries, in their order. They are embedded in one call, and see the same entries. */
  async searchMany(
    queries: readonly string[], limitOrOptions: number | SearchOptions = {}, filter?: MemoryFilter | null,
  ): Promise<MemoryResult[][]> {
    const options = typeof limitOrOptions === 'number' ? { limit: limitOrOptions, filter: filter ?? null } : limitOrOptions;
    const { limit = DEFAULT_LIMIT, mode = 'hybrid', signal, reranker } = options;
    if (!queries.every((query) => typeof query === 'string' && query.trim() !== '')) throw new ValidationError('Cannot search: the query is empty');
    if (!Number.isSafeInteger(limit) || limit < 0) throw new ValidationError("Cannot search: 'limit' is not a count");
    const needsVector = mode === 'hybrid' || mode === 'semantic';
    if (needsVector && this.#source === null) {
      throw new MemoryNoEmbedderError(
        `Cannot search by '${mode}': the memory has no embedder. Use mode 'keyword'`);
    }
    const compiled = await compile(options.filter);
    const pool = poolSize({ ...options, limit, mode });
    throwIfAborted(signal, 'The search');
    let index = await this.#store.open(signal);
    let vectors: readonly Float32Array[] = [];
    if (this.#source !== null && needsVector && index.size * queries.length > 0) {
      const current = index;
      vectors = await this.#source.embed(queries, {
        purpose: 'query', termWeight: (term) => current.words.rarity(term), ...(signal === undefined ? {} : { signal }),
      });
      index = await this.#store.open(signal);
    }
    throwIfAborted(signal, 'The search');
    const expand = options.prefix || options.fuzzy ? (await import('./lexical/expand.ts')).expander(index.words, options) : undefined;
    // What is awaited between ranking and reading the entries would let others move them.
    const diverse = options.diversity ? (await import('./diversity.ts')).diverse : null;
    const now = this.#now();
    const found = queries.map(async (text, i) => {
      let ranking: RankedRow[] = mode === 'simhash'
        ? await (await import('./lexical/rank-by-simhash.ts')).rankBySimhash(index, this.backend, text, pool, index.allow(this.#namespace, compiled, now))
        : rank(index, {
          text, vector: vectors[i] ?? null, expand, filter: compiled, namespace: this.#namespace, now, metric: this.#metric,
          semanticWeight: this.#hashed ? HASHED_SEMANTIC_WEIGHT : 1, options: { ...options, limit, mode },
        }, pool);
      if (diverse !== null) ranking = diverse(index, ranking, reranker === undefined ? limit : pool, options.diversity as number);
      const results = ranking.map(({ row, score, explanation }) => toResult(index.entryAt(row), score, explanation));
      return reranker === undefined ? results : (await import('./rerank.ts')).rerank(text, results, reranker, limit, signal);
    });
    return Promise.all(found);
  }

  /** The same as `search`. */
  query(query: string, limitOrOptions?: number | SearchOptions, filter?: MemoryFilter | null): Promise<MemoryResult[]> {
    return this.search(query, limitOrOptions, filter);
  }

  /** Searches without the embedder: by words, or in mode 'simhash' by likeness of spelling. */
  searchLocal(query: string, limitOrOptions: number | SearchOptions = {}, filter: MemoryFilter | null = null): Promise<MemoryResult[]> {
    return this.search(query, { mode: 'keyword', ...(typeof limitOrOptions === 'number' ? { limit: limitOrOptions, filter } : limitOrOptions) });
  }

  /**
   * Embeds every stored entry again with the memory's own model; the way out when a store was written with another one.
   *
   * Can be aborted and repeated: until it has finished, opening the store still fails with the same error.
   */
  async reembed(options: AddManyOptions = {}): Promise<number> {
    const { reembed } = await import('./reembed.ts');
    return reembed(this.#store, this.#source, options, (progress) => this.#report(progress, options));
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

  #report(progress: IngestProgress, options: AddManyOptions): void {
    options.onProgress?.(progress);
    for (const listener of this.#listeners) listener(progress);
  }

  async #addBatch(batch: readonly MemoryEntry[], hashes: Set<string> | null, signal: AbortSignal | undefined): Promise<number> {
    const now = this.#now();
    const source = this.#source;
    const index = await this.#store.open(signal);
    const checked: StoredEntry[] = [];
    for (const entry of batch) {
      const stored = toStored(entry, this.#namespace, now, source);
      const known = index.get(stored.id);
      if (isUnchanged(known, stored) || (known === null && hashes?.has(stored.hash as string) === true)) continue;
      hashes?.add(stored.hash as string);
      checked.push(stored);
    }
    if (checked.length === 0) return 0;
    await this.#store.put(source === null ? checked : await withVectors(checked, source, signal), signal);
    return checked.length;
  }

  async #hashes(): Promise<Set<string>> {
    const index = await this.#store.open();
    const hashes = new Set<string>();
    index.allow(this.#namespace, null, this.#now()).forEach((row) => hashes.add(index.entryAt(row).hash ?? ''));
    return hashes;
  }
}

// Searches without a filter do without its code.
async function compile(filter: MemoryFilter | null | undefined): Promise<CompiledFilter | null> {
  return filter === undefined || filter === null ? null : (await import('./filter.ts')).compileFilter(filter);
}
