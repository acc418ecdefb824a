/**
 * @module Runs that outlive their process: pause, snapshots in JSON and bytes, resume anywhere, and a host that stores
 * every change of a run as it happens and recovers what another process left behind. Subpath export
 * `blazen-ts/durable`; `blazen-ts` exports the same `Workflow`.
 */
export { defineWorkflow, waits, Workflow } from './workflow.ts';
export type { PromisedSnapshot, ResumeOptions, SnapshotSource } from './workflow.ts';
export { WorkflowBuilder } from './workflow-builder.ts';
export { pause, resume, resumeInPlace, snapshot } from './run-functions.ts';
export type { Resumable, ResumeRunOptions } from './run-functions.ts';
export { addGroup } from './group.ts';
export { WorkflowHandler } from './handler.ts';
export { WorkflowSnapshot } from './snapshot.ts';
export type { SnapshotJson } from './snapshot-json.ts';
export { fromReference, toReference } from './reference-format.ts';
export type { ReferenceSnapshot } from './reference-format.ts';
export type { ReferenceStateValue } from './reference-json.ts';
export { SerializableRef } from './session-refs.ts';
export { BlazenState, CallbackFieldStore } from './blazen-state.ts';
export type { BlazenStateMeta, FieldStore, StateClass, StateObject } from './blazen-state.ts';
export type { Context, EventName, EventNamed, StateNamespace, WaitOptions } from './context.ts';
export type { SessionPausePolicy } from './session-policy.ts';
export type { FitOptions } from './adapt.ts';
export { InMemoryCheckpointStore } from './memory-store.ts';
export { createLocalHost, LocalHost } from './local-host.ts';
export type { LocalHostOptions } from './local-host.ts';
export type { StreamItem } from './stream-item.ts';
export type { AnyWorkflow, ReadOptions, StartOptions, WorkflowHost } from './workflow-host.ts';
export { deleteEnded, recover } from './recover.ts';
export type { Recovered } from './recover.ts';
