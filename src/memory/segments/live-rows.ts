import { base64ToBytes, bytesToBase64 } from '../../base/bytes.ts';
import { popcount } from '../index/bitmap.ts';

/** Which rows of a segment count. */
export class LiveRows {
  readonly rows: number;
  readonly #words: Uint32Array;
  #size: number;

  /** `encoded`: what `encode` gave, or null when all rows count. */
  constructor(rows: number, encoded: string | null) {
    this.rows = rows;
    this.#words = new Uint32Array((rows + 31) >>> 5);
    if (encoded === null) {
      for (let row = 0; row < rows; row++) this.#words[row >>> 5] = (this.#words[row >>> 5] as number) | (1 << (row & 31));
    } else {
      const bytes = base64ToBytes(encoded);
      if (bytes.length === this.#words.byteLength) new Uint8Array(this.#words.buffer).set(bytes);
    }
    this.#size = this.#words.reduce((total, word) => total + popcount(word), 0);
  }

  get size(): number {
    return this.#size;
  }

  has(row: number): boolean {
    return ((this.#words[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;
  }

  clear(row: number): void {
    if (!this.has(row)) return;
    this.#words[row >>> 5] = (this.#words[row >>> 5] as number) & ~(1 << (row & 31));
    this.#size--;
  }

  copy(): LiveRows {
    const copy = new LiveRows(this.rows, '');
    copy.#words.set(this.#words);
    copy.#size = this.#size;
    return copy;
  }

  /** Base64 of the bits, or null when all rows count. */
  encode(): string | null {
    return this.#size === this.rows ? null : bytesToBase64(new Uint8Array(this.#words.buffer));
  }
}
