import type { Arena } from './arena.ts';
import type { Bitmap } from './bitmap.ts';
import { exactScore, lengthOf, type Metric } from './exact-index.ts';
import { SEGMENT_ROWS } from './segment-rows.ts';

/** Bytes of a column: a float per row of a segment. */
export const COLUMN: number = SEGMENT_ROWS * 4;

const MAX_FLOAT = 3e38;

/**
 * Vectors in segments of 1,024 rows: signed bytes with a scale for each row, and the floats unless somebody else keeps
 * them. A segment's bytes come first, then columns of scales, errors and squared lengths, the bits, and the floats.
 */
export class PackedRows {
  readonly #arena: Arena;
  readonly #dimensions: number;
  readonly #metric: Metric;
  readonly #withFloats: boolean;
  readonly #segments: number[] = [];
  /** Numbers per row: dimensions, filled up with zeros to whole turns of the kernels. */
  readonly stride: number;
  readonly #columns: number;
  readonly #bits: number;
  readonly #floats: number;
  readonly #single: Float32Array;
  count = 0;
  /** Length of the longest vector there ever was. */
  longest = 0;

  /** With so many bytes for the bits of a segment. */
  constructor(arena: Arena, dimensions: number, metric: Metric, withFloats: boolean, bitBytes: number) {
    this.#arena = arena;
    this.#dimensions = dimensions;
    this.#metric = metric;
    this.#withFloats = withFloats;
    this.stride = (dimensions + 31) & ~31;
    this.#columns = SEGMENT_ROWS * this.stride;
    this.#bits = this.#columns + 3 * COLUMN;
    this.#floats = this.#bits + bitBytes;
    this.#single = new Float32Array(dimensions);
  }

  add(vector: ArrayLike<number>): void {
    const row = this.count;
    if (row === this.#segments.length * SEGMENT_ROWS) {
      this.#segments.push(this.#arena.take(this.#floats + (this.#withFloats ? SEGMENT_ROWS * this.stride * 4 : 0)));
    }
    this.count++;
    const [floats, to] = this.#withFloats ? [this.#arena.floats, this.#floatsOf(row)] : [this.#single, 0];
    const scale = this.#metric === 'cosine' ? 1 / lengthOf(vector) : 1;
    let most = 0;
    let square = 0;
    for (let i = 0; i < this.#dimensions; i++) {
      const value = Math.fround((vector[i] as number) * scale);
      floats[to + i] = value;
      most = Math.max(most, Math.abs(value));
      square += value * value;
    }
    this.#quantise(row, floats, to, most, square);
  }

  /** The vector, as far as it is known here. */
  row(row: number): Float32Array {
    const { floats, bytes } = this.#arena;
    if (this.#withFloats) return floats.subarray(this.#floatsOf(row), this.#floatsOf(row) + this.#dimensions);
    const scale = floats[this.scaleOf(row)] as number;
    for (let i = 0, at = this.bytesOf(row); i < this.#dimensions; i++, at++) this.#single[i] = (bytes[at] as number) * scale;
    return this.#single;
  }

  score(query: Float64Array, row: number): number {
    return this.#withFloats ? exactScore(query, this.#arena.floats, this.#floatsOf(row), this.#dimensions, this.#metric)
      : exactScore(query, this.row(row), 0, this.#dimensions, this.#metric);
  }

  /** Drops every other row. */
  keep(rows: Bitmap): void {
    const { bytes, floats } = this.#arena;
    let to = 0;
    rows.forEach((from) => {
      bytes.copyWithin(this.bytesOf(to), this.bytesOf(from), this.bytesOf(from) + this.stride);
      for (let column = 0; column < 3 * SEGMENT_ROWS; column += SEGMENT_ROWS) {
        floats[this.scaleOf(to) + column] = floats[this.scaleOf(from) + column] as number;
      }
      if (this.#withFloats) floats.copyWithin(this.#floatsOf(to), this.#floatsOf(from), this.#floatsOf(from) + this.#dimensions);
      to++;
    });
    this.count = to;
  }

  /** Address of the bits of the row's segment. */
  bitsOf(row: number): number {
    return this.#segmentOf(row) + this.#bits;
  }

  /** Address of the row's bytes. */
  bytesOf(row: number): number {
    return this.#segmentOf(row) + (row % SEGMENT_ROWS) * this.stride;
  }

  /** Index of the row's scale; how much a number of it is off on average, and its squared length, are a column further each. */
  scaleOf(row: number): number {
    return ((this.#segmentOf(row) + this.#columns) >> 2) + (row % SEGMENT_ROWS);
  }

  #segmentOf(row: number): number {
    return this.#segments[Math.floor(row / SEGMENT_ROWS)] as number;
  }

  #floatsOf(row: number): number {
    return ((this.#segmentOf(row) + this.#floats) >> 2) + (row % SEGMENT_ROWS) * this.stride;
  }

  // `most` is the largest of the numbers, whatever its sign, and `square` their squared length.
  #quantise(row: number, values: Float32Array, from: number, most: number, square: number): void {
    const { floats, bytes } = this.#arena;
    const dimensions = this.#dimensions;
    const to = this.bytesOf(row);
    let lost = 0;
    const scale = Math.fround(most / 127) || 1;
    const levels = 1 / scale;
    for (let i = 0; i < dimensions; i++) {
      const value = values[from + i] as number;
      const level = Math.floor(value * levels + 0.5);
      bytes[to + i] = level;
      const residual = value - level * scale;
      lost += residual * residual;
    }
    const at = this.scaleOf(row);
    floats[at] = scale;
    floats[at + SEGMENT_ROWS] = Math.sqrt(lost / dimensions);
    // Finite, because a weight of 0 times infinity is not 0.
    floats[at + 2 * SEGMENT_ROWS] = Math.min(square, MAX_FLOAT);
    this.longest = Math.max(this.longest, Math.sqrt(square));
  }
}
