import { kernelModules } from '#kernels';
import type { Arena } from './arena.ts';
import { popcount } from './bitmap.ts';

/** Scans `count` rows at an address; all addresses are bytes into the arena. Results are 32 bits per row at `out`. */
type Scan = (rows: number, count: number, query: number, out: number, length: number) => void;

/** The inner loops of a search. The integer ones give the same numbers in every implementation. */
export interface Kernels {
  /** Float dot products, rounded as the machine likes; null where an exact sum in JavaScript is not slower. */
  readonly floats: Scan | null;
  /** Signed bytes times a query of 16-bit integers. */
  readonly bytes: Scan;
  /** The same, for rows whose addresses are listed at `rows`. */
  readonly bytesAt: Scan;
  /** Bits against two bit planes of a query, weighted 1 and 2; `length` is bytes per row. */
  readonly bits: Scan;
}

/** How fast this host can scan. */
export type KernelKind = 'relaxed' | 'fixed' | 'js';

/** The fastest kernels this host can run over the arena; `kind` forces one, falling back to JavaScript. */
export function createKernels(arena: Arena, kind: KernelKind = 'relaxed'): Kernels {
  const { wasm } = arena;
  const compiled = kind === 'js' ? null : kernelModules();
  if (compiled === null || wasm === null) return javaScriptKernels(arena);
  const imports = { e: { m: wasm } };
  const fixed = new WebAssembly.Instance(compiled.fixed, imports).exports as unknown as Kernels;
  if (kind === 'fixed' || compiled.relaxed === null) return fixed;
  return { ...fixed, ...(new WebAssembly.Instance(compiled.relaxed, imports).exports as unknown as Pick<Kernels, 'floats'>) };
}

function javaScriptKernels(arena: Arena): Kernels {
  const row = (address: number, query: number, length: number): number => {
    const { bytes, shorts } = arena;
    const from = query >> 1;
    let [a, b] = [0, 0];
    for (let i = 0; i < length; i += 2) {
      a += (bytes[address + i] as number) * (shorts[from + i] as number);
      b += (bytes[address + i + 1] as number) * (shorts[from + i + 1] as number);
    }
    return a + b;
  };
  return {
    floats: null,
    bytes(rows, count, query, out, length) {
      for (let i = 0; i < count; i++) arena.ints[(out >> 2) + i] = row(rows + i * length, query, length);
    },
    bytesAt(rows, count, query, out, length) {
      for (let i = 0; i < count; i++) arena.ints[(out >> 2) + i] = row(arena.ints[(rows >> 2) + i] as number, query, length);
    },
    bits(rows, count, query, out, length) {
      const { words } = arena;
      const width = length >> 2;
      const plane = query >> 2;
      for (let i = 0, at = rows >> 2; i < count; i++) {
        let sum = 0;
        for (let w = 0; w < width; w++, at++) {
          const word = words[at] as number;
          sum += popcount(word & (words[plane + w] as number)) + 2 * popcount(word & (words[plane + width + w] as number));
        }
        arena.ints[(out >> 2) + i] = sum;
      }
    },
  };
}
