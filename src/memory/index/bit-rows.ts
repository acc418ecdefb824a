import type { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';
import { LANES, Rotation } from './rotation.ts';
import { SEGMENT_ROWS } from './segment-rows.ts';

// Sums of the kernel have 16 bits.
const MAX_DIMENSIONS = 4096;
const MAX_SUM = 2 ** 16 - 1;
// With fewer, signs say too little for the estimates to be normally distributed.
const MIN_DIMENSIONS = 64;
// The kernel adds two entries of tables in 8 bits.
const MAX_ENTRY = 127;
// Any centre makes estimates without bias; this share of the rows finds a good one.
const SAMPLED = 16;

/** A query prepared for bit rows: its tables are in the arena. The dot product with a row's signs is step * sum + offset. */
export interface BitQuery {
  readonly rotated: Float32Array;
  readonly step: number;
  readonly offset: number;
}

/** Addresses of a segment's bits and of its columns, and the rotated mean of its rows. */
export interface BitSegment {
  readonly bits: number;
  /** What makes the dot product with a row's signs one with the row. */
  readonly factor: number;
  /** Standard deviation of a row's estimate for a query of length 1. */
  readonly deviation: number;
  /** Where a search puts its estimates. */
  readonly estimates: number;
  readonly mean: Float32Array;
}

/**
 * One bit per number for full segments: rows are taken relative to the mean of their segment, rotated, and reduced to
 * signs, which estimate dot products without bias (the estimator of RaBitQ). The signs of four numbers are looked up in
 * a table of the query.
 */
export class BitRows {
  readonly #arena: Arena;
  readonly #dimensions: number;
  readonly #rotation: Rotation;
  /** Bytes per row. */
  readonly width: number;
  /** Address of the query's tables. */
  readonly tables: number;
  /** Address of a column of ones. */
  readonly ones: number;
  /** The sealed segments; they are the first ones. */
  readonly segments: BitSegment[] = [];

  /** How many bytes it needs for each segment. */
  static bytesFor(dimensions: number): number {
    return BitRows.supports(dimensions) ? SEGMENT_ROWS * (dimensions / 8 + 3 * 4) : 0;
  }

  static supports(dimensions: number): boolean {
    return dimensions >= MIN_DIMENSIONS && dimensions <= MAX_DIMENSIONS;
  }

  /** For a multiple of 8 dimensions. */
  constructor(arena: Arena, kernels: Kernels, dimensions: number) {
    this.#arena = arena;
    this.#dimensions = dimensions;
    this.width = dimensions / 8;
    this.#rotation = new Rotation(arena, kernels, dimensions);
    this.tables = arena.take(32 * this.width);
    this.ones = arena.take(SEGMENT_ROWS * 4);
    arena.floats.fill(1, this.ones >> 2, (this.ones >> 2) + SEGMENT_ROWS);
  }

  /** Makes the bits of the next segment from its bytes, `stride` apart, and their scales (an index of floats), at an address. */
  seal(rows: number, stride: number, scales: number, address: number): void {
    const dimensions = this.#dimensions;
    const column = SEGMENT_ROWS * 4;
    const factor = address + SEGMENT_ROWS * this.width;
    const { bytes, floats } = this.#arena;
    const rotated = this.#rotation.values >> 2;
    const sums = new Float64Array(dimensions);
    for (let row = 0; row < SEGMENT_ROWS; row += SAMPLED) {
      const scale = floats[scales + row] as number;
      for (let i = 0, at = rows + row * stride; i < dimensions; i++, at++) sums[i] = (sums[i] as number) + (bytes[at] as number) * scale;
    }
    const mean = Float32Array.from(sums, (sum) => (sum * SAMPLED) / SEGMENT_ROWS);
    for (let first = 0; first < SEGMENT_ROWS; first += LANES) {
      for (let lane = 0; lane < LANES; lane++) {
        const scale = floats[scales + first + lane] as number;
        for (let i = 0, from = rows + (first + lane) * stride, to = rotated + lane; i < dimensions; i++, from++, to += LANES) {
          floats[to] = (bytes[from] as number) * scale - (mean[i] as number);
        }
      }
      this.#rotation.apply();
      for (let lane = 0; lane < LANES; lane++) this.#pack(first + lane, rotated + lane, address, factor >> 2);
    }
    this.segments.push({ bits: address, factor, deviation: factor + column, estimates: factor + 2 * column, mean: this.#rotate(mean) });
  }

  // The signs of a rotated row as bits, in the kernel's order, and its columns.
  #pack(row: number, from: number, address: number, factor: number): void {
    const dimensions = this.#dimensions;
    const { bytes, floats } = this.#arena;
    let [square, absolute] = [0, 0];
    let to = address + (row & ~15) * this.width + 2 * (row & 7) + ((row >> 3) & 1);
    for (let i = 0, at = from; i < dimensions; i += 8, to += 16) {
      let byte = 0;
      for (let bit = 0; bit < 8; bit++, at += LANES) {
        const value = floats[at] as number;
        square += value * value;
        absolute += Math.abs(value);
        if (value > 0) byte |= 1 << bit;
      }
      bytes[to] = byte;
    }
    // The cosine between the row and its signs; what is lost of it is the spread of the estimate.
    const agreement = square === 0 ? 1 : absolute / Math.sqrt(square * dimensions);
    floats[factor + row] = absolute === 0 ? 0 : square / absolute;
    floats[factor + row + SEGMENT_ROWS] = Math.sqrt((square * (1 - Math.min(1, agreement * agreement))) / (dimensions - 1)) / agreement;
  }

  #rotate(vector: ArrayLike<number>): Float32Array {
    const { floats } = this.#arena;
    const at = this.#rotation.values >> 2;
    for (let i = 0; i < this.#dimensions; i++) floats[at + i * LANES] = vector[i] as number;
    this.#rotation.apply();
    const rotated = new Float32Array(this.#dimensions);
    for (let i = 0; i < this.#dimensions; i++) rotated[i] = floats[at + i * LANES] as number;
    return rotated;
  }

  /** Forgets all bits; the segments must be sealed again. */
  clear(): void {
    this.segments.length = 0;
  }

  prepare(query: Float64Array): BitQuery {
    const rotated = this.#rotate(query);
    let [most, offset] = [0, 0];
    for (let i = 0; i < rotated.length; i += 4) {
      const sum = Math.abs(rotated[i] as number) + Math.abs(rotated[i + 1] as number) + Math.abs(rotated[i + 2] as number) + Math.abs(rotated[i + 3] as number);
      most = Math.max(most, sum);
      offset -= sum;
    }
    const step = (2 * most) / Math.min(MAX_ENTRY, Math.floor((4 * MAX_SUM) / rotated.length)) || 1;
    const levels = 1 / step;
    const { bytes } = this.#arena;
    const sums = new Float64Array(16);
    for (let i = 0, at = this.tables; i < rotated.length; i += 4, at += 16) {
      // Entry n: the sum of the four numbers, each negative unless its bit of n is set, raised to be positive: twice the
      // positive numbers whose bit is set, and the negative ones whose bit is not.
      sums[0] = 0;
      for (let bit = 0, n = 1; bit < 4; bit++, n *= 2) {
        const twice = 2 * (rotated[i + bit] as number);
        const set = Math.max(0, twice);
        for (let m = 0; m < n; m++) {
          const sum = sums[m] as number;
          sums[m + n] = sum + set;
          sums[m] = sum + set - twice;
        }
      }
      for (let n = 0; n < 16; n++) bytes[at + n] = Math.floor((sums[n] as number) * levels + 0.5);
    }
    return { rotated, step, offset };
  }
}
