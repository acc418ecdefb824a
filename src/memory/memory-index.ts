import type { StoredEntry } from '../spec/memory.ts';
import type { CompiledFilter, FilterableRows } from './filter.ts';
import { Bitmap } from './index/bitmap.ts';
import type { Columns } from './index/columns.ts';
import { type Accuracy, ExactIndex, type Metric, type VectorRows } from './index/exact-index.ts';
import type { ScoredRow } from './index/top-k.ts';
import { SEGMENT_ROWS } from './index/segment-rows.ts';
import { Bm25Index, type Expand } from './lexical/bm25-index.ts';
import type { Tokenize } from './lexical/tokenize.ts';

/** What a memory keeps of each number of a vector: 4 bytes and 1, or 1. */
export type VectorKind = 'float32' | 'int8';

// From here on comparing with every row is slower than loading the code that does not.
const EXACT_ROWS = 2048;

/** Ranks entries; a cache that can be rebuilt from the backend at any time. */
export class MemoryIndex implements FilterableRows {
  #entries: (StoredEntry | null)[] = [];
  readonly #rowById = new Map<string, number>();
  live: Bitmap = new Bitmap();
  #vectors: VectorRows | null = null;
  readonly #withVectors: boolean;
  readonly #metric: Metric;
  readonly #kind: VectorKind;
  readonly words: Bm25Index;
  columns: Columns | null = null;
  /** When each row expires, for those that do. */
  readonly #expiry = new Map<number, number>();
  /** Rows of each namespace. */
  readonly #namespaces = new Map<string, Bitmap>();

  constructor(withVectors: boolean, metric: Metric, kind: VectorKind, tokenizer: Tokenize) {
    this.words = new Bm25Index(tokenizer);
    this.#metric = metric;
    this.#kind = kind;
    this.#withVectors = withVectors;
  }

  /** Loads what large memories search with, before `rows` entries are in; does nothing for fewer. */
  async prepare(rows: number): Promise<void> {
    const small = this.#vectors;
    if (!(small instanceof ExactIndex) || rows <= EXACT_ROWS) return;
    const { VectorIndex } = await import('./index/vector-index.ts');
    const large = await VectorIndex.open(small.dimensions, this.#metric, this.#kind === 'float32');
    for (let row = 0; row < small.rows; row++) large.add(small.row(row));
    this.#vectors = large;
  }

  /** Entries ever put since the last compaction. */
  get rows(): number {
    return this.#entries.length;
  }

  get size(): number {
    return this.#rowById.size;
  }

  get(id: string): StoredEntry | null {
    const row = this.#rowById.get(id);
    return row === undefined ? null : this.entryAt(row);
  }

  rowOf(id: string): number | undefined {
    return this.#rowById.get(id);
  }

  /** Adds or replaces. With vectors, every entry must bring one. The vector itself is packed, not kept. */
  put(entry: StoredEntry): void {
    this.delete(entry.id);
    const { vector, ...kept } = entry;
    // Every entry brings a vector then, all of one length: the store has seen to that. First, because there may be no room.
    if (this.#withVectors && vector !== undefined) (this.#vectors ??= new ExactIndex(vector.length, this.#metric)).add(vector);
    const row = this.#entries.push(kept) - 1;
    this.words.add(row, entry.text);
    this.columns?.add();
    this.#track(kept, row);
  }

  #track({ id, namespace = '', expiresAt }: StoredEntry, row: number): void {
    if (expiresAt !== undefined) this.#expiry.set(row, expiresAt);
    this.#rowsOf(namespace).add(row);
    this.#rowById.set(id, row);
    this.live.add(row);
  }

  delete(id: string): boolean {
    const row = this.#rowById.get(id);
    if (row === undefined) return false;
    const entry = this.entryAt(row);
    this.words.remove(row, entry.text);
    this.#expiry.delete(row);
    this.#rowsOf(entry.namespace ?? '').delete(row);
    this.#rowById.delete(id);
    this.live.delete(row);
    this.#entries[row] = null;
    if (this.#entries.length - this.size > Math.max(SEGMENT_ROWS, this.#entries.length / 4)) this.#compact();
    return true;
  }

  /** Rows that may be returned: of the namespace, not expired at `now`, and matching the filter. */
  allow(namespace: string, filter: CompiledFilter | null, now: number): Bitmap {
    const allowed = this.#rowsOf(namespace).copy();
    for (const [row, at] of this.#expiry) if (at <= now) allowed.delete(row);
    return filter === null ? allowed : allowed.intersect(filter(this));
  }

  readField(row: number, field: string): unknown {
    const metadata = this.#entries[row]?.metadata;
    return metadata && Object.hasOwn(metadata, field) ? metadata[field] : undefined;
  }

  #rowsOf(namespace: string): Bitmap {
    let rows = this.#namespaces.get(namespace);
    if (rows === undefined) this.#namespaces.set(namespace, rows = new Bitmap());
    return rows;
  }

  /** Ids of the entries that have expired at `now`. */
  expired(now: number): string[] {
    return [...this.#expiry].filter(([, at]) => at <= now).map(([row]) => this.entryAt(row).id);
  }

  byVector(query: Float32Array, limit: number, allowed: Bitmap, accuracy: Accuracy): ScoredRow[] {
    return this.#vectors?.search(query, limit, allowed, this.order, accuracy) ?? [];
  }

  byWords(query: string, limit: number, allowed: Bitmap, expand?: Expand): ScoredRow[] {
    return this.words.search(query, limit, allowed, this.order, expand);
  }

  /** Equal scores are ordered by id, so that results do not depend on the order of writes. */
  readonly order = (a: number, b: number): number => {
    const [first, second] = [this.entryAt(a).id, this.entryAt(b).id];
    return first < second ? -1 : first > second ? 1 : 0;
  };

  /** The vector of a row, as it is compared. */
  vectorAt(row: number): Float32Array | null {
    return this.#vectors?.row(row) ?? null;
  }

  /** The entry of a live row. */
  entryAt(row: number): StoredEntry {
    return this.#entries[row] as StoredEntry;
  }

  #compact(): void {
    this.#vectors?.compact(this.live);
    this.words.compact(this.live);
    this.#entries = this.#entries.filter((entry) => entry !== null);
    this.live = new Bitmap(this.#entries.length);
    this.columns = null;
    this.#expiry.clear();
    this.#namespaces.clear();
    this.#entries.forEach((entry, row) => this.#track(entry as StoredEntry, row));
  }
}
