/**
 * The AI SDK (`ai`) and this package use each other's models: `fromAiSdk` takes any of its models (specification 2, 3 and
 * 4), `toAiSdk` offers any model of this package to it. Nothing of the AI SDK is loaded.
 *
 * @module
 */
export { embeddingFromAiSdk, embeddingToAiSdk } from './embedding.ts';
export { fromAiSdk } from './from-ai-sdk.ts';
export type {
  AiSdkEmbeddingModel, AiSdkEmbeddingModelV3, AiSdkModel, AiSdkModelV3, CallOptionsV3, ContentV3, FileV3, FinishReasonV3, JsonObjectV3, JsonV3, SourceV3,
  StreamPartV3, ToolCallV3, ToolV3, UsageV3, WarningV3,
} from './spec.ts';
export { toAiSdk, type ToAiSdkOptions } from './to-ai-sdk.ts';
