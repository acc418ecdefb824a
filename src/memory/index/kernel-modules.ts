import { FIXED, RELAXED } from './kernel-bytes.ts';

/** The scan kernels, compiled; `relaxed` replaces the float kernel where the host knows relaxed SIMD. */
export interface KernelModules {
  readonly fixed: WebAssembly.Module;
  readonly relaxed: WebAssembly.Module | null;
}

let compiled: KernelModules | null | undefined;

/** Compiled on the first call; null where the host has no SIMD or, like a page with a strict policy, compiles nothing. */
export function kernelModules(): KernelModules | null {
  if (compiled === undefined) compiled = compile();
  return compiled;
}

function compile(): KernelModules | null {
  try {
    const relaxed = fromHex(RELAXED);
    return {
      fixed: new WebAssembly.Module(fromHex(FIXED)),
      relaxed: WebAssembly.validate(relaxed) ? new WebAssembly.Module(relaxed) : null,
    };
  } catch {
    return null;
  }
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
