/** A WebGPU adapter, as far as it is read here. */
export interface GpuAdapterLike {
  readonly features: Iterable<string>;
  readonly limits: object;
  requestDevice(descriptor: object): Promise<{ readonly lost: Promise<{ readonly message: string }>; destroy(): void }>;
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly description?: string };
}

/** What a host may have for models of the device; every part is missing somewhere. */
export interface HostScope {
  readonly navigator?: {
    readonly gpu?: { requestAdapter(): Promise<GpuAdapterLike | null> };
    readonly storage?: {
      estimate?(): Promise<{ readonly quota?: number; readonly usage?: number }>;
      persisted?(): Promise<boolean>;
    };
    readonly deviceMemory?: number;
    readonly hardwareConcurrency?: number;
  };
  readonly crossOriginIsolated?: boolean;
  readonly Worker?: unknown;
  readonly LanguageModel?: { availability(options?: object): Promise<string> };
}

/** The global scope, as the host that it may be. */
export function hostScope(): HostScope {
  return globalThis;
}
