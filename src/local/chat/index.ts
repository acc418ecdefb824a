/**
 * Chat models on the user's own device, as completion models: WebLLM on the GPU, the model a browser ships, and
 * transformers.js in WebAssembly.
 *
 * Subpath export `blazen-ts/local/chat`.
 *
 * @module
 */
export { LocalChatModel } from './local-chat-model.ts';
export type { ChatEngine, Generated, Generation } from './local-calls.ts';
export { ChatMessageInput, ChatRole } from './chat-message-input.ts';
export { InferenceChunkStream } from './inference-stream.ts';
export type { InferenceChunk } from './inference-stream.ts';
export { webLlm } from './web-llm.ts';
export type { WebLlmOptions } from './web-llm.ts';
export { serveWebLlm } from './serve-web-llm.ts';
export type { WebLlmAppConfig, WebLlmChunk, WebLlmEngine, WebLlmLib, WebLlmModelRecord, WebLlmProgress, WebLlmRequest } from './web-llm-types.ts';
export { promptApi } from './prompt-api.ts';
export type { PromptApiOptions } from './prompt-api.ts';
export type {
  PromptApiCore, PromptApiCreate, PromptApiExpected, PromptApiFactory, PromptApiMessage, PromptApiMonitor, PromptApiPrompt, PromptApiSession,
} from './prompt-api-types.ts';
export { transformersChat } from './transformers-chat.ts';
export type { TransformersChatOptions } from './transformers-chat.ts';
export type { ChatTokenizer, IdTensor, Interrupter, TextGenerationPipeline, TransformersChatLib } from './transformers-types.ts';
export type { OnnxRuntimeLike, PipelineLike, TransformersLib, TransformersOptions } from '../transformers-lib.ts';
export type { LoadedModel, LoadOptions, LoadProgress, LocalBackend, Probe, ProbeFailure } from '../local-backend.ts';
