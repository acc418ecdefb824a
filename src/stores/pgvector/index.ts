/**
 * Memories in Postgres with pgvector; the client is yours. Subpath export `blazen-ts/stores/pgvector`.
 *
 * @module
 */
export { createPgvectorMemory } from './memory-backend.ts';
export type { PgvectorMemory, PgvectorMemoryOptions, PostgresClient } from './memory-backend.ts';
