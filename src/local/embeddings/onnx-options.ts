import { ValidationError } from '../../base/error-classes.ts';
import type { ModelFiles } from '../model-files.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import type { ModelConfig, TokenizersPackage } from './text-tokens.ts';

/** Which model ONNX Runtime Web runs, and how. */
export interface OnnxOptions {
  /** The `.onnx` file: its address, or its bytes. */
  readonly model: string | URL | Uint8Array;
  /** The `tokenizer.json` of the model: its address, or its contents. */
  readonly tokenizer: string | URL | object;
  /**
   * The `config.json` of the model, or its address: how many tokens it takes and how large its vocabulary is. Required on
   * WebGPU, which computes wrong numbers for what lies outside instead of failing.
   */
  readonly config?: string | URL | ModelConfig;
  /** Name of the model, stored beside each vector. Default: the address of `model` without query; required with bytes. */
  readonly modelId?: string;
  /** Where it computes. Default 'wasm': on the processor, in every runtime. */
  readonly device?: 'wasm' | 'webgpu';
  /** Threads on the processor. More than one needs a cross-origin isolated page, and is one elsewhere. Default 1. */
  readonly threads?: number;
  /** Tokens of a text at most, special ones included. Default: what `config` or the tokenizer says, else 512. */
  readonly maxTokens?: number;
  /** Whether longer texts are cut; otherwise they are refused. Default true. */
  readonly truncate?: boolean;
  /** Texts computed at once at most. Default 32; fewer when they are long. */
  readonly batchSize?: number;
  /** `onnxruntime-web/wasm` or `onnxruntime-web/webgpu`, imported by the caller. Default: imported when first needed. */
  readonly runtime?: OnnxRuntime;
  /** The package `@huggingface/tokenizers`, imported by the caller. Default: imported when first needed. */
  readonly tokenizers?: TokenizersPackage;
  /**
   * The runtime's own WebAssembly, `ort-wasm-simd-threaded.wasm` (on WebGPU `…asyncify.wasm`): its address, which is read as
   * the model is, or the compiled module, which a Worker of Cloudflare has to import statically. Default: the runtime
   * finds it beside its own files.
   */
  readonly wasm?: string | URL | WebAssembly.Module;
  /** Where files come from, such as a ModelCache. Default `networkFiles`. */
  readonly files?: ModelFiles;
}

/** @throws ValidationError for options that cannot work anywhere. */
export function checkOnnxOptions(options: OnnxOptions): void {
  const { model, modelId, threads = 1, batchSize = 1, maxTokens = 1, device, config } = options;
  const wrong = (path: string, message: string): never => {
    throw new ValidationError(`Cannot use the ONNX model: ${message}`, { path });
  };
  for (const [path, value] of Object.entries({ threads, batchSize, maxTokens })) {
    if (!Number.isInteger(value) || value < 1) wrong(path, `'${path}' is ${value}, and must be a whole number from 1`);
  }
  if (model instanceof Uint8Array && modelId === undefined) wrong('modelId', "bytes have no name; give 'modelId'");
  if (device === 'webgpu' && config === undefined) wrong('config', "WebGPU does not check tokens against the model; give 'config'");
}

/** The name of the model. */
export function onnxModelId({ model, modelId }: OnnxOptions): string {
  return modelId ?? String(model).replace(/[?#].*$/, '');
}
