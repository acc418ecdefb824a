import { KERNELS } from './kernel-bytes.ts';

let compiled: WebAssembly.Module | null | undefined;

/** The scan kernels, compiled on the first call; null where the host has no SIMD or, like a page with a strict policy, compiles nothing. */
export function kernelModule(): WebAssembly.Module | null {
  if (compiled === undefined) compiled = compile();
  return compiled;
}

function compile(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(Uint8Array.from(KERNELS.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
  } catch {
    return null;
  }
}
