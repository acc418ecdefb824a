import fixed from './kernels-fixed.wasm';
import relaxed from './kernels-relaxed.wasm';
import type { KernelModules } from './kernel-modules.ts';

/** workerd compiles no code at run time; what is imported was compiled when the Worker was loaded. */
export function kernelModules(): KernelModules {
  return { fixed, relaxed };
}
