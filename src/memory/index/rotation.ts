import type { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';

const ROUNDS = 4;

/** Vectors that are rotated at a time; number i of each, then i + 1. */
export const LANES = 4;

/**
 * A fixed pseudo-random rotation of `dimensions` numbers: signs, then a Hadamard transform of the first or the last power
 * of two of them, four times. It spreads every direction evenly over the axes, which is what one-bit rows need.
 */
export class Rotation {
  readonly #kernels: Kernels;
  readonly #dimensions: number;
  readonly #block: number;
  /** Address of signs, with the scale of the transform that follows, for each round. */
  readonly #factors: number;
  /** Address of the vectors. */
  readonly values: number;

  constructor(arena: Arena, kernels: Kernels, dimensions: number) {
    this.#kernels = kernels;
    this.#dimensions = dimensions;
    this.#block = 1 << (31 - Math.clz32(dimensions));
    this.values = arena.take(dimensions * LANES * 4);
    const scale = 1 / Math.sqrt(this.#block);
    let state = 0x2545f491;
    this.#factors = arena.take(dimensions * ROUNDS * 4);
    for (let i = 0; i < dimensions * ROUNDS; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const from = this.#start(Math.floor(i / dimensions));
      const inside = i % dimensions >= from && i % dimensions < from + this.#block;
      arena.floats[(this.#factors >> 2) + i] = ((state & 0x10000) === 0 ? 1 : -1) * (inside ? scale : 1);
    }
  }

  /** Rotates in place; lengths and angles stay. */
  apply(): void {
    for (let round = 0; round < ROUNDS; round++) {
      const part = this.values + this.#start(round) * LANES * 4;
      this.#kernels.rotate(this.values, this.#factors + round * this.#dimensions * 4, this.#dimensions, part, this.#block);
    }
  }

  #start(round: number): number {
    return round % 2 === 0 ? 0 : this.#dimensions - this.#block;
  }
}
