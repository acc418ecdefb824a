/** A tensor of ONNX Runtime. */
export interface OnnxTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
}

/** A model that ONNX Runtime has loaded. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}

/** The package `onnxruntime-web`, as far as it is used: its entries `/wasm` and `/webgpu` fit. */
export interface OnnxRuntime {
  readonly env: { readonly wasm: { numThreads?: number | undefined; wasmBinary?: ArrayBufferLike | Uint8Array | undefined } };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => OnnxTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: OnnxSessionOptions): Promise<OnnxSession> };
}

/** What a session is created with. */
export interface OnnxSessionOptions {
  readonly executionProviders: readonly ('wasm' | { readonly name: 'webgpu'; readonly device: object })[];
  readonly logSeverityLevel: 3;
}
