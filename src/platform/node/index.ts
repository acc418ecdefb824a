/**
 * What only Node and its kin can do: documents, prompts, memories, models and checkpoints in a file system, and serving.
 *
 * @module
 */
export { findDocumentFiles, readDocumentFile } from './document-files.ts';
export type { DocumentFile } from './document-files.ts';
export { JsonlBackend } from './jsonl-backend.ts';
export { createFileModelStore } from '../file-model-store.ts';
export { createFileCheckpointStore } from '../file-checkpoint-store.ts';
export type { FileCheckpointStoreOptions } from '../file-checkpoint-store.ts';
export { PromptRegistry } from './prompt-files.ts';
export { serve } from './serve.ts';
export type { RunningServer, ServeOptions } from './serve.ts';
export { whisperThreads } from './whisper-threads.ts';
export { threadPort } from './worker-port.ts';
export type { ThreadLike, ThreadPort } from './worker-port.ts';
