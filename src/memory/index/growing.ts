/** Numbers by row, in a typed array that doubles when it is full. */
export class Growing {
  #values = new Float32Array(1024);

  get(row: number): number {
    return this.#values[row] as number;
  }

  set(row: number, value: number): void {
    if (row >= this.#values.length) {
      const grown = new Float32Array(Math.max(row + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[row] = value;
  }

  /** For loops: valid until the next `set`. */
  get values(): Float32Array {
    return this.#values;
  }
}
