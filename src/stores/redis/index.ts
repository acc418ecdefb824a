/**
 * Stores in Redis or Valkey; the client is yours. Subpath export `blazen-ts/stores/redis`.
 *
 * @module
 */
export { createRedisCheckpointStore } from './checkpoint-store.ts';
export type { RedisCheckpointStoreOptions, RedisClient } from './checkpoint-store.ts';
