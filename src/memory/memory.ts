/// <reference lib="esnext.disposable" preserve="true" />
import { throwIfAborted } from '../base/abort.ts';
import { MemoryNoEmbedderError, ValidationError } from '../base/error-classes.ts';
import type { MemoryBackendSpec, StoredEntry } from '../spec/memory.ts';
import { type CustomBackendHandlers } from './custom-backend.ts';
import { type EmbedderInput, VectorSource } from './embedder.ts';
import { type MemoryEntry, ownId, storedId, toStored } from './entry.ts';
import type { CompiledFilter, MemoryFilter } from './filter.ts';
import { HashEmbedder } from './hash-embedder.ts';
import type { Metric } from './index/exact-index.ts';
import { tokenize, type Tokenize } from './lexical/tokenize.ts';
import { MemoryResult, type ResultSpan } from './memory-result.ts';
import { type Explanation, poolSize, rank, type RankedRow, type SearchOptions } from './search.ts';
import { EntryStore, withVectors } from './store.ts';
import { toBackend } from './to-backend.ts';

/** Where a memory can keep its entries. Default: this process. */
export type BackendInput = MemoryBackendSpec | CustomBackendHandlers;

/** How a memory compares vectors, reads words and tells the time. */
export interface MemoryOptions {
  /** Default 'cosine'. */
  readonly metric?: Metric;
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
  readonly [SCOPE]?: { readonly namespace: string; readonly store: EntryStore; readonly source: VectorSource | null };
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
  readonly #embedder: EmbedderInput | false | null;
  /** '' for the default one. */
  readonly #namespace: string;

  constructor(embedder?: EmbedderInput | false | null, backend?: BackendInput | null, options: MemoryOptions = {}) {
    const parent = (options as Scoped)[SCOPE];
    this.#namespace = parent?.namespace ?? '';
    this.#metric = options.metric ?? 'cosine';
    this.#now = options.clock === undefined ? Date.now : () => (options.clock as { now(): number }).now();
    this.#hashed = embedder === undefined || embedder === null || embedder instanceof HashEmbedder;
    this.#source = parent?.source ?? (embedder === false ? null : new VectorSource(embedder ?? new HashEmbedder()));
    this.#store = parent?.store ?? new EntryStore(toBackend(backend), this.#source, this.#metric, options.tokenize ?? tokenize);
    this.#options = options;
    this.#embedder = embedder ?? null;
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
    const scope: Scoped = { ...this.#options, [SCOPE]: { namespace: name, store: this.#store, source: this.#source } };
    return new Memory(this.#embedder, null, scope);
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
    const size = options.batchSize ?? DEFAULT_BATCH;
    if (!Number.isSafeInteger(size) || size < 1) throw new ValidationError("'batchSize' is not a count");
    const total = Array.isArray(entries) ? entries.length : null;
    let [done, stored] = [0, 0];
    let batch: MemoryEntry[] = [];
    const hashes = options.dedupe === true ? await this.#hashes() : null;
    const flush = async (): Promise<void> => {
      if (batch.length === 0) return;
      throwIfAborted(options.signal, 'Adding to the memory');
      stored += await this.#addBatch(batch, hashes, options.signal);
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
    const options = typeof limitOrOptions === 'number' ? { limit: limitOrOptions, filter: filter ?? null } : limitOrOptions;
    const { limit = DEFAULT_LIMIT, mode = 'hybrid', signal } = options;
    if (typeof query !== 'string' || query.trim() === '') throw new ValidationError('Cannot search: the query is empty');
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
    let vector: Float32Array | null = null;
    if (this.#source !== null && needsVector && index.size > 0) {
      const current = index;
      const [embedded] = await this.#source.embed([query], {
        purpose: 'query', termWeight: (term) => current.words.rarity(term), ...(signal === undefined ? {} : { signal }),
      });
      vector = embedded as Float32Array;
      index = await this.#store.open(signal);
    }
    throwIfAborted(signal, 'The search');
    const expand = options.prefix || options.fuzzy ? (await import('./lexical/expand.ts')).expander(index.words, options) : undefined;
    let ranking: RankedRow[] = mode === 'simhash'
      ? await (await import('./lexical/simhash.ts')).rankBySimhash(index, this.backend, query, pool, index.allow(this.#namespace, compiled, this.#now()))
      : rank(index, {
        text: query, vector, expand, filter: compiled, namespace: this.#namespace, now: this.#now(), metric: this.#metric,
        semanticWeight: this.#hashed ? HASHED_SEMANTIC_WEIGHT : 1, options: { ...options, limit, mode },
      }, pool);
    if (options.diversity) ranking = (await import('./diversity.ts')).diverse(index, ranking, options.reranker === undefined ? limit : pool, options.diversity);
    const results = ranking.map(({ row, score, explanation }) => toResult(index.entryAt(row), score, explanation));
    return options.reranker === undefined ? results : (await import('./rerank.ts')).rerank(query, results, options.reranker, limit, signal);
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
    const source = this.#source;
    if (source === null) throw new MemoryNoEmbedderError('Cannot embed: the memory has no embedder');
    const { reembed } = await import('./reembed.ts');
    return reembed(this.#store, source, options, (progress) => this.#report(progress, options));
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
      const stored = toStored(entry, this.#namespace, now);
      const vector = entry.vector === undefined ? undefined : source?.check(entry.vector).slice();
      const known = index.get(stored.id);
      const same = known !== null && known.hash === stored.hash && known.docId === stored.docId && known.start === stored.start
        && known.end === stored.end && known.expiresAt === undefined && stored.expiresAt === undefined && vector === undefined;
      if (same || (known === null && hashes?.has(stored.hash as string) === true)) continue;
      hashes?.add(stored.hash as string);
      checked.push(vector === undefined ? stored : { ...stored, vector, embedder: (source as VectorSource).stamp });
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

function toResult(entry: StoredEntry, score: number, explanation: Explanation | undefined): MemoryResult {
  const { docId, start, end } = entry;
  const span = { docId, start, end, explanation } as ResultSpan;
  return new MemoryResult(ownId(entry), entry.text, score, structuredClone(entry.metadata), span);
}
