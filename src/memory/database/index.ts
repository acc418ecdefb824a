/**
 * Memories that outgrow a process: a vector database ranks them. Subpath export `blazen-ts/memory/database`; the databases are
 * in `blazen-ts/stores/pgvector`, `blazen-ts/stores/vectorize` and `blazen-ts/stores/usearch`.
 *
 * @module
 */
export { DatabaseMemory } from './database-memory.ts';
export type { DatabaseSearchOptions } from './database-memory.ts';
export type { VectorDatabaseSpec, VectorHit, VectorQuery } from '../../spec/memory.ts';
