/**
 * Memories ranked by the native graph of `usearch`, in Node. Subpath export `blazen-ts/stores/usearch`.
 *
 * @module
 */
export { openUsearchMemory } from './memory-index.ts';
export type { UsearchMemory, UsearchMemoryOptions } from './memory-index.ts';
