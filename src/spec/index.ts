/**
 * Capability interfaces and stored shapes: types without behaviour.
 *
 * @module
 */
export type { EmbedOptions, EmbeddingSpec } from './embedding.ts';
export type {
  BackendCallOptions, BackendHit, BackendQuery, MemoryBackendSpec, MemoryCapabilities, Metadata, ScanOptions, ScanPage,
  SegmentChange, SegmentStoreSpec, StoredEntry,
} from './memory.ts';
