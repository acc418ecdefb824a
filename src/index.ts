/**
 * @module
 * Everything of the package in one import. Size-minded programs import the subpath of a room instead.
 */
export {
  AbortedError,
  IngestError,
  MemoryCorruptError,
  MemoryEmbedderChangedError,
  MemoryEmbeddingError,
  MemoryError,
  MemoryNoEmbedderError,
  MemoryQuotaError,
  SerializationError,
  SnapshotError,
  SnapshotVersionMismatchError,
  StepError,
  TimeoutError,
  UnsupportedError,
  ValidationError,
  WorkerCrashedError,
  WorkflowError,
  WorkflowStalledError,
} from './base/error-classes.ts';
export { BlazenError, isBlazenError, type BlazenErrorOptions, type ErrorCode } from './base/errors.ts';
export {
  defineEvent, InputRequestEvent, InputResponseEvent, StartEvent, stop, StopEvent,
  type EventDef, type EventLike, type EventOf, type StopOf,
} from './events/index.ts';
export {
  defineWorkflow, SerializableRef, Workflow, WorkflowHandler, WorkflowSnapshot,
  type FitOptions, type ResumeOptions, type SessionPausePolicy, type SnapshotJson, type SnapshotSource,
} from './durable/index.ts';
export {
  collect, elsewhere, foldLog, followLog, limit, openRequests, readLog, retry, sends, timeout,
  type Context, type InputOf, type Lagged, type ResultOf, type RetryOptions, type RunOptions, type RunRecord, type RunStatus,
  type SessionNamespace, type StateNamespace, type StepHandler, type StepPolicy, type StreamEvent, type StreamOptions,
  type WorkflowOptions, type WorkflowResult,
} from './workflow/index.ts';
export {
  createWorkerHost, serveWorker, withTransfer,
  type CallOptions, type PortEvent, type PortLike, type WorkerCall, type WorkerHost, type WorkerHostOptions, type WorkerLike,
  type WorkerMethod, type WorkerMethods, type WorkerServer,
} from './local/index.ts';
export { version } from './version.ts';
