import { throwIfAborted } from '../base/abort.ts';
import { MemoryCorruptError, MemoryEmbedderChangedError, MemoryError } from '../base/error-classes.ts';
import type { MemoryBackendSpec, StoredEntry } from '../spec/memory.ts';
import type { VectorSource } from './embedder.ts';
import type { Metric } from './index/exact-index.ts';
import type { Tokenize } from './lexical/tokenize.ts';
import { MemoryIndex, type VectorKind } from './memory-index.ts';

// Texts per embedding call when a store without vectors is opened.
const EMBED_BATCH = 64;
// How often a store that others keep writing to is read before giving up.
const MAX_READS = 8;

/** A backend and the ranking index over it, kept in step: what the backend has acknowledged is what can be found. */
export class EntryStore {
  readonly backend: MemoryBackendSpec;
  readonly #source: VectorSource | null;
  readonly #metric: Metric;
  readonly #kind: VectorKind;
  readonly #tokenize: Tokenize;
  #index: MemoryIndex | null = null;
  #revision: number | null = null;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(backend: MemoryBackendSpec, source: VectorSource | null, metric: Metric, kind: VectorKind, tokenizer: Tokenize) {
    this.backend = backend;
    this.#tokenize = tokenizer;
    this.#metric = metric;
    this.#kind = kind;
    this.#source = source;
  }

  /** The index over all that is stored, read anew when somebody else has written. */
  async open(signal?: AbortSignal): Promise<MemoryIndex> {
    const fresh = await this.#fresh();
    return fresh ?? this.#exclusive(() => this.#load(signal));
  }

  /** Stores entries, then makes them findable. */
  put(entries: readonly StoredEntry[], signal?: AbortSignal): Promise<void> {
    return this.#exclusive(async () => {
      const index = await this.#load(signal);
      const { maxBatch } = this.backend.capabilities;
      for (let from = 0; from < entries.length; from += maxBatch) {
        throwIfAborted(signal, 'Adding to the memory');
        const batch = entries.length <= maxBatch ? entries : entries.slice(from, from + maxBatch);
        await this.backend.putMany(batch, signal === undefined ? {} : { signal });
        for (const entry of batch) index.put(entry);
        await index.prepare(index.rows);
        await this.#wrote();
      }
    });
  }

  /** How many of the ids existed. */
  delete(ids: readonly string[], signal?: AbortSignal): Promise<number> {
    return this.#exclusive(async () => {
      const index = await this.#load(signal);
      const deleted = await this.backend.deleteMany(ids, signal === undefined ? {} : { signal });
      for (const id of ids) index.delete(id);
      if (deleted > 0) await this.#wrote();
      return deleted;
    });
  }

  /** Every stored entry, with vectors of whatever model wrote them. */
  async *entries(signal?: AbortSignal): AsyncGenerator<StoredEntry> {
    let cursor: string | null = null;
    do {
      throwIfAborted(signal, 'Reading the memory');
      const page = await this.backend.scan({ cursor, ...(signal === undefined ? {} : { signal }) });
      yield* page.items;
      cursor = page.cursor;
    } while (cursor !== null);
  }

  /** Forgets the index; the next call reads the store again. */
  invalidate(): void {
    this.#index = null;
  }

  // One writer at a time; a failed one does not stop the next.
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #fresh(): Promise<MemoryIndex | null> {
    const index = this.#index;
    if (index === null || this.backend.revision === undefined) return index;
    return (await this.backend.revision()) === this.#revision ? index : null;
  }

  // Each of our calls raises the revision by one; any other value means that somebody wrote in between.
  async #wrote(): Promise<void> {
    if (this.backend.revision === undefined || this.#revision === null) return;
    const revision = await this.backend.revision();
    if (revision === this.#revision + 1) this.#revision = revision;
    else this.#index = null;
  }

  async #load(signal?: AbortSignal): Promise<MemoryIndex> {
    const fresh = await this.#fresh();
    if (fresh !== null) return fresh;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#read(signal);
      } catch (error) {
        // The store was changed while it was read.
        if (!(error instanceof MemoryError && error.retryable) || attempt === MAX_READS) throw error;
      }
    }
  }

  async #read(signal?: AbortSignal): Promise<MemoryIndex> {
    const revision = (await this.backend.revision?.()) ?? null;
    const loaded: StoredEntry[] = [];
    const bare: StoredEntry[] = [];
    for await (const entry of this.entries(signal)) {
      if (this.#source !== null && entry.vector === undefined) bare.push(entry);
      else loaded.push(this.#source === null ? entry : this.#checked(entry, this.#source));
    }
    if (this.#source !== null && bare.length > 0) loaded.push(...await this.#embedMissing(bare, this.#source, signal));
    const index = new MemoryIndex(this.#source !== null, this.#metric, this.#kind, this.#tokenize);
    for (const [i, entry] of loaded.entries()) {
      index.put(entry);
      if (i === 0) await index.prepare(loaded.length);
    }
    this.#index = index;
    this.#revision = revision;
    return index;
  }

  #checked(entry: StoredEntry, source: VectorSource): StoredEntry {
    const stored = entry.embedder;
    if (source.dimensions === 0) source.check(entry.vector as Float32Array);
    if (stored !== undefined && stored !== source.stamp) {
      throw new MemoryEmbedderChangedError(
        `Cannot open the store: it was written with '${stored}' and the memory uses '${source.stamp}'. `
        + 'Use that model, or call reembed()', { stored, current: source.stamp });
    }
    try {
      source.check(entry.vector as Float32Array);
    } catch (cause) {
      throw new MemoryCorruptError(`Cannot open the store: the vector of '${entry.id}' is damaged`, { cause });
    }
    return entry;
  }

  // Entries written without an embedder, or by a backend that drops vectors.
  async #embedMissing(bare: readonly StoredEntry[], source: VectorSource, signal?: AbortSignal): Promise<StoredEntry[]> {
    const embedded: StoredEntry[] = [];
    for (let from = 0; from < bare.length; from += EMBED_BATCH) {
      throwIfAborted(signal, 'Opening the memory');
      const batch = bare.slice(from, from + EMBED_BATCH);
      embedded.push(...await withVectors(batch, source, signal));
    }
    return embedded;
  }
}

/** The entries with a vector each; those that have one keep it. */
export async function withVectors(
  entries: readonly StoredEntry[], source: VectorSource, signal: AbortSignal | undefined,
): Promise<StoredEntry[]> {
  const bare = entries.filter((entry) => entry.vector === undefined);
  if (bare.length === 0) return [...entries];
  const vectors = await source.embed(bare.map((entry) => entry.text), signal === undefined ? {} : { signal });
  let next = 0;
  return entries.map((entry) => (
    entry.vector === undefined ? { ...entry, vector: vectors[next++] as Float32Array, embedder: source.stamp } : entry));
}
