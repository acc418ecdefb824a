import type { LocalProblem } from '../base/error-classes.ts';
import { abortable } from '../base/abortable.ts';
import { type GpuAdapterLike, hostScope, type HostScope } from './host-scope.ts';
import { type Probe, probeError, type ProbeFailure } from './local-backend.ts';

/** What a model asks of the GPU. */
export interface WebGpuNeeds {
  /** Names of WebGPU features, such as `shader-f16`. */
  readonly features?: readonly string[];
  /** Smallest usable values of WebGPU limits, such as `maxStorageBufferBindingSize`. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly signal?: AbortSignal;
}

const OK: Probe = { ok: true };

/** A no, with its reason. */
export function failure(problem: LocalProblem, reason: string, fix: string): ProbeFailure {
  return { ok: false, problem, reason, fix };
}

/** Whether there is a WebGPU adapter with these features and limits. */
export async function requireWebGpu({ features = [], limits = {}, signal }: WebGpuNeeds = {}): Promise<Probe> {
  const adapter = await findAdapter(hostScope(), signal);
  if ('ok' in adapter) return adapter;
  const offered = new Set(adapter.features);
  const missing = features.filter((feature) => !offered.has(feature));
  if (missing.includes('shader-f16')) {
    return failure('no-f16', 'the GPU cannot compute with 16-bit floats (shader-f16)', 'Choose a model in 32-bit floats (its name usually says f32)');
  }
  if (missing.length > 0) return failure('unsupported', `the GPU lacks ${missing.join(', ')}`, 'Choose another model, or one that runs in WebAssembly');
  for (const [name, least] of Object.entries(limits)) {
    const offers = Number((adapter.limits as Readonly<Record<string, unknown>>)[name] ?? 0);
    if (offers < least) return failure('vram', `the GPU's ${name} is ${offers}, and ${least} is needed`, 'Choose a smaller model');
  }
  return OK;
}

/** The adapter, or why there is none. */
export async function findAdapter({ navigator }: HostScope, signal?: AbortSignal): Promise<GpuAdapterLike | ProbeFailure> {
  const fix = 'Use a browser with WebGPU and hardware acceleration switched on, or a model that runs in WebAssembly';
  if (!navigator?.gpu) return failure('no-webgpu', 'this browser or runtime has no WebGPU, or the page is not served over HTTPS', fix);
  try {
    const adapter = await abortable(navigator.gpu.requestAdapter(), signal, 'Looking for a GPU');
    return adapter ?? failure('no-webgpu', 'WebGPU finds no usable GPU on this device', fix);
  } catch (error) {
    if (signal?.aborted) throw error;
    return failure('no-webgpu', `WebGPU failed: ${error instanceof Error ? error.message : String(error)}`, fix);
  }
}

/** Whether the page may share memory with its workers. Hosts that are not browsers always may. */
export function requireIsolation(): Probe {
  if (hostScope().crossOriginIsolated !== false) return OK;
  return failure('not-isolated', 'this page may not share memory with its workers (it is not cross-origin isolated)',
    'Serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp');
}

/** Whether WebAssembly may be compiled from bytes: Workers refuse it, and so do pages whose policy lacks `wasm-unsafe-eval`. */
export function requireWasm(): Probe {
  try {
    // The empty module.
    void new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    return OK;
  } catch {
    // Refused, or there is no WebAssembly.
  }
  return failure('wasm-forbidden', 'WebAssembly may not be compiled here',
    "In a page, add 'wasm-unsafe-eval' to script-src of its content security policy; in a Worker, import the .wasm file statically and pass the module");
}

/** Ends the import of an optional package: without a `catch` of its own, bundlers refuse to go on where it is not installed. */
export function absent(cause: unknown): never {
  throw cause;
}

/**
 * A package that the user installs.
 *
 * @param name what to install
 * @param load the dynamic import, with `.catch(absent)`
 * @throws LocalModelError 'not-installed'
 */
export async function loadPackage<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    throw probeError(name, failure('not-installed', `the package '${name}' could not be loaded`, `Install it (npm install ${name}), or pass it in the options`), cause);
  }
}
