import { kernelModule } from '#kernels';
import type { Arena } from './arena.ts';

/**
 * The inner loops of a search. They give the same numbers, bit for bit, in every implementation. All addresses are bytes into
 * the arena; scans give a float per row at `out`.
 */
export interface Kernels {
  /**
   * Signed bytes times a query of 16-bit integers, for `run` consecutive rows from each of the `count` addresses listed at
   * `addresses`; at least one of both. Up to three more addresses than `count` may be read, and floats be given for them.
   */
  readonly bytes: (addresses: number, count: number, query: number, out: number, length: number, run: number) => void;
  /**
   * Bits, in blocks of 16 rows, against tables of 16 bytes, one per half of a byte; `count` is a multiple of 16, `length`
   * is bytes per row. Byte j of each row of a block follow each other: even ones are rows 0 to 7, odd ones 8 to 15.
   */
  readonly bits: (rows: number, count: number, tables: number, out: number, length: number) => void;
  /**
   * Turns the value v of each row into (v * w0 + w1) * a + b * w2 + c * w3 + w4, where a to c are columns of floats by
   * row, and lists the rows where that is at least w5: at `out` the end of the list, then the list.
   */
  readonly select: (
    values: number, count: number, a: number, b: number, c: number, out: number,
    w0: number, w1: number, w2: number, w3: number, w4: number, w5: number,
  ) => void;
  /**
   * Works on four vectors in place, number i of each, then i + 1: multiplies number i by factor i, then transforms a block (a
   * power of two) of numbers from the address `part` on by Hadamard, unscaled.
   */
  readonly rotate: (values: number, factors: number, dimensions: number, part: number, block: number) => void;
}

/** Makes kernels that run over an arena. */
export type MakeKernels = (arena: Arena) => Kernels;

/** The kernels where there is SIMD, which the next function says. */
export const simdKernels: MakeKernels = ({ wasm }) =>
  new WebAssembly.Instance(kernelModule() as WebAssembly.Module, { e: { m: wasm as WebAssembly.Memory } }).exports as unknown as Kernels;

/** The fastest kernels this host can run; the plain ones are loaded where they are needed. */
export async function hostKernels(): Promise<MakeKernels> {
  return kernelModule() === null ? (await import('./js-kernels.ts')).javaScriptKernels : simdKernels;
}
