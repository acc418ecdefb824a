/**
 * What only Deno has: stores in files, with the read and write permissions for their folder. Subpath export
 * `blazen-ts/deno`.
 *
 * @module
 */
export { createFileModelStore } from '../file-model-store.ts';
export { createFileCheckpointStore } from '../file-checkpoint-store.ts';
export type { FileCheckpointStoreOptions } from '../file-checkpoint-store.ts';
