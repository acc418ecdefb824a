import type { Bitmap } from './bitmap.ts';
import { SEGMENT_ROWS } from './segment-rows.ts';
import { TopK, type RowOrder, type ScoredRow } from './top-k.ts';

/** How vectors are compared. For all three a higher score is better; 'euclidean' scores are negative squared distances. */
export type Metric = 'cosine' | 'dot' | 'euclidean';

/**
 * How much a search may skip: 'exact' nothing, 'high' (at least 99.5 % of the true results) what one byte per number
 * rules out, 'fast' (at least 99 %) what one bit per number rules out.
 */
export type Accuracy = 'exact' | 'high' | 'fast';

/** Vectors by row. Rows are appended and never changed; deleting is the owner's business. */
export interface VectorRows {
  readonly rows: number;
  /** Appends a vector and returns its row. */
  add(vector: ArrayLike<number>): number;
  /** A view of a row as it is stored, valid until the next call. */
  row(row: number): Float32Array;
  /** The best `limit` rows of `allowed`, best first. */
  search(query: ArrayLike<number>, limit: number, allowed: Bitmap, order: RowOrder, accuracy: Accuracy): ScoredRow[];
  /** Drops every row that is not in `keep`; the rest move up in their order. */
  compact(keep: Bitmap): void;
}

/** Compares with every allowed row: all that a small memory needs, and what larger ones fall back to. */
export class ExactIndex implements VectorRows {
  readonly dimensions: number;
  readonly #metric: Metric;
  readonly #segments: Float32Array[] = [];
  #rows = 0;

  constructor(dimensions: number, metric: Metric) {
    this.dimensions = dimensions;
    this.#metric = metric;
  }

  get rows(): number {
    return this.#rows;
  }

  add(vector: ArrayLike<number>): number {
    const row = this.#rows++;
    if (row === this.#segments.length * SEGMENT_ROWS) this.#segments.push(new Float32Array(SEGMENT_ROWS * this.dimensions));
    this.row(row).set(scaled(vector, this.#metric, this.dimensions));
    return row;
  }

  row(row: number): Float32Array {
    const start = (row % SEGMENT_ROWS) * this.dimensions;
    return (this.#segments[Math.floor(row / SEGMENT_ROWS)] as Float32Array).subarray(start, start + this.dimensions);
  }

  search(query: ArrayLike<number>, limit: number, allowed: Bitmap, order: RowOrder): ScoredRow[] {
    const wanted = scaled(query, this.#metric, this.dimensions);
    const best = new TopK(limit, order);
    allowed.forEach((row) => {
      const segment = this.#segments[Math.floor(row / SEGMENT_ROWS)] as Float32Array;
      best.push(row, exactScore(wanted, segment, (row % SEGMENT_ROWS) * this.dimensions, this.dimensions, this.#metric));
    });
    return best.toArray();
  }

  compact(keep: Bitmap): void {
    let to = 0;
    keep.forEach((from) => this.row(to++).set(this.row(from)));
    this.#rows = to;
    this.#segments.length = Math.ceil(to / SEGMENT_ROWS);
  }
}

/** The one routine that makes final scores: 64-bit sums in index order, so every runtime gives the same bits. */
export function exactScore(query: Float64Array, rows: Float32Array, at: number, dimensions: number, metric: Metric): number {
  const euclidean = metric === 'euclidean';
  let sum = 0;
  for (let i = 0; i < dimensions; i++) {
    const a = query[i] as number;
    const b = rows[at + i] as number;
    sum += euclidean ? -((a - b) * (a - b)) : a * b;
  }
  return sum;
}

/** The vector as it is compared: of length 1 for 'cosine', filled up with zeros to `size`. */
export function scaled(vector: ArrayLike<number>, metric: Metric, size: number): Float64Array {
  const result = new Float64Array(size);
  const scale = metric === 'cosine' ? 1 / lengthOf(vector) : 1;
  for (let i = 0; i < vector.length; i++) result[i] = (vector[i] as number) * scale;
  return result;
}

/** Euclidean length, summed in 64 bits. */
export function lengthOf(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) * (vector[i] as number);
  return Math.sqrt(sum);
}
