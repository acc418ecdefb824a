/**
 * Chat messages, the model facade, streams and prices: everything about models that no vendor decides.
 *
 * Import `blazen-ts/models`; the vendors are at `blazen-ts/providers/<vendor>`.
 *
 * @module
 */
export { ResultAssembler, toParts } from './assemble.ts';
export { ChatMessage, Role, readToolOutput, type ChatMessageInit, type ContentPartInput, type MessageLike } from './chat-message.ts';
export { ChatModel, toRequest, type CompletionResponse } from './chat-model.ts';
export { ChatStream } from './chat-stream.ts';
export { costOf, lookupPricing, normalizeModelId, registerPricing } from './pricing.ts';
