/**
 * Work in a worker of the host: one small protocol of calls with progress, cancelling and crash restart.
 *
 * Subpath export `blazen-ts/local`.
 *
 * @module
 */
export { LocalModelError, WorkerCrashedError } from '../base/error-classes.ts';
export type { LocalProblem } from '../base/error-classes.ts';
export { probeError } from './local-backend.ts';
export type { LoadedModel, LoadOptions, LoadProgress, LocalBackend, Probe, ProbeFailure } from './local-backend.ts';
export { createWorkerHost } from './worker-host.ts';
export type { CallOptions, WorkerHost, WorkerHostOptions } from './worker-host.ts';
export { serveWorker, withTransfer } from './serve-worker.ts';
export type { WorkerServer } from './serve-worker.ts';
export type { PortEvent, PortLike, WorkerCall, WorkerLike, WorkerMethod, WorkerMethods } from './worker-protocol.ts';
