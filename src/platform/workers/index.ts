/**
 * What only Cloudflare Workers have: stores in KV and Durable Objects, and runs in objects of their own. Subpath export `blazen-ts/workers`.
 *
 * @module
 */
export { createDurableObjectMemory } from './durable-object-memory.ts';
export type { DurableObjectMemoryOptions, DurableObjectSqlStorage } from './durable-object-memory.ts';
export { createKvMemory } from './kv-memory.ts';
export type { KvMemoryOptions, KvNamespace } from './kv-memory.ts';
export { DurableObjectHost, durableObjectHost } from './durable-object-host.ts';
export type { DurableObjectHostOptions, DurableObjectRun } from './durable-object-host.ts';
export { workflowObject } from './workflow-object.ts';
export type { RunProblem, WorkflowObject, WorkflowObjectOptions } from './workflow-object.ts';
export type { DurableObjectNamespace, DurableObjectState } from './durable-object.ts';
export { createDurableObjectCheckpointStore } from './durable-object-checkpoint-store.ts';
