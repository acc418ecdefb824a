import type { Bitmap } from './bitmap.ts';
import { TopK, type RowOrder, type ScoredRow } from './top-k.ts';

/** Rows per segment. */
export const SEGMENT_ROWS = 1024;

/**
 * Vectors in packed segments of 1,024 rows, ranked by cosine.
 *
 * Rows are appended and never changed; deleting is the owner's business (it passes the rows that may be returned).
 */
export class VectorIndex {
  readonly dimensions: number;
  readonly #segments: Float32Array[] = [];
  #rows = 0;

  constructor(dimensions: number) {
    this.dimensions = dimensions;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Appends a vector, scaled to length 1, and returns its row. */
  add(vector: Float32Array): number {
    const row = this.#rows++;
    if (row % SEGMENT_ROWS === 0) this.#segments.push(new Float32Array(SEGMENT_ROWS * this.dimensions));
    const segment = this.#segments[this.#segments.length - 1] as Float32Array;
    const offset = (row % SEGMENT_ROWS) * this.dimensions;
    const scale = 1 / lengthOf(vector);
    for (let i = 0; i < this.dimensions; i++) segment[offset + i] = (vector[i] as number) * scale;
    return row;
  }

  /** The best `limit` rows of `allowed`, best first. `query` need not have length 1. */
  search(query: Float32Array, limit: number, allowed: Bitmap, order: RowOrder): ScoredRow[] {
    const unit = new Float64Array(query);
    const scale = 1 / lengthOf(query);
    for (let i = 0; i < unit.length; i++) unit[i] = (unit[i] as number) * scale;
    const best = new TopK(limit, order);
    allowed.forEach((row) => {
      const score = this.#exact(unit, row);
      if (score >= best.floor) best.push(row, score);
    });
    return best.toArray();
  }

  /** Drops every row that is not in `keep`; the rest move up in their order. */
  compact(keep: Bitmap): void {
    const { dimensions } = this;
    let to = 0;
    keep.forEach((from) => {
      const source = this.#segments[Math.floor(from / SEGMENT_ROWS)] as Float32Array;
      const target = this.#segments[Math.floor(to / SEGMENT_ROWS)] as Float32Array;
      const start = (from % SEGMENT_ROWS) * dimensions;
      target.set(source.subarray(start, start + dimensions), (to % SEGMENT_ROWS) * dimensions);
      to++;
    });
    this.#rows = to;
    this.#segments.length = Math.ceil(to / SEGMENT_ROWS);
  }

  // The one routine that makes final scores: 64-bit sums in index order, so every runtime gives the same bits.
  #exact(unit: Float64Array, row: number): number {
    const segment = this.#segments[Math.floor(row / SEGMENT_ROWS)] as Float32Array;
    const offset = (row % SEGMENT_ROWS) * this.dimensions;
    let sum = 0;
    for (let i = 0; i < unit.length; i++) sum += (unit[i] as number) * (segment[offset + i] as number);
    return sum;
  }
}

/** Euclidean length, summed in 64 bits. */
export function lengthOf(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) ** 2;
  return Math.sqrt(sum);
}
