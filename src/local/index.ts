/**
 * Models that run on the user's own device: what the device can do, their files, their memory, and work in a worker.
 *
 * Subpath export `blazen-ts/local`.
 *
 * @module
 */
export { LocalModelError, WorkerCrashedError } from '../base/error-classes.ts';
export type { LocalProblem } from '../base/error-classes.ts';
export { probeError } from './local-backend.ts';
export type { LoadedModel, LoadOptions, LoadProgress, LocalBackend, Probe, ProbeFailure, ProbeSuccess } from './local-backend.ts';
export { capabilities } from './capabilities.ts';
export type { Capabilities, PromptApiAvailability, StorageCapabilities, WasmCapabilities, WebGpuInfo } from './capabilities.ts';
export { loadPackage, requireIsolation, requireWasm, requireWebGpu } from './requirements.ts';
export type { WebGpuNeeds } from './requirements.ts';
export { networkFiles } from './model-files.ts';
export type { ModelFileOptions, ModelFiles } from './model-files.ts';
export { ModelCache } from './model-cache.ts';
export type { CachedModelFile, ModelCacheOptions } from './model-cache.ts';
export { pickModel, PickedModel } from './pick-model.ts';
export type { ModelCandidate, PickOptions } from './pick-model.ts';
export type { ModelDecision, RejectedModel } from '../spec/completion.ts';
export { ModelManager } from './model-manager.ts';
export type { ManagedModel, ModelBudget, ModelLifecycle, ModelStatus } from './model-manager.ts';
export { ProgressCallback } from './progress-callback.ts';
export type { DownloadProgress } from './progress-callback.ts';
export type { ModelStore } from '../spec/model-store.ts';
export { serveModels } from './serve-models.ts';
export { workerBackend } from './worker-backend.ts';
export type { WorkerBackendOptions } from './worker-backend.ts';
export { createWorkerHost } from './worker-host.ts';
export type { CallOptions, WorkerHost, WorkerHostOptions } from './worker-host.ts';
export { serveWorker, withTransfer } from './serve-worker.ts';
export type { WorkerLine, WorkerServer } from './serve-worker.ts';
export type { PortEvent, PortLike, WorkerCall, WorkerLike, WorkerMethod, WorkerMethods } from './worker-protocol.ts';
