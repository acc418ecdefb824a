interface Chunk {
  bytes: Uint8Array;
  /** Number of its first piece, from 0. */
  readonly first: number;
  /** Where each of its pieces ends. */
  readonly ends: number[];
}

const SMALLEST = 512;
const LARGEST = 16_384;

/** No chunk, for any number of lists. */
const NOTHING = /* @__PURE__ */ new Uint8Array(0);

/** Pieces of bytes, one after the other in a few arrays: an array for each costs more than what is in it. */
export class ByteList {
  #chunks: Chunk[] = [];
  /** The newest chunk. */
  #last: Chunk = { bytes: NOTHING, first: 0, ends: [] };
  #length = 0;
  /** Bytes in all of them. */
  size = 0;

  get length(): number { return this.#length; }

  push(piece: Uint8Array): void {
    let { bytes, ends } = this.#last;
    let start = ends.length === 0 ? 0 : ends[ends.length - 1] as number;
    if (start + piece.length > bytes.length || bytes === NOTHING) {
      bytes = new Uint8Array(Math.max(piece.length, Math.min(LARGEST, Math.max(SMALLEST, 4 * bytes.length))));
      ends = [];
      start = 0;
      this.#chunks.push(this.#last = { bytes, first: this.#length, ends });
    }
    bytes.set(piece, start);
    ends.push(start + piece.length);
    this.#length++;
    this.size += piece.length;
  }

  /** A copy of piece number `i`, from 0. */
  at(i: number): Uint8Array {
    let low = 0;
    for (let high = this.#chunks.length - 1; low < high;) {
      const middle = (low + high + 1) >> 1;
      if ((this.#chunks[middle] as Chunk).first <= i) low = middle;
      else high = middle - 1;
    }
    const { bytes, first, ends } = this.#chunks[low] as Chunk;
    return bytes.slice(ends[i - first - 1] ?? 0, ends[i - first]);
  }

  list(): Uint8Array[] { return Array.from({ length: this.#length }, (_, i) => this.at(i)); }

  /** Begin anew, with the room there is. */
  clear(): void {
    this.#last = { bytes: this.#last.bytes, first: 0, ends: [] };
    this.#chunks = this.#last.bytes === NOTHING ? [] : [this.#last];
    this.#length = this.size = 0;
  }

  /** Give back the room for more. */
  trim(): void {
    const { bytes, ends } = this.#last;
    this.#last.bytes = bytes.slice(0, ends.at(-1) ?? 0);
    // Who comes back for a little more does not get as much as there was.
    this.#last = { bytes: NOTHING, first: this.#length, ends: [] };
  }
}
