/**
 * Capability interfaces and stored shapes: types without behaviour.
 *
 * @module
 */
export type {
  CheckpointCommit, CheckpointInput, CheckpointItem, CheckpointPage, CheckpointQuery, CheckpointStatus, CheckpointStore,
  CheckpointSummary, ClaimedCheckpoint, CommitOutcome, InputOutcome, MaybePromise, NewCheckpoint, ReleaseOptions, StoredCheckpoint,
} from './checkpoint.ts';
export { isFinalStatus } from './checkpoint-rules.ts';
export type {
  BlockEnd, ChatModelSpec, CompletionOptions, CompletionRequest, CompletionResult, DecisionPart, ErrorDelta, FileDelta, FinishDelta, FinishReason,
  GeneratedFile, ModelDecision, ProviderDelta, ReasoningDelta, ReasoningOptions, RejectedModel, RequestTimeouts, RequestTiming, ResponseFormat, Source, SourceDelta,
  StartPart, StreamPart, TextDelta, TokenUsage, ToolCallDelta, UsageDelta,
} from './completion.ts';
export type { ContentHandle, ContentKind, MediaSource } from './content.ts';
export type { ModelStore } from './model-store.ts';
export type { EmbedOptions, EmbeddingSpec } from './embedding.ts';
export type { JsonSchema } from './json-schema.ts';
export type {
  BackendCallOptions, MemoryBackendSpec, MemoryCapabilities, Metadata, ScanOptions, ScanPage,
  SegmentChange, SegmentStoreSpec, StoredEntry,
} from './memory.ts';
export type {
  AudioPart, CacheControl, ContentPart, FilePart, ImagePart, Message, ProviderData, ProviderPart, ReasoningPart, Role, TextPart,
  ToolCallContent, VideoPart,
} from './message.ts';
export type { ModelCapabilities, ModelInfo, ModelPricing } from './model-info.ts';
export type { LlmPayload, ProviderId, ProviderTool, ToolCall, ToolChoice, ToolDefinition, ToolOutput } from './tool.ts';
