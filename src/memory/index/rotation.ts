const ROUNDS = 2;

/**
 * A fixed pseudo-random rotation of `dimensions` numbers: signs, then Hadamard transforms over the first and the last
 * power of two of them, twice. It spreads every direction evenly over the axes, which is what one-bit rows need.
 */
export class Rotation {
  readonly #dimensions: number;
  readonly #block: number;
  readonly #signs: Int8Array;

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#block = 2 ** Math.floor(Math.log2(dimensions));
    this.#signs = new Int8Array(dimensions * ROUNDS);
    let state = 0x2545f491;
    for (let i = 0; i < this.#signs.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      this.#signs[i] = (state & 0x10000) === 0 ? 1 : -1;
    }
  }

  /** Rotates in place; lengths and angles stay. */
  apply(values: Float64Array): void {
    for (let round = 0; round < ROUNDS; round++) {
      const signs = round * this.#dimensions;
      for (let i = 0; i < this.#dimensions; i++) values[i] = (values[i] as number) * (this.#signs[signs + i] as number);
      this.#hadamard(values, 0);
      if (this.#block < this.#dimensions) this.#hadamard(values, this.#dimensions - this.#block);
    }
  }

  #hadamard(values: Float64Array, start: number): void {
    const end = start + this.#block;
    for (let half = 1; half < this.#block; half *= 2) {
      for (let group = start; group < end; group += 2 * half) {
        for (let i = group; i < group + half; i++) {
          const a = values[i] as number;
          const b = values[i + half] as number;
          values[i] = a + b;
          values[i + half] = a - b;
        }
      }
    }
    const scale = 1 / Math.sqrt(this.#block);
    for (let i = start; i < end; i++) values[i] = (values[i] as number) * scale;
  }
}
