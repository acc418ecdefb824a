/**
 * Stores in Redis or Valkey; the client is yours. Subpath export `blazen-ts/stores/redis`.
 *
 * @module
 */
export { createRedisCheckpointStore } from './checkpoint-store.ts';
export type { RedisCheckpointStoreOptions } from './checkpoint-store.ts';
export type { RedisClient } from './client.ts';
export { createRedisMemory } from './memory-backend.ts';
export type { RedisMemoryOptions } from './memory-backend.ts';
