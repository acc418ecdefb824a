/**
 * Memories in Cloudflare Vectorize. Subpath export `blazen-ts/stores/vectorize`.
 *
 * @module
 */
export { createVectorizeMemory } from './memory-backend.ts';
export type { VectorizeIndexBinding, VectorizeMemoryOptions, VectorizeRecord } from './memory-backend.ts';
