/**
 * Keeps a memory in segments over any store of named blobs, and in export files. Subpath export `blazen-ts/memory/segments`.
 *
 * @module
 */
export { MemoryQuotaError } from '../../base/error-classes.ts';
export { exportEntries, exportStream, importEntries } from './export.ts';
export type { ExportSource } from './export.ts';
export { SegmentBackend } from './segment-backend.ts';
export type { SegmentChange, SegmentStoreSpec } from '../../spec/memory.ts';
