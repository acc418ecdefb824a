import type { Arena } from './arena.ts';
import { popcount } from './bitmap.ts';
import { Growing } from './growing.ts';
import type { Kernels } from './kernels.ts';
import { Rotation } from './rotation.ts';
import { SEGMENT_ROWS } from './segment-rows.ts';

// Counters of the kernel are bytes: 31 turns of 128 bits.
const MAX_DIMENSIONS = 31 * 128;
// With fewer, signs say too little for the estimates to be normally distributed.
const MIN_DIMENSIONS = 64;
// Two bits per number of the query, the levels that lose least of normally distributed numbers.
const PLANES = 2;
const STEP = 0.996;

/** A query prepared for bit rows. */
export interface BitQuery {
  readonly rotated: Float64Array;
  /** Distance of two levels. */
  readonly step: number;
  /** Of all numbers as quantised. */
  readonly sum: number;
}

/**
 * One bit per number for full segments: rows are taken relative to the mean of their segment, rotated, and reduced to
 * signs. Two bit planes of the query against them estimate the dot product without bias (the estimator of RaBitQ).
 */
export class BitRows {
  readonly #arena: Arena;
  readonly #dimensions: number;
  readonly #width: number;
  readonly #rotation: Rotation;
  readonly #planes: number;
  /** Address of the bits of each sealed segment, and the rotated mean of its rows. */
  readonly #segments: { address: number; mean: Float64Array }[] = [];
  readonly #free: number[] = [];
  readonly #factor = new Growing();
  readonly #count = new Growing();
  /** Standard deviation of a row's estimate for a query of length 1. */
  readonly deviation: Growing = new Growing();

  static supports(dimensions: number): boolean {
    return dimensions >= MIN_DIMENSIONS && dimensions <= MAX_DIMENSIONS;
  }

  constructor(arena: Arena, dimensions: number) {
    this.#arena = arena;
    this.#dimensions = dimensions;
    this.#width = 16 * Math.ceil(dimensions / 128);
    this.#rotation = new Rotation(dimensions);
    this.#planes = arena.take(PLANES * this.#width);
  }

  /** How many segments have bits; they are the first ones. */
  get sealed(): number {
    return this.#segments.length;
  }

  /** Makes the bits of the next segment from its rows, `stride` floats apart, the first at `rows` (an index of floats). */
  seal(rows: number, stride: number): void {
    const dimensions = this.#dimensions;
    const address = this.#free.pop() ?? this.#arena.take(SEGMENT_ROWS * this.#width);
    const { floats, words } = this.#arena;
    const mean = new Float64Array(dimensions);
    for (let row = 0; row < SEGMENT_ROWS; row++) {
      for (let i = 0; i < dimensions; i++) mean[i] = (mean[i] as number) + (floats[rows + row * stride + i] as number);
    }
    for (let i = 0; i < dimensions; i++) mean[i] = (mean[i] as number) / SEGMENT_ROWS;
    const offset = this.#segments.length * SEGMENT_ROWS;
    const values = new Float64Array(dimensions);
    for (let row = 0; row < SEGMENT_ROWS; row++) {
      for (let i = 0; i < dimensions; i++) values[i] = (floats[rows + row * stride + i] as number) - (mean[i] as number);
      this.#rotation.apply(values);
      let [square, absolute, count] = [0, 0, 0];
      const at = (address + row * this.#width) >> 2;
      for (let word = 0; word * 32 < dimensions; word++) {
        let bits = 0;
        for (let bit = 0; bit < 32 && word * 32 + bit < dimensions; bit++) {
          const value = values[word * 32 + bit] as number;
          square += value * value;
          absolute += Math.abs(value);
          if (value > 0) bits |= 1 << bit;
        }
        words[at + word] = bits;
        count += popcount(bits);
      }
      // The cosine between the row and its signs; what is lost of it is the spread of the estimate.
      const agreement = square === 0 ? 1 : absolute / Math.sqrt(square * dimensions);
      this.#factor.set(offset + row, absolute === 0 ? 0 : square / absolute);
      this.#count.set(offset + row, count);
      this.deviation.set(offset + row, Math.sqrt((square * (1 - Math.min(1, agreement ** 2))) / Math.max(1, dimensions - 1)) / agreement);
    }
    this.#rotation.apply(mean);
    this.#segments.push({ address, mean });
  }

  /** Forgets all bits; the segments must be sealed again. */
  clear(): void {
    for (const { address } of this.#segments) this.#free.push(address);
    this.#segments.length = 0;
  }

  prepare(query: Float64Array): BitQuery {
    const rotated = new Float64Array(this.#dimensions);
    rotated.set(query.subarray(0, this.#dimensions));
    this.#rotation.apply(rotated);
    let square = 0;
    for (const value of rotated) square += value * value;
    const step = STEP * Math.sqrt(square / this.#dimensions) || 1;
    const { words } = this.#arena;
    words.fill(0, this.#planes >> 2, (this.#planes + PLANES * this.#width) >> 2);
    let [sum, agreement] = [0, 0];
    rotated.forEach((value, i) => {
      const level = Math.max(0, Math.min(3, Math.round(value / step + 1.5)));
      for (let plane = 0; plane < PLANES; plane++) {
        const word = ((this.#planes + plane * this.#width) >> 2) + (i >> 5);
        if ((level & (1 << plane)) !== 0) words[word] = (words[word] as number) | (1 << (i & 31));
      }
      sum += level - 1.5;
      agreement += value * (level - 1.5);
    });
    // Four levels shrink the query; what is left of it is stretched back, so that estimates have no bias.
    const stretched = square / agreement || 1;
    return { rotated, step: stretched, sum: sum * stretched };
  }

  /** Writes the estimated dot products of a sealed segment to `target`, one per row. */
  estimate(segment: number, query: BitQuery, kernels: Kernels, out: number, target: Float32Array): void {
    const { address, mean } = this.#segments[segment] as { address: number; mean: Float64Array };
    kernels.bits(address, SEGMENT_ROWS, this.#planes, out, this.#width);
    let base = 0;
    for (let i = 0; i < mean.length; i++) base += (mean[i] as number) * (query.rotated[i] as number);
    const offset = segment * SEGMENT_ROWS;
    const { ints } = this.#arena;
    const factors = this.#factor.values;
    const counts = this.#count.values;
    for (let row = 0, at = out >> 2; row < SEGMENT_ROWS; row++, at++) {
      const signed = query.step * (2 * (ints[at] as number) - 3 * (counts[offset + row] as number)) - query.sum;
      target[offset + row] = base + (factors[offset + row] as number) * signed;
    }
  }
}
