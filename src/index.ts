/**
 * @module
 * Everything of the package in one import. Size-minded programs import the subpath of a room instead.
 */
export {
  AbortedError,
  AuthError,
  ContentPolicyError,
  IncompleteStreamError,
  ModelNotFoundError,
  NetworkError,
  ProviderError,
  RateLimitError,
  ResponseFormatError,
  IngestError,
  MemoryCorruptError,
  MemoryEmbedderChangedError,
  MemoryEmbeddingError,
  MemoryError,
  MemoryNoEmbedderError,
  MemoryQuotaError,
  PersistCorruptError,
  PersistError,
  PersistFencedError,
  PersistQuotaError,
  SerializationError,
  SnapshotError,
  SnapshotVersionMismatchError,
  RunEndedError,
  RunNotFoundError,
  StageError,
  StepDivergedError,
  StepError,
  TimeoutError,
  UnsupportedError,
  ValidationError,
  LocalModelError, WorkerCrashedError,
  WorkflowError,
  WorkflowNotFoundError,
  WorkflowStalledError,
} from './base/error-classes.ts';
export { BlazenError, isBlazenError, type BlazenErrorOptions, type ErrorCode } from './base/errors.ts';
export {
  defineEvent, InputExpiredEvent, InputRequestEvent, InputResponseEvent, ScopeEndedEvent, ScopeFailedEvent, StartEvent, stop, StopEvent,
  type EventDef, type EventLike, type EventOf, type ScopeEnd, type ScopeFailure, type StopOf,
} from './events/index.ts';
export {
  addGroup, BlazenState, CallbackFieldStore, defineWorkflow, fromReference, SerializableRef, toReference, waits, Workflow, WorkflowBuilder, WorkflowHandler, WorkflowSnapshot,
  type BlazenStateMeta, type Context, type EventName, type EventNamed, type FieldStore, type FitOptions, type PromisedSnapshot, type ReferenceSnapshot, type ReferenceStateValue, type ResumeOptions, type SessionPausePolicy, type SnapshotJson, type SnapshotSource,
  type StateClass, type StateNamespace, type StateObject, type WaitOptions,
} from './durable/index.ts';
export {
  cancelScope, collect, elsewhere, endScope, foldLog, followLog, graphOf, limit, openRequests, priority, readLog, retry, scope, sends, timeout, toMermaid,
  type GraphEdge, type GraphNode, type InputOf, type Lagged, type ResultOf, type RetryOptions, type RunOptions, type RunRecord, type RunStatus, type ScopeEnded, type ScopeFailed, type ScopeOptions,
  type SessionNamespace, type StepHandler, type StepList, type StepPolicy, type StreamEvent, type StreamOptions,
  type WorkflowGraph, type WorkflowOptions, type WorkflowResult, type WorkflowResult as JsWorkflowResult,
} from './workflow/index.ts';
export {
  JoinStrategy, parallelWorkflows, ParallelStage, pathOf, Pipeline, PipelineBuilder, pipelineFromReference, PipelineHandler, PipelineSnapshot,
  pipelineToReference, Stage, subWorkflow,
  type InnerWorkflow, type PipelineEvent, type PipelineResult, type PipelineResumeOptions, type PipelineRunOptions, type PipelineSnapshotJson,
  type PipelineSnapshotSource, type PipelineState, type PipelineStreamEvent, type ReferencePipelineSnapshot, type StageFunction, type StageResult, type StageWorkflow,
  type SubWorkflowCompleted,
} from './pipeline/index.ts';
export {
  createWorkerHost, serveWorker, withTransfer,
  type CallOptions, type PortEvent, type PortLike, type WorkerCall, type WorkerHost, type WorkerHostOptions, type WorkerLike,
  type WorkerLine, type WorkerMethod, type WorkerMethods, type WorkerServer,
} from './local/index.ts';
export {
  HashEmbedder, InMemoryBackend, Memory, MemoryBackend, MemoryResult,
  type CustomBackendHandlers, type CustomEntry, type MemoryEntry, type MemoryFilter, type SearchOptions,
} from './memory/index.ts';
export { enrichError } from './base/enrich-error.ts';
export { PromptRegistry, PromptTemplate, type PromptTemplateOptions, type PromptValue } from './prompts/index.ts';
export {
  CompletionModel, CustomProvider, EmbeddingModel, TractEmbedModel, TractOptions, Transcription, WhisperCppTranscription,
  type CompletionModelConfig, type CustomProviderOptions, type TractSettings, type WhisperCppOptions,
} from './classic/index.ts';
export {
  BatchResult, ChatMessage, ChatModel, ChatStream, ChatWindow, ModelRegistry, Role, completeBatch, countMessageTokens, customModel,
  estimateTokens, extract, extractStream, fromJsHandler, lookupPricing, registerPricing, registerPricingList, withCache, withFallback, withLimits, withRetry, wrap,
  type BatchOptions, type CacheConfig, type ChatMessageInit, type CompletionResponse, type EmbeddingResponse, type MessageLike, type RetryConfig,
} from './model/index.ts';
export {
  Agent, AgentResult, agentStep, defineTool, runAgent, runAgentWithCallback, type AgentEvent, type AgentRunOptions, type Tool, type ToolContext,
} from './agent/index.ts';
export type {
  CompletionOptions, ContentHandle, ContentKind, ContentPart, JsonSchema, LlmPayload, MediaSource, ModelInfo, ModelPricing, ProviderId,
  RequestTiming, StreamPart, TokenUsage, ToolCall, ToolDefinition, ToolOutput,
} from './spec/index.ts';
export { version } from './version.ts';
