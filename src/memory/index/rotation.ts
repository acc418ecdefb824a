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
  readonly #arena: Arena;
  readonly #kernels: Kernels;
  readonly #dimensions: number;
  readonly #block: number;
  /** Signs, with the scale of the transform that follows. */
  readonly #factors: Float32Array;
  /** Address of the vectors. */
  readonly values: number;

  constructor(arena: Arena, kernels: Kernels, dimensions: number) {
    this.#arena = arena;
    this.#kernels = kernels;
    this.#dimensions = dimensions;
    this.#block = 1 << (31 - Math.clz32(dimensions));
    this.values = arena.take(dimensions * LANES * 4);
    const scale = 1 / Math.sqrt(this.#block);
    let state = 0x2545f491;
    this.#factors = Float32Array.from({ length: dimensions * ROUNDS }, (_, i) => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const from = this.#start(Math.floor(i / dimensions));
      const inside = i % dimensions >= from && i % dimensions < from + this.#block;
      return ((state & 0x10000) === 0 ? 1 : -1) * (inside ? scale : 1);
    });
  }

  /** Rotates in place; lengths and angles stay. */
  apply(): void {
    const { floats } = this.#arena;
    const factors = this.#factors;
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = round * this.#dimensions, end = i + this.#dimensions, at = this.values >> 2; i < end; i++) {
        const factor = factors[i] as number;
        for (let lane = 0; lane < LANES; lane++, at++) floats[at] = (floats[at] as number) * factor;
      }
      this.#kernels.hadamard(this.values + this.#start(round) * LANES * 4, this.#block);
    }
  }

  #start(round: number): number {
    return round % 2 === 0 ? 0 : this.#dimensions - this.#block;
  }
}
