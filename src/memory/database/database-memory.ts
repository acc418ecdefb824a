import { throwIfAborted } from '../../base/abort.ts';
import { MemoryEmbedderChangedError, UnsupportedError, ValidationError } from '../../base/error-classes.ts';
import type { StoredEntry, VectorDatabaseSpec } from '../../spec/memory.ts';
import { type EmbedderInput, VectorSource } from '../embedder.ts';
import { isUnchanged, type MemoryEntry, storedId, toStored } from '../entry.ts';
import { compileFilter, type MemoryFilter } from '../filter.ts';
import { HashEmbedder } from '../hash-embedder.ts';
import { inBatches } from '../in-batches.ts';
import type { AddManyOptions } from '../memory.ts';
import { type MemoryResult, toResult } from '../memory-result.ts';
import type { SearchMode } from '../search.ts';
import { withVectors } from '../store.ts';

/** How a search is done. */
export interface DatabaseSearchOptions {
  /** Results at most. Default 10. */
  readonly limit?: number;
  /** Which entries may be returned. */
  readonly filter?: MemoryFilter | null;
  /** A database ranks by vectors: only 'semantic', the default, is there. */
  readonly mode?: SearchMode;
  readonly signal?: AbortSignal;
}

const DEFAULT_LIMIT = 10;
const DEFAULT_BATCH = 64;

/**
 * A memory that a vector database ranks: pgvector, Cloudflare Vectorize, usearch. It holds no entry in this process and
 * reads none to begin with, so it may be as large as the database.
 *
 * What `Memory` does in this process is not there: keyword and hybrid search, diversity, rerankers, `count` with a filter.
 *
 * @example
 * import { PGlite } from '@electric-sql/pglite';
 * const memory = new DatabaseMemory(undefined, createPgvectorMemory(new PGlite()));
 */
export class DatabaseMemory {
  /** The database in use. */
  readonly database: VectorDatabaseSpec;
  readonly #source: VectorSource;
  readonly #embedder: EmbedderInput;
  readonly #now: () => number;
  readonly #namespace: string;

  constructor(
    embedder: EmbedderInput | null | undefined, database: VectorDatabaseSpec,
    options: { readonly clock?: { now(): number }; readonly namespace?: string } = {},
  ) {
    if (typeof database?.query !== 'function') throw new ValidationError("Cannot use the database: it lacks 'query'", { path: 'database' });
    const { clock, namespace = '' } = options;
    if (namespace.includes('\u001f')) throw new ValidationError('A namespace is a string without U+001F');
    this.database = database;
    this.#embedder = embedder ?? new HashEmbedder();
    this.#source = new VectorSource(this.#embedder);
    this.#now = clock === undefined ? Date.now : () => clock.now();
    this.#namespace = namespace;
  }

  /** The part of this memory that belongs to one user, agent or tenant. The memory itself is the part named ''. */
  namespace(name: string): DatabaseMemory {
    return new DatabaseMemory(this.#embedder, this.database, { clock: { now: this.#now }, namespace: name });
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
   * Adds or replaces entries in batches, reads the source no faster than they are stored, and returns how many were stored:
   * what is there already, with the same text and metadata, is neither embedded nor stored again.
   *
   * @throws MemoryEmbedderChangedError when an entry of the batch was written with another model, and is unchanged.
   */
  async addMany(entries: Iterable<MemoryEntry> | AsyncIterable<MemoryEntry>, options: Omit<AddManyOptions, 'dedupe'> = {}): Promise<number> {
    const { batchSize = DEFAULT_BATCH, signal } = options;
    const total = Array.isArray(entries) ? entries.length : null;
    let [done, stored] = [0, 0];
    for await (const batch of inBatches(entries, Math.min(batchSize, this.database.capabilities.maxBatch), signal)) {
      stored += await this.#addBatch(batch, signal);
      done += batch.length;
      options.onProgress?.({ done, total });
    }
    return stored;
  }

  /** The entry, without its vector; null when there is none. */
  async get(id: string): Promise<StoredEntry | null> {
    const [found = null] = await this.database.getMany([storedId(this.#namespace, id)]);
    if (found === null || (found.expiresAt ?? Infinity) <= this.#now()) return null;
    const { vector: _, ...entry } = found;
    return { ...entry, id };
  }

  /** True when the entry existed. */
  async delete(id: string): Promise<boolean> {
    return (await this.deleteMany([id])) > 0;
  }

  /** How many of the entries existed. */
  async deleteMany(ids: readonly string[], options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    const { maxBatch } = this.database.capabilities;
    let deleted = 0;
    for (let from = 0; from < ids.length; from += Math.min(maxBatch, ids.length)) {
      deleted += await this.database.deleteMany(ids.slice(from, from + maxBatch).map((id) => storedId(this.#namespace, id)), options);
    }
    return deleted;
  }

  /**
   * The entries nearest to the query, best first; scores as in `Memory` with mode 'semantic'.
   *
   * @throws UnsupportedError for another mode, MemoryEmbedderChangedError when what is found was written with another model.
   */
  async search(query: string, limitOrOptions: number | DatabaseSearchOptions = {}, filter?: MemoryFilter | null): Promise<MemoryResult[]> {
    const options = typeof limitOrOptions === 'number' ? { limit: limitOrOptions, filter: filter ?? null } : limitOrOptions;
    const { limit = DEFAULT_LIMIT, mode = 'semantic', signal } = options;
    if (typeof query !== 'string' || query.trim() === '') throw new ValidationError('Cannot search: the query is empty');
    if (!Number.isSafeInteger(limit) || limit < 0) throw new ValidationError("Cannot search: 'limit' is not a count");
    if (mode !== 'semantic') throw new UnsupportedError(`Cannot search by '${mode}': a database ranks by vectors. Use mode 'semantic', or a Memory`);
    compileFilter(options.filter);
    throwIfAborted(signal, 'The search');
    if (limit === 0) return [];
    const [vector] = await this.#source.embed([query], { purpose: 'query', ...(signal === undefined ? {} : { signal }) });
    const hits = await this.database.query({
      vector: vector as Float32Array, limit, namespace: this.#namespace, filter: options.filter ?? null, now: this.#now(), ...(signal === undefined ? {} : { signal }),
    });
    return hits.map(({ entry, score }) => {
      this.#check(entry);
      return toResult(entry, score);
    });
  }

  /** The same as `search`. */
  query(query: string, limitOrOptions?: number | DatabaseSearchOptions, filter?: MemoryFilter | null): Promise<MemoryResult[]> {
    return this.search(query, limitOrOptions, filter);
  }

  /** Closes the database's backend. */
  async close(): Promise<void> {
    await this.database.close?.();
  }

  async #addBatch(batch: readonly MemoryEntry[], signal: AbortSignal | undefined): Promise<number> {
    const now = this.#now();
    const latest = new Map(batch.map((entry) => {
      const stored = toStored(entry, this.#namespace, now, this.#source);
      return [stored.id, stored];
    }));
    const known = await this.database.getMany([...latest.keys()], signal === undefined ? {} : { signal });
    const changed = [...latest.values()].filter((entry, i) => {
      const before = known[i] ?? null;
      const same = isUnchanged(before, entry);
      if (same) this.#check(before as StoredEntry);
      return !same;
    });
    if (changed.length > 0) await this.database.putMany(await withVectors(changed, this.#source, signal), signal === undefined ? {} : { signal });
    return changed.length;
  }

  #check({ embedder: stored }: StoredEntry): void {
    const current = this.#source.stamp;
    // Until the first vector is there, the stamp lacks the dimensions.
    if (stored === undefined || stored === current || this.#source.dimensions === 0) return;
    throw new MemoryEmbedderChangedError(
      `Cannot use the database: it was written with '${stored}' and the memory uses '${current}'. Use that model, or add everything to an empty one`,
      { stored, current });
  }
}
