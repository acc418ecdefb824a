import { BlazenError, type BlazenErrorOptions, type ErrorCode } from './errors.ts';

// The tree: one class per kind of failure a caller may want to tell apart. A class is its literal name (it survives
// minifying), its code and its fields; the root does the rest.

/** A value, option or call that cannot work: fix the calling code. `path` names the offending part where there is one. */
export class ValidationError extends BlazenError<{ path?: string }> {
  static override readonly brand: string = 'ValidationError';
  static override readonly code: ErrorCode = 'validation';
  declare readonly path?: string;
}

/** The feature does not exist here (runtime, provider or backend). */
export class UnsupportedError extends BlazenError {
  static override readonly brand: string = 'UnsupportedError';
  static override readonly code: ErrorCode = 'unsupported';
}

/** A deadline passed. */
export class TimeoutError extends BlazenError {
  static override readonly brand: string = 'TimeoutError';
  static override readonly code: ErrorCode = 'timeout';
  static override readonly retryable: boolean = true;
}

/** The caller stopped the work: `abort()`, an AbortSignal, or a reader that went away. `cause` is the reason given. */
export class AbortedError extends BlazenError {
  static override readonly brand: string = 'AbortedError';
  static override readonly code: ErrorCode = 'aborted';
}

/** A value cannot be stored, or stored bytes cannot be read. `path` names the value. */
export class SerializationError extends BlazenError<{ path?: string }> {
  static override readonly brand: string = 'SerializationError';
  static override readonly code: ErrorCode = 'serialization';
  declare readonly path?: string;
}

/** A run ended without a result, or a call does not fit the run. */
export class WorkflowError<Fields = unknown> extends BlazenError<Fields> {
  static override readonly brand: string = 'WorkflowError';
}

/** Nothing is queued, in flight or awaited, and no StopEvent came. `unhandled` names the event types nobody accepts. */
export class WorkflowStalledError extends WorkflowError<{ unhandled: readonly string[] }> {
  static override readonly brand: string = 'WorkflowStalledError';
  static override readonly code: ErrorCode = 'workflow.stalled';
  declare readonly unhandled: readonly string[];
}

/**
 * A step threw, timed out or returned something that is not an event; its retries, if any, are used up. `attempt` is 1
 * for the first try, `cause` what was thrown.
 */
export class StepError extends WorkflowError<{ step: string; eventType: string; attempt: number }> {
  static override readonly brand: string = 'StepError';
  static override readonly code: ErrorCode = 'workflow.step_failed';
  declare readonly step: string;
  declare readonly eventType: string;
  declare readonly attempt: number;
}

/**
 * A step that ran again, after a crash or a resume, did not ask for what it had asked for before: `commit` is the number
 * of the first call that differs. What a step calls on its context must follow from its event, the state and what those
 * calls gave; other values (time, random, the network) belong in `ctx.run`.
 */
export class StepDivergedError extends WorkflowError<{ step: string; commit: number }> {
  static override readonly brand: string = 'StepDivergedError';
  static override readonly code: ErrorCode = 'workflow.step_diverged';
  declare readonly step: string;
  declare readonly commit: number;
}

/** A stage of a pipeline failed or took too long. `branch` is null unless the stage is parallel; `cause` is why. */
export class StageError extends WorkflowError<{ stage: string; branch: string | null }> {
  static override readonly brand: string = 'StageError';
  static override readonly code: ErrorCode = 'workflow.stage_failed';
  declare readonly stage: string;
  declare readonly branch: string | null;
}

/** A snapshot is damaged, belongs to another workflow, or cannot be taken. */
export class SnapshotError extends WorkflowError {
  static override readonly brand: string = 'SnapshotError';
  static override readonly code: ErrorCode = 'workflow.snapshot';
}

/** A snapshot was written by a newer version of the package: update before resuming it. */
export class SnapshotVersionMismatchError extends SnapshotError {
  static override readonly brand: string = 'SnapshotVersionMismatchError';
  static override readonly code: ErrorCode = 'workflow.snapshot_version';
}

/** The host does not know a workflow of this name. */
export class WorkflowNotFoundError extends WorkflowError<{ workflow: string }> {
  static override readonly brand: string = 'WorkflowNotFoundError';
  static override readonly code: ErrorCode = 'workflow.not_found';
  declare readonly workflow: string;
}

/** No run of this id is stored. */
export class RunNotFoundError extends WorkflowError<{ runId: string }> {
  static override readonly brand: string = 'RunNotFoundError';
  static override readonly code: ErrorCode = 'workflow.run_not_found';
  declare readonly runId: string;
}

/** The run has ended: it can be read, and nothing else. `status` says how it ended. */
export class RunEndedError extends WorkflowError<{ runId: string; status: string }> {
  static override readonly brand: string = 'RunEndedError';
  static override readonly code: ErrorCode = 'workflow.run_ended';
  declare readonly runId: string;
  declare readonly status: string;
}

/** A checkpoint store or a pipeline's persist callback failed. `retryable` when the same call may succeed later; it may also have taken effect already. */
export class PersistError<Fields = unknown> extends BlazenError<Fields> {
  static override readonly brand: string = 'PersistError';
  static override readonly code: ErrorCode = 'persist';
}

/** What a checkpoint store holds is damaged or of an unknown version; nothing was changed. `runId` names the run where it is known. */
export class PersistCorruptError extends PersistError<{ runId?: string }> {
  static override readonly brand: string = 'PersistCorruptError';
  static override readonly code: ErrorCode = 'persist.corrupt';
  declare readonly runId?: string;
}

/** Another writer has taken the run over, or it was deleted: this one must stop working on it. */
export class PersistFencedError extends PersistError<{ runId: string }> {
  static override readonly brand: string = 'PersistFencedError';
  static override readonly code: ErrorCode = 'persist.fenced';
  declare readonly runId: string;
}

/** The store has no room left; what was there before is intact. */
export class PersistQuotaError extends PersistError {
  static override readonly brand: string = 'PersistQuotaError';
  static override readonly code: ErrorCode = 'persist.quota';
}

/** A memory cannot store or find something. */
export class MemoryError<Fields = unknown> extends BlazenError<Fields> {
  static override readonly brand: string = 'MemoryError';
  static override readonly code: ErrorCode = 'memory';
}

/** The operation needs vectors and the memory was made without an embedder: give it one, or search by keyword. */
export class MemoryNoEmbedderError extends MemoryError {
  static override readonly brand: string = 'MemoryNoEmbedderError';
  static override readonly code: ErrorCode = 'memory.no_embedder';
}

/** The embedder failed or gave something that is not a usable vector: wrong count, wrong length, NaN, all zero. */
export class MemoryEmbeddingError extends MemoryError {
  static override readonly brand: string = 'MemoryEmbeddingError';
  static override readonly code: ErrorCode = 'memory.embedding';
}

/**
 * The store was written with another embedding model: use that one, or call `reembed()`. `stored` and `current` are
 * stamps of the form `model@version/dimensions`.
 */
export class MemoryEmbedderChangedError extends MemoryError<{ stored: string; current: string }> {
  static override readonly brand: string = 'MemoryEmbedderChangedError';
  static override readonly code: ErrorCode = 'memory.embedder_changed';
  declare readonly stored: string;
  declare readonly current: string;
}

/** The entry asked for is not there. */
export class MemoryNotFoundError extends MemoryError {
  static override readonly brand: string = 'MemoryNotFoundError';
  static override readonly code: ErrorCode = 'memory.not_found';
}

/** Stored or imported bytes are damaged or of an unknown version; nothing was changed. */
export class MemoryCorruptError extends MemoryError {
  static override readonly brand: string = 'MemoryCorruptError';
  static override readonly code: ErrorCode = 'memory.corrupt';
}

/** The store is full; what was there before is intact. */
export class MemoryQuotaError extends MemoryError {
  static override readonly brand: string = 'MemoryQuotaError';
  static override readonly code: ErrorCode = 'memory.quota';
}

/** A worker died while it worked, or could not be started. Its other calls failed too; `retryable` when a new one may be started. */
export class WorkerCrashedError extends BlazenError {
  static override readonly brand: string = 'WorkerCrashedError';
  static override readonly code: ErrorCode = 'worker';
}

/** Why a model of the device cannot be used, in one word. */
export type LocalProblem =
  | 'no-webgpu' | 'no-f16' | 'vram' | 'not-isolated' | 'not-installed' | 'wasm-forbidden' | 'offline' | 'not-found' | 'corrupt'
  | 'quota' | 'bad-input' | 'unavailable' | 'unsupported' | 'device-lost' | 'disposed' | 'failed';

/** A model of the device cannot be loaded or cannot answer: `problem` says why in one word, `fix` what to do about it. */
export class LocalModelError extends BlazenError<{ problem: LocalProblem; fix: string }> {
  static override readonly brand: string = 'LocalModelError';
  static override readonly code: ErrorCode = 'local';
  declare readonly problem: LocalProblem;
  declare readonly fix: string;
}

/** What is known about a failed call to a provider; everything is null where it is unknown. */
export interface ProviderErrorFields {
  /** Who failed, such as 'openai'. */
  readonly provider?: string | null;
  /** HTTP status; null when no answer came or the error was inside a stream. */
  readonly status?: number | null;
  readonly endpoint?: string | null;
  /** The provider's id of the request, for its support. */
  readonly requestId?: string | null;
  /** What the provider said, at most 4 KiB, without keys. */
  readonly detail?: string | null;
  /** How long the provider asks to wait. */
  readonly retryAfterMs?: number | null;
}

/** A provider refused or failed: wrong request, missing model, server error, broken answer. */
export class ProviderError extends BlazenError<ProviderErrorFields> {
  static override readonly brand: string = 'ProviderError';
  static override readonly code: ErrorCode = 'provider';
  declare readonly provider: string | null;
  declare readonly status: number | null;
  declare readonly endpoint: string | null;
  declare readonly requestId: string | null;
  declare readonly detail: string | null;
  declare readonly retryAfterMs: number | null;
  /** What had arrived before a stream failed: a CompletionResult; absent when nothing had. Not enumerable. */
  declare readonly partial?: unknown;

  constructor(message: string, options: BlazenErrorOptions & ProviderErrorFields = {}) {
    super(message, { provider: null, status: null, endpoint: null, requestId: null, detail: null, retryAfterMs: null, ...options });
  }
}

/** The key is missing, wrong, expired or not allowed to do this: fix the key. */
export class AuthError extends ProviderError {
  static override readonly brand: string = 'AuthError';
  static override readonly code: ErrorCode = 'auth';
}

/** The provider's rate limit is reached: wait `retryAfterMs`. */
export class RateLimitError extends ProviderError {
  static override readonly brand: string = 'RateLimitError';
  static override readonly code: ErrorCode = 'rate_limit';
  static override readonly retryable: boolean = true;
}

/** The provider's moderation refused the request: change the content. */
export class ContentPolicyError extends ProviderError {
  static override readonly brand: string = 'ContentPolicyError';
  static override readonly code: ErrorCode = 'content_policy';
}

/** The provider does not know the model, or the key may not use it. */
export class ModelNotFoundError extends ProviderError {
  static override readonly brand: string = 'ModelNotFoundError';
  static override readonly code: ErrorCode = 'provider.model_not_found';
}

/** No answer came: name lookup, connection, TLS, CORS, or the server hung up. */
export class NetworkError extends ProviderError {
  static override readonly brand: string = 'NetworkError';
  static override readonly code: ErrorCode = 'provider.network';
  static override readonly retryable: boolean = true;
}

/** The answer ended before the provider said that it was complete; `partial` has what arrived. */
export class IncompleteStreamError extends ProviderError {
  static override readonly brand: string = 'IncompleteStreamError';
  static override readonly code: ErrorCode = 'provider.incomplete';
  static override readonly retryable: boolean = true;
}

/** The answer is not what the protocol says: HTML, malformed JSON, a damaged frame. */
export class ResponseFormatError extends ProviderError {
  static override readonly brand: string = 'ResponseFormatError';
  static override readonly code: ErrorCode = 'provider.response_format';
}

/** Why a file could not be taken in. */
export type IngestReason = 'empty' | 'not_text' | 'too_large' | 'no_text' | 'unsupported' | 'corrupt' | 'duplicate' | 'unreadable' | 'invalid';

/** A file cannot be taken in; `reason` says why in one word, and the others are not affected. */
export class IngestError extends BlazenError<{ reason: IngestReason }> {
  static override readonly brand: string = 'IngestError';
  static override readonly code: ErrorCode = 'ingest';
  declare readonly reason: IngestReason;
}
