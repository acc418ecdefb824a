/**
 * The documented static factories over all providers; `blazen-ts` re-exports them.
 *
 * @module
 */
export { CompletionModel, type CompletionModelConfig } from './completion-model.ts';
export { CustomProvider, type CustomProviderOptions } from './custom-provider.ts';
export { EmbeddingModel } from './embedding-model.ts';
export { TractEmbedModel, TractOptions, type TractSettings } from './tract.ts';
export { Transcription, WhisperCppTranscription, type WhisperCppOptions } from './transcription.ts';
