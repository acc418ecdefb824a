/**
 * What only a browser has: stores in IndexedDB. Subpath export `blazen-ts/browser`.
 *
 * @module
 */
export { createIndexedDbMemory, createIndexedDbSegments } from './indexed-db-memory.ts';
export type { IndexedDbMemoryOptions } from './indexed-db-memory.ts';
