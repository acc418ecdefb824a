import { LocalModelError } from '../../base/error-classes.ts';
import type { LoadOptions } from '../local-backend.ts';
import type { ModelFiles } from '../model-files.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';

/** The empty module: the sign by which the module that is to be used instead is asked for. */
const SIGN = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

/**
 * Gives the runtime its WebAssembly before it starts. A runtime that once failed to start stays broken for good, so what can
 * be wrong is found out here.
 */
export async function provideWasm(runtime: OnnxRuntime, wasm: string | URL | WebAssembly.Module | undefined, files: ModelFiles, options: LoadOptions): Promise<void> {
  if (wasm === undefined) return;
  if (wasm instanceof WebAssembly.Module) {
    runtime.env.wasm.wasmBinary = SIGN;
    return;
  }
  const bytes = await files.read(String(wasm), options);
  if (!WebAssembly.validate(bytes)) {
    throw new LocalModelError(`Cannot use '${String(wasm)}': it is not WebAssembly that runs here`, {
      problem: 'corrupt', fix: "Serve the .wasm file of the installed version of onnxruntime-web at this address",
    });
  }
  runtime.env.wasm.wasmBinary = bytes;
}

/**
 * Runs the start of the runtime with a module that was compiled elsewhere. Where compiling is forbidden, the runtime's own call
 * with bytes cannot succeed, and it takes no module: its call is answered with an instance of this one.
 */
export async function withModule<T>(wasm: unknown, start: () => Promise<T>): Promise<T> {
  if (!(wasm instanceof WebAssembly.Module)) return start();
  const engine = WebAssembly as { instantiate: unknown };
  const original = engine.instantiate as (source: unknown, imports?: WebAssembly.Imports) => Promise<unknown>;
  engine.instantiate = async (source: unknown, imports?: WebAssembly.Imports) => isSign(source)
    ? { module: wasm, instance: await original.call(WebAssembly, wasm, imports) }
    : original.call(WebAssembly, source, imports);
  try {
    return await start();
  } finally {
    engine.instantiate = original;
  }
}

/** The runtime copies the bytes it was given, so the length has to do. */
function isSign(source: unknown): boolean {
  return !(source instanceof WebAssembly.Module) && (source as { byteLength?: number } | null)?.byteLength === SIGN.length;
}
