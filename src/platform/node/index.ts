/**
 * What only Node and its kin can do: read documents from a file system.
 *
 * @module
 */
export { findDocumentFiles, readDocumentFile } from './document-files.ts';
export type { DocumentFile } from './document-files.ts';
export { JsonlBackend } from './jsonl-backend.ts';
