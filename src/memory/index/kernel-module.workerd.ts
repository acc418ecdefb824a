import kernels from './kernels.wasm';

/** workerd compiles no code at run time; what is imported was compiled when the Worker was loaded. */
export function kernelModule(): WebAssembly.Module {
  return kernels;
}
