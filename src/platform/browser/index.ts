/**
 * What only a browser has: stores in IndexedDB and the private file system. Subpath export `blazen-ts/browser`.
 *
 * @module
 */
export { createIndexedDbMemory, createIndexedDbSegments } from './indexed-db-memory.ts';
export type { IndexedDbMemoryOptions } from './indexed-db-memory.ts';
export { createOpfsMemory, createOpfsSegments } from './opfs-memory.ts';
export type { OpfsMemoryOptions } from './opfs-memory.ts';
export { createOpfsModelStore } from '../opfs-model-store.ts';
export { createCacheModelStore } from './cache-model-store.ts';
export { createIndexedDbCheckpointStore } from './indexed-db-checkpoint-store.ts';
export type { IndexedDbCheckpointStoreOptions } from './indexed-db-checkpoint-store.ts';
