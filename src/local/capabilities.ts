import { throwIfAborted } from '../base/abort.ts';
import { abortable } from '../base/abortable.ts';
import { hostScope, type HostScope } from './host-scope.ts';
import type { ProbeFailure } from './local-backend.ts';
import { findAdapter, requireWasm } from './requirements.ts';

/** A usable GPU. */
export interface WebGpuInfo {
  readonly ok: true;
  /** Such as `apple` or `google`; empty when the browser does not tell. */
  readonly vendor: string;
  /** Such as `metal-3` or `swiftshader` (computed by the CPU). */
  readonly architecture: string;
  readonly description: string;
  /** Names of WebGPU features, sorted; `shader-f16` is what models in 16-bit floats need. */
  readonly features: readonly string[];
  /** WebGPU limits by name. */
  readonly limits: Readonly<Record<string, number>>;
}

/** What WebAssembly can do here. */
export interface WasmCapabilities {
  /** Modules may be compiled from bytes. Where not, they must be imported statically. */
  readonly compile: boolean;
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  /** Shared memory and atomics, and a page that may use them. */
  readonly threads: boolean;
}

/** What this site may store, in bytes; null where the host does not tell. */
export interface StorageCapabilities {
  readonly quota: number | null;
  readonly usage: number | null;
  /** The browser will not evict it by itself. */
  readonly persisted: boolean | null;
}

/** Whether the browser's own model can be used (Prompt API). */
export type PromptApiAvailability = 'available' | 'downloadable' | 'downloading' | 'unavailable';

/** What the device, the host and the page can do for local models. Null means that the host has no answer. */
export interface Capabilities {
  readonly webGpu: WebGpuInfo | ProbeFailure;
  readonly wasm: WasmCapabilities;
  /** The page is cross-origin isolated; null in hosts that are not browsers. */
  readonly isolated: boolean | null;
  readonly storage: StorageCapabilities;
  /** Null when this host has no Prompt API. */
  readonly promptApi: PromptApiAvailability | null;
  /** The class of memory the browser tells, in GiB, rounded and capped for privacy. */
  readonly deviceMemoryGb: number | null;
  /** Logical processors. */
  readonly hardwareConcurrency: number | null;
}

/**
 * Looks at what is there, fetching nothing. What a host lacks is null, false or a reason; that is not an error.
 *
 * @throws AbortedError
 *
 * @example
 * const { webGpu, wasm } = await capabilities();
 * console.log(webGpu.ok ? webGpu.architecture : webGpu.reason, wasm.threads);
 */
export async function capabilities({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Capabilities> {
  const scope = hostScope();
  const { navigator, crossOriginIsolated = null } = scope;
  const action = 'Looking at the device';
  throwIfAborted(signal, action);
  const [webGpu, storage, promptApi] = await abortable(Promise.all([readGpu(scope), readStorage(scope), readPromptApi(scope)]), signal, action);
  return {
    webGpu, wasm: readWasm(crossOriginIsolated), isolated: crossOriginIsolated, storage, promptApi,
    deviceMemoryGb: navigator?.deviceMemory ?? null, hardwareConcurrency: navigator?.hardwareConcurrency ?? null,
  };
}

async function readGpu(scope: HostScope): Promise<WebGpuInfo | ProbeFailure> {
  const adapter = await findAdapter(scope);
  if ('ok' in adapter) return adapter;
  const limits: Record<string, number> = {};
  // They are getters of the prototype.
  for (const name in adapter.limits) {
    const value = (adapter.limits as Record<string, unknown>)[name];
    if (typeof value === 'number') limits[name] = value;
  }
  const { vendor = '', architecture = '', description = '' } = adapter.info ?? {};
  return { ok: true, vendor, architecture, description, features: [...adapter.features].sort(), limits };
}

async function readStorage({ navigator }: HostScope): Promise<StorageCapabilities> {
  const storage = navigator?.storage;
  // Both reject where the page has no origin.
  const [{ quota = null, usage = null }, persisted] = await Promise.all([
    orElse(() => storage?.estimate?.(), { quota: null, usage: null }), orElse(() => storage?.persisted?.(), null),
  ]);
  return { quota, usage, persisted };
}

async function readPromptApi({ LanguageModel }: HostScope): Promise<PromptApiAvailability | null> {
  if (LanguageModel === undefined) return null;
  const availability = await orElse(() => LanguageModel.availability({ expectedOutputs: [{ type: 'text', languages: ['en'] }] }), 'unavailable');
  return availability as PromptApiAvailability;
}

async function orElse<T, Else>(ask: () => Promise<T> | undefined, otherwise: Else): Promise<T | Else> {
  try {
    return await ask() ?? otherwise;
  } catch {
    return otherwise;
  }
}

function readWasm(isolated: boolean | null): WasmCapabilities {
  const compile = requireWasm().ok;
  return {
    compile,
    // (func (result v128) i32.const 0 i8x16.splat)
    simd: accepts([1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11]),
    // (func (result v128) i32.const 0 i8x16.splat i32.const 0 i8x16.splat i8x16.relaxed_swizzle)
    relaxedSimd: accepts([1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 0, 253, 15, 65, 0, 253, 15, 253, 128, 2, 11]),
    // (memory 1 1 shared)
    threads: compile && isolated !== false && 'SharedArrayBuffer' in globalThis && accepts([5, 4, 1, 3, 1, 1]),
  };
}

/** Whether a module of these sections is valid here. */
function accepts(sections: readonly number[]): boolean {
  try {
    return WebAssembly.validate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, ...sections));
  } catch {
    return false;
  }
}
