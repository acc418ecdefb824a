/**
 * A memory that lives in a worker, so that a page never waits for it. Subpath export `blazen-ts/memory/worker`.
 *
 * @module
 */
export { createWorkerMemory } from './worker-memory.ts';
export type { WorkerMemory } from './worker-memory.ts';
export { serveMemory } from './serve-memory.ts';
