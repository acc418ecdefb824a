/** Lines of a trace that are kept from its beginning and from its end. */
const FIRST = 12, LAST = 48;

/** What happened in a simulation, line by line: a hash of all of it, and enough of it to read. */
export class Trace {
  #a = 0xdeadbeef;
  #b = 0x41c6ce57;
  #count = 0;
  readonly #first: string[] = [];
  #last: string[] = [];

  add(line: string): void {
    for (let i = 0; i < line.length; i++) {
      const code = line.charCodeAt(i);
      this.#a = Math.imul(this.#a ^ code, 2_654_435_761);
      this.#b = Math.imul(this.#b ^ code, 1_597_334_677);
    }
    this.#count++;
    if (this.#first.length < FIRST) this.#first.push(line);
    else this.#last.push(line);
    if (this.#last.length > 2 * LAST) this.#last = this.#last.slice(-LAST);
  }

  /** The same for the same lines. */
  get hash(): string {
    const mixed = [Math.imul(this.#a ^ (this.#a >>> 16), 2_246_822_507) ^ this.#b, Math.imul(this.#b ^ (this.#b >>> 13), 3_266_489_909) ^ this.#a];
    return mixed.map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }

  /** The beginning and the end. */
  shortened(): string[] {
    const last = this.#last.slice(-LAST);
    const missing = this.#count - this.#first.length - last.length;
    return [...this.#first, ...(missing > 0 ? [`… ${missing} more …`] : []), ...last];
  }
}
