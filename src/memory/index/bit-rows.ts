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
// What rounding can add to an entry.
const ROUNDED = 2;
// Any centre makes estimates without bias; this share of the rows finds a good one.
const SAMPLED = 16;

/** A query prepared for bit rows: its tables are in the arena. The dot product with a row's signs is step * sum + offset. */
export interface BitQuery {
  readonly step: number;
  readonly offset: number;
}

/** Addresses of a segment's bits, of its columns and of the mean of its rows. */
export interface BitSegment {
  readonly bits: number;
  /** What makes the dot product with a row's signs one with the row. */
  readonly factor: number;
  /** Standard deviation of a row's estimate for a query of length 1. */
  readonly deviation: number;
  /** Where a search puts its estimates. */
  readonly estimates: number;
  /** Signed bytes. */
  readonly mean: number;
  /** The distance of two levels of the mean. */
  readonly scale: number;
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
    return BitRows.supports(dimensions) ? SEGMENT_ROWS * (dimensions / 8 + 3 * 4) + dimensions : 0;
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
    const mean = factor + 3 * column;
    let most = 0;
    for (const sum of sums) most = Math.max(most, Math.abs(sum));
    const level = most / 127 || 1;
    sums.forEach((sum, i) => { bytes[mean + i] = Math.round(sum / level); });
    const meanScale = (level * SAMPLED) / SEGMENT_ROWS;
    for (let first = 0; first < SEGMENT_ROWS; first += LANES) {
      for (let lane = 0; lane < LANES; lane++) {
        const scale = floats[scales + first + lane] as number;
        for (let i = 0, from = rows + (first + lane) * stride, to = rotated + lane; i < dimensions; i++, from++, to += LANES) {
          floats[to] = (bytes[from] as number) * scale - (bytes[mean + i] as number) * meanScale;
        }
      }
      this.#rotation.apply();
      for (let lane = 0; lane < LANES; lane++) this.#pack(first + lane, rotated + lane, address, factor >> 2);
    }
    this.segments.push({ bits: address, factor, deviation: factor + column, estimates: factor + 2 * column, mean, scale: meanScale });
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

  /** Forgets all bits; the segments must be sealed again. */
  clear(): void {
    this.segments.length = 0;
  }

  prepare(query: Float64Array): BitQuery {
    const { bytes, floats } = this.#arena;
    const dimensions = this.#dimensions;
    const rotated = this.#rotation.values >> 2;
    const sizeOf = (i: number): number => Math.abs(floats[rotated + i * LANES] as number);
    for (let i = 0; i < dimensions; i++) floats[rotated + i * LANES] = query[i] as number;
    this.#rotation.apply();
    let most = 0;
    for (let i = 0; i < dimensions; i += 4) most = Math.max(most, sizeOf(i) + sizeOf(i + 1) + sizeOf(i + 2) + sizeOf(i + 3));
    const step = (2 * most) / (Math.min(MAX_ENTRY, Math.floor((4 * MAX_SUM) / dimensions)) - ROUNDED) || 1;
    const levels = 2 / step;
    let offset = 0;
    for (let i = 0, at = this.tables; i < dimensions; i += 4, at += 16) {
      // Entry n: the sum of the four numbers, each negative unless its bit of n is set, raised to be positive: twice the
      // positive numbers whose bit is set, and the negative ones whose bit is not.
      bytes[at] = 0;
      for (let bit = 0, n = 1; bit < 4; bit++, n *= 2) {
        const level = Math.floor(sizeOf(i + bit) * levels + 0.5);
        const set = (floats[rotated + (i + bit) * LANES] as number) > 0 ? level : 0;
        for (let m = at; m < at + n; m++) {
          const sum = bytes[m] as number;
          bytes[m + n] = sum + set;
          bytes[m] = sum + level - set;
        }
        offset -= level;
      }
    }
    return { step, offset: (offset * step) / 2 };
  }
}
