const PAGE = 65536;

/** One growing block of memory with typed views; a WebAssembly memory where there is one, so that kernels can read it. */
export class Arena {
  /** For instantiating kernels; null where WebAssembly is missing. */
  readonly wasm: WebAssembly.Memory | null = typeof WebAssembly === 'object' ? new WebAssembly.Memory({ initial: 1 }) : null;
  #buffer: ArrayBuffer = this.wasm?.buffer ?? new ArrayBuffer(PAGE);
  #used = 0;
  floats: Float32Array = new Float32Array(0);
  bytes: Int8Array = new Int8Array(0);
  shorts: Int16Array = new Int16Array(0);
  ints: Int32Array = new Int32Array(0);

  constructor() {
    this.#view();
  }


  /** Takes zeroed bytes and returns their address, a multiple of 64. May replace the views. */
  take(size: number): number {
    const address = this.#used;
    this.#used += (size + 63) & ~63;
    const missing = this.#used - this.#buffer.byteLength;
    if (missing <= 0) return address;
    if (this.wasm !== null) this.wasm.grow(Math.ceil(missing / PAGE));
    else {
      const grown = new ArrayBuffer(Math.max(this.#used, this.#buffer.byteLength * 2));
      new Uint8Array(grown).set(new Uint8Array(this.#buffer));
      this.#buffer = grown;
    }
    this.#view();
    return address;
  }

  #view(): void {
    this.#buffer = this.wasm?.buffer ?? this.#buffer;
    this.floats = new Float32Array(this.#buffer);
    this.bytes = new Int8Array(this.#buffer);
    this.shorts = new Int16Array(this.#buffer);
    this.ints = new Int32Array(this.#buffer);
  }
}
