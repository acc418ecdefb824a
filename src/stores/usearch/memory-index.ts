import type * as Usearch from 'usearch';
import { throwIfAborted } from '../../base/abort.ts';
import { MemoryError, UnsupportedError, ValidationError } from '../../base/error-classes.ts';
import { matchEntries } from '../../memory/database/match-entries.ts';
import { checksum } from '../../memory/segments/checksum.ts';
import type {
  BackendCallOptions, MemoryBackendSpec, MemoryCapabilities, StoredEntry, VectorDatabaseSpec, VectorHit, VectorQuery,
} from '../../spec/memory.ts';

/** How the graph is built and where it is kept. */
export interface UsearchMemoryOptions {
  /** Numbers per vector. */
  readonly dimensions: number;
  /** How vectors are compared. Default 'cosine'. */
  readonly metric?: 'cosine' | 'dot' | 'euclidean';
  /** Numbers in the graph: 'f32' (default), or 'f16' and 'i8' in a half and a quarter of the memory and with less recall. */
  readonly quantization?: 'f32' | 'f16' | 'i8';
  /** Vectors looked at per search; more find more and take longer. Default 128. */
  readonly expansion?: number;
  /** File of the graph: read when the memory is opened, written by `save`. What it lacks is added from the backend. */
  readonly path?: string;
}

/** A database for a `DatabaseMemory`: the entries are in the backend, a native graph over their vectors in this process. */
export interface UsearchMemory extends VectorDatabaseSpec {
  /** Entries in the graph. */
  readonly size: number;
  /** Writes the graph to its file. Building it anew takes a minute per 100,000 vectors; reading it, a moment. */
  save(): void;
}

// usearch takes as many as it needs from a graph of unknown size in one step only.
const MAX_STEP = 65_536;

/**
 * Ranks the entries of any backend with the native HNSW graph of the package `usearch` (Node): for hundreds of thousands of
 * entries and more, where a `Memory`, which compares with all of them, takes too long. Approximate: it may miss a few.
 *
 * Filters, expiry and namespaces apply to what the graph finds; it is asked for more until there are enough, so a filter that
 * lets few of very many through is slow. One process at a time may write to the backend.
 *
 * @throws UnsupportedError when the package is not installed, MemoryError when an entry has a vector of another length.
 * @example
 * const index = await openUsearchMemory(await JsonlBackend.create('notes.jsonl'), { dimensions: 512, path: 'notes.usearch' });
 * const memory = new DatabaseMemory(undefined, index);
 */
export async function openUsearchMemory(backend: MemoryBackendSpec, options: UsearchMemoryOptions): Promise<UsearchMemory> {
  if (!Number.isSafeInteger(options.dimensions) || options.dimensions < 1) throw new ValidationError("'dimensions' is not a count", { path: 'dimensions' });
  const { Index, MetricKind, ScalarKind } = await load();
  const metric = options.metric ?? 'cosine';
  const index = new Index({
    dimensions: options.dimensions, connectivity: 16, expansion_add: 128, expansion_search: options.expansion ?? 128, multi: false,
    metric: { cosine: MetricKind.Cos, dot: MetricKind.IP, euclidean: MetricKind.L2sq }[metric],
    quantization: { f32: ScalarKind.F32, f16: ScalarKind.F16, i8: ScalarKind.I8 }[options.quantization ?? 'f32'],
  });
  const memory = new Graph(backend, index, metric, options.dimensions, options.path);
  await memory.fill();
  return memory;
}

async function load(): Promise<typeof Usearch> {
  const loaded = await import('usearch').catch((cause: unknown) => {
    throw new UnsupportedError("Cannot open the index: the package 'usearch' is not installed. Run npm install usearch", { cause });
  });
  return 'Index' in loaded ? loaded : (loaded as { default: typeof Usearch }).default;
}

class Graph implements UsearchMemory {
  readonly capabilities: MemoryCapabilities;
  readonly #backend: MemoryBackendSpec;
  readonly #index: Usearch.Index;
  readonly #metric: 'cosine' | 'dot' | 'euclidean';
  readonly #dimensions: number;
  readonly #path: string | undefined;
  /** The id behind each key of the graph, and back; keys that are not here are outdated. */
  readonly #ids = new Map<bigint, string>();
  readonly #keys = new Map<string, bigint>();

  constructor(backend: MemoryBackendSpec, index: Usearch.Index, metric: 'cosine' | 'dot' | 'euclidean', dimensions: number, path: string | undefined) {
    this.capabilities = backend.capabilities;
    this.#backend = backend;
    this.#index = index;
    this.#metric = metric;
    this.#dimensions = dimensions;
    this.#path = path;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** Reads the file where there is one, then adds what it lacks. */
  async fill(): Promise<void> {
    if (this.#path !== undefined) {
      try {
        this.#index.load(this.#path);
      } catch {
        // Not there yet, or of another shape: it is built anew.
      }
    }
    let cursor: string | null = null;
    do {
      const page = await this.#backend.scan({ cursor });
      this.#add(page.items);
      cursor = page.cursor;
    } while (cursor !== null);
  }

  save(): void {
    if (this.#path === undefined) throw new ValidationError("Cannot save the index: it was opened without 'path'", { path: 'path' });
    this.#index.save(this.#path);
  }

  async putMany(entries: readonly StoredEntry[], options: BackendCallOptions = {}): Promise<void> {
    for (const entry of entries) this.#check(entry);
    await this.#backend.putMany(entries, options);
    this.#add([...new Map(entries.map((entry) => [entry.id, entry])).values()]);
  }

  getMany(ids: readonly string[], options?: BackendCallOptions): Promise<readonly (StoredEntry | null)[]> {
    return this.#backend.getMany(ids, options);
  }

  async deleteMany(ids: readonly string[], options?: BackendCallOptions): Promise<number> {
    const deleted = await this.#backend.deleteMany(ids, options);
    for (const id of ids) this.#remove(id);
    return deleted;
  }

  async query(query: VectorQuery): Promise<VectorHit[]> {
    const total = this.#index.size();
    for (let wanted = Math.min(total, query.limit * 2); ; wanted = Math.min(total, wanted * 4, wanted + MAX_STEP)) {
      throwIfAborted(query.signal, 'Searching the memory');
      const found = wanted === 0 ? [] : await this.#nearest(query, wanted);
      const allowed = matchEntries(found.map(({ entry }) => entry), query.filter, query.now);
      const hits = found.filter(({ entry }, i) => allowed[i] && (entry.namespace ?? '') === query.namespace);
      if (hits.length >= query.limit || wanted >= total) return hits.slice(0, query.limit);
    }
  }

  async close(): Promise<void> {
    await this.#backend.close?.();
  }

  async #nearest(query: VectorQuery, wanted: number): Promise<VectorHit[]> {
    if (query.vector.length !== this.#dimensions) throw new MemoryError(`Cannot search: the vector has ${query.vector.length} numbers and the index ${this.#dimensions}`);
    // A copy: the package takes a view for all of its buffer.
    const { keys, distances } = this.#index.search(query.vector.slice(), wanted, 1);
    const scores = new Map<string, number>();
    keys.forEach((key, i) => {
      const id = this.#ids.get(key);
      if (id !== undefined) scores.set(id, this.#score(distances[i] as number));
    });
    const entries = await this.#backend.getMany([...scores.keys()], query);
    return entries.flatMap((entry) => (entry === null ? [] : [{ entry, score: scores.get(entry.id) as number }]));
  }

  #add(entries: readonly StoredEntry[]): void {
    const fresh: { key: bigint; vector: Float32Array }[] = [];
    for (const entry of entries) {
      this.#remove(entry.id, entry);
      if (entry.vector === undefined) continue;
      this.#check(entry);
      let key = keyOf(entry);
      while (this.#ids.has(key)) key++;
      this.#ids.set(key, entry.id);
      this.#keys.set(entry.id, key);
      if (this.#index.contains(key) !== true) fresh.push({ key, vector: entry.vector });
    }
    if (fresh.length === 0) return;
    const vectors = new Float32Array(fresh.length * this.#dimensions);
    fresh.forEach(({ vector }, i) => vectors.set(vector, i * this.#dimensions));
    this.#index.add(BigUint64Array.from(fresh.map(({ key }) => key)), vectors, 1);
  }

  #remove(id: string, except?: StoredEntry): void {
    const key = this.#keys.get(id);
    if (key === undefined) return;
    this.#keys.delete(id);
    this.#ids.delete(key);
    if (except?.vector === undefined || keyOf(except) !== key) this.#index.remove(key);
  }

  #check({ id, vector }: StoredEntry): void {
    if (vector !== undefined && vector.length !== this.#dimensions) {
      throw new MemoryError(`Cannot index entry '${id}': its vector has ${vector.length} numbers and the index ${this.#dimensions}`);
    }
  }

  // As a Memory gives them.
  #score(distance: number): number {
    if (this.#metric === 'euclidean') return 1 / (1 + Math.sqrt(Math.max(0, distance)));
    return this.#metric === 'dot' ? 1 - distance : Math.min(1, Math.max(0, 1 - distance));
  }
}

/** From the id and the vector, so that a file that knows an older vector is noticed: its key is never asked for. */
function keyOf({ id, vector }: StoredEntry): bigint {
  const text = new TextEncoder().encode(JSON.stringify(id));
  const numbers = vector === undefined ? new Uint8Array() : new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  const bytes = new Uint8Array(text.length + numbers.length + 1);
  bytes.set(text);
  bytes.set(numbers, text.length);
  const high = checksum(bytes.subarray(0, -1));
  bytes[bytes.length - 1] = 1;
  return (BigInt(high) << 32n) | BigInt(checksum(bytes));
}
