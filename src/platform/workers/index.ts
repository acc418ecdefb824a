/**
 * What only Cloudflare Workers have: stores in KV and Durable Objects. Subpath export `blazen-ts/workers`.
 *
 * @module
 */
export { createDurableObjectMemory } from './durable-object-memory.ts';
export type { DurableObjectMemoryOptions, DurableObjectSqlStorage } from './durable-object-memory.ts';
export { createKvMemory } from './kv-memory.ts';
export type { KvMemoryOptions, KvNamespace } from './kv-memory.ts';
export { createDurableObjectCheckpointStore } from './durable-object-checkpoint-store.ts';
