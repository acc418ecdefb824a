/** A growable set of row numbers. */
export class Bitmap {
  #words: Uint32Array;

  constructor(capacity = 1024) {
    this.#words = new Uint32Array(Math.max(1, (capacity + 31) >>> 5));
  }

  has(row: number): boolean {
    return ((this.#words[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;
  }

  add(row: number): void {
    const word = row >>> 5;
    if (word >= this.#words.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[word] = (this.#words[word] as number) | (1 << (row & 31));
  }

  delete(row: number): void {
    const word = row >>> 5;
    if (word < this.#words.length) this.#words[word] = (this.#words[word] as number) & ~(1 << (row & 31));
  }

  /** Keeps the rows that are in the other set too. */
  intersect(other: Bitmap): this {
    for (let word = 0; word < this.#words.length; word++) this.#words[word] = (this.#words[word] as number) & (other.#words[word] ?? 0);
    return this;
  }

  copy(): Bitmap {
    const copy = new Bitmap(0);
    copy.#words = this.#words.slice();
    return copy;
  }

  /** The bits, 32 rows per word; there may be fewer words than rows. */
  get words(): Uint32Array {
    return this.#words;
  }

  /** How many rows are in the set. */
  get size(): number {
    let total = 0;
    for (let word = 0; word < this.#words.length; word++) total += popcount(this.#words[word] as number);
    return total;
  }

  /** Calls `visit` for each row, ascending. */
  forEach(visit: (row: number) => void): void {
    for (let word = 0; word < this.#words.length; word++) {
      let bits = this.#words[word] as number;
      while (bits !== 0) {
        visit((word << 5) + (31 - Math.clz32(bits & -bits)));
        bits &= bits - 1;
      }
    }
  }
}

/** Number of one bits in a 32-bit integer. */
export function popcount(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
