import type { StoredEntry } from '../spec/memory.ts';
import type { FilterTest } from './filter.ts';
import { Bitmap } from './index/bitmap.ts';
import { type Accuracy, ExactIndex, type Metric, type VectorRows } from './index/exact-index.ts';
import type { ScoredRow } from './index/top-k.ts';
import { SEGMENT_ROWS } from './index/segment-rows.ts';
import { Bm25Index } from './lexical/bm25-index.ts';

// From here on comparing with every row is slower than loading the code that does not.
const EXACT_ROWS = 2048;

/** Ranks entries; a cache that can be rebuilt from the backend at any time. */
export class MemoryIndex {
  #entries: (StoredEntry | null)[] = [];
  readonly #rowById = new Map<string, number>();
  #live = new Bitmap();
  #vectors: VectorRows | null;
  readonly #dimensions: number;
  readonly #metric: Metric;
  readonly #words = new Bm25Index();

  /** `dimensions` null: no vectors. */
  constructor(dimensions: number | null, metric: Metric) {
    this.#dimensions = dimensions ?? 0;
    this.#metric = metric;
    this.#vectors = dimensions === null ? null : new ExactIndex(dimensions, metric);
  }

  /** Loads what large memories search with, before `rows` entries are in; does nothing for fewer. */
  async prepare(rows: number): Promise<void> {
    const small = this.#vectors;
    if (!(small instanceof ExactIndex) || rows <= EXACT_ROWS) return;
    const { VectorIndex } = await import('./index/vector-index.ts');
    const large = new VectorIndex(this.#dimensions, this.#metric);
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

  /** Adds or replaces. With vectors, every entry must bring one. The vector itself is packed, not kept. */
  put(entry: StoredEntry): void {
    this.delete(entry.id);
    const row = this.#entries.length;
    const { vector, ...kept } = entry;
    this.#entries.push(kept);
    if (this.#vectors !== null) this.#vectors.add(vector as Float32Array);
    this.#words.add(row, entry.text);
    this.#rowById.set(entry.id, row);
    this.#live.add(row);
  }

  delete(id: string): boolean {
    const row = this.#rowById.get(id);
    if (row === undefined) return false;
    this.#words.remove(row, this.entryAt(row).text);
    this.#rowById.delete(id);
    this.#live.delete(row);
    this.#entries[row] = null;
    if (this.#entries.length - this.size > Math.max(SEGMENT_ROWS, this.#entries.length / 4)) this.#compact();
    return true;
  }

  /** Rows that may be returned. */
  allow(test: FilterTest | null): Bitmap {
    if (test === null) return this.#live;
    const allowed = new Bitmap(this.#entries.length);
    this.#live.forEach((row) => {
      if (test(this.entryAt(row).metadata)) allowed.add(row);
    });
    return allowed;
  }

  byVector(query: Float32Array, limit: number, allowed: Bitmap, accuracy: Accuracy): ScoredRow[] {
    return this.#vectors?.search(query, limit, allowed, this.order, accuracy) ?? [];
  }

  byWords(query: string, limit: number, allowed: Bitmap): ScoredRow[] {
    return this.#words.search(query, limit, allowed, this.order);
  }

  idf(term: string): number {
    return this.#words.idf(term);
  }

  /** Equal scores are ordered by id, so that results do not depend on the order of writes. */
  readonly order = (a: number, b: number): number => {
    const [first, second] = [this.entryAt(a).id, this.entryAt(b).id];
    return first < second ? -1 : first > second ? 1 : 0;
  };

  coverage(query: string): number {
    return this.#words.coverage(query);
  }

  /** The entry of a live row. */
  entryAt(row: number): StoredEntry {
    return this.#entries[row] as StoredEntry;
  }

  #compact(): void {
    this.#vectors?.compact(this.#live);
    this.#words.compact(this.#live);
    this.#entries = this.#entries.filter((entry) => entry !== null);
    this.#live = new Bitmap(this.#entries.length);
    this.#entries.forEach((entry, row) => {
      this.#rowById.set((entry as StoredEntry).id, row);
      this.#live.add(row);
    });
  }
}
