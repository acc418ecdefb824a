import type { JsonObject } from '../../base/json.ts';

// The part of @mlc-ai/web-llm that is used here, so that nobody needs the package for its types.

/** One model WebLLM may load, from your own server: its weights, its library, and what both need. */
export interface WebLlmModelRecord {
  /** Address of the directory with the weights; Hugging Face addresses get `/resolve/main/` added by WebLLM. */
  readonly model: string;
  readonly model_id: string;
  /** Address of the WebAssembly library that was compiled for the model. */
  readonly model_lib: string;
  /** Changes of the model's own chat configuration, such as `context_window_size`. */
  readonly overrides?: object;
  readonly vram_required_MB?: number;
  readonly low_resource_required?: boolean;
  /** The `maxStorageBufferBindingSize` the model needs. */
  readonly buffer_size_required_bytes?: number;
  /** WebGPU features, such as `shader-f16`. */
  readonly required_features?: string[];
  /** Hashes of the files, which WebLLM checks. */
  readonly integrity?: object;
}

/** WebLLM's configuration: which models there are, and where they are kept. */
export interface WebLlmAppConfig {
  readonly model_list: WebLlmModelRecord[];
  /** Default WebLLM's own, the Cache API. */
  readonly cacheBackend?: 'cache' | 'indexeddb' | 'cross-origin' | 'opfs';
}

/** What WebLLM tells while it loads. */
export interface WebLlmProgress {
  /** From 0 to 1. */
  readonly progress: number;
  readonly text: string;
}

/** A request in WebLLM's words. */
export interface WebLlmRequest {
  readonly messages: { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
  readonly stream: true;
  readonly stream_options: { readonly include_usage: true };
  readonly temperature?: number;
  readonly top_p?: number;
  readonly max_tokens?: number;
  readonly stop?: string[];
  readonly response_format?: { readonly type: 'json_object'; readonly schema?: string };
  readonly extra_body?: { readonly enable_thinking?: boolean };
  readonly [field: string]: unknown;
}

/** A chunk of an answer in WebLLM's words. */
export interface WebLlmChunk {
  readonly choices: readonly { readonly delta: { readonly content?: string | null }; readonly finish_reason?: string | null }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number };
}

/** An engine of WebLLM, on this thread or (`WebWorkerMLCEngine`) beside it. */
export interface WebLlmEngine {
  reload(modelId: string, chatOptions?: object): Promise<void>;
  unload(): Promise<void>;
  interruptGenerate(): unknown;
  readonly chat: { readonly completions: { create(request: WebLlmRequest): Promise<AsyncIterable<WebLlmChunk>> } };
}

/** The package. */
export interface WebLlmLib {
  readonly MLCEngine: new (config: {
    appConfig: { model_list: WebLlmModelRecord[] }; initProgressCallback: (report: WebLlmProgress) => void; logLevel: 'SILENT';
  }) => WebLlmEngine;
}

/** Which model an engine loads. */
export interface WebLlmSpec {
  readonly model: string;
  readonly appConfig: WebLlmAppConfig;
  readonly chatOptions?: JsonObject;
}
