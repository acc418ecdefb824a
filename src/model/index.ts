/**
 * Chat messages, the model facade, streams and prices: everything about models that no vendor decides.
 *
 * Import `blazen-ts/models`; the vendors are at `blazen-ts/providers/<vendor>`.
 *
 * @module
 */
export { ResultAssembler, toParts } from './assemble.ts';
export { BatchResult, completeBatch, sumUsage, type BatchOptions } from './batch.ts';
export { ChatMessage, Role, readToolOutput, type ChatMessageInit, type ContentPartInput, type MessageLike } from './chat-message.ts';
export { ChatModel, toRequest, type CompletionResponse } from './chat-model.ts';
export { ChatStream } from './chat-stream.ts';
export { ChatWindow, type ChatWindowOptions } from './chat-window.ts';
export {
  customModel, customSpec, fromJsHandler, type CustomChunk, type CustomModelHandlers, type CustomResponse,
} from './custom-model.ts';
export {
  EmbeddingModel, type EmbeddingBackend, type EmbeddingModelConfig, type EmbeddingResponse, type Vector,
} from './embedding-model.ts';
export { ExtractionStream, extract, extractStream, type ExtractOptions, type Extraction } from './extract.ts';
export { costOf, lookupPricing, normalizeModelId, registerPricing, registerPricingList } from './pricing.ts';
export { ModelRegistry } from './registry.ts';
export { applySchema, toJsonSchema, type AnySchema, type OutputOf } from './to-json-schema.ts';
export { countMessageTokens, estimateTokens, type Tokenizer } from './tokens.ts';
export { withCache, type CacheConfig, type CompletionCacheStore } from './with-cache.ts';
export { withFallback, type FallbackOptions } from './with-fallback.ts';
export { withLimits, type Limits } from './with-limits.ts';
export { withRetry, type RetryConfig } from './with-retry.ts';
export { wrap, type ModelMiddleware } from './wrap.ts';
