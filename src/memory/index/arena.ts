import { MemoryError } from '../../base/error-classes.ts';

const PAGE = 65536;
// Addresses are shifted as signed 32-bit integers.
const MAX_SIZE = 2 ** 31 - PAGE;

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

  /**
   * Takes zeroed bytes and returns their address, a multiple of 64. May replace the views.
   *
   * @throws MemoryError when the host gives no more; nothing is taken then.
   */
  take(size: number): number {
    const address = this.#used;
    const used = address + Math.ceil(size / 64) * 64;
    try {
      this.#grow(used);
    } catch (cause) {
      throw new MemoryError(`Cannot hold more vectors: this host gives an index no more than ${address >> 20} MB`, { cause });
    }
    this.#used = used;
    return address;
  }

  #grow(size: number): void {
    if (size > MAX_SIZE) throw new RangeError('An index holds 2 GB');
    const missing = size - this.#buffer.byteLength;
    if (missing <= 0) return;
    if (this.wasm !== null) this.wasm.grow(Math.ceil(missing / PAGE));
    else {
      const grown = new ArrayBuffer(Math.min(MAX_SIZE, Math.max(size, this.#buffer.byteLength * 2)));
      new Uint8Array(grown).set(new Uint8Array(this.#buffer));
      this.#buffer = grown;
    }
    this.#view();
  }

  #view(): void {
    this.#buffer = this.wasm?.buffer ?? this.#buffer;
    this.floats = new Float32Array(this.#buffer);
    this.bytes = new Int8Array(this.#buffer);
    this.shorts = new Int16Array(this.#buffer);
    this.ints = new Int32Array(this.#buffer);
  }
}
