/**
 * Recall: add texts, find them again by meaning and by words, in any runtime.
 *
 * Use it for retrieval, chat history and similarity search. Subpath export `blazen-ts/memory`.
 *
 * @module
 */
export {
  MemoryCorruptError, MemoryEmbedderChangedError, MemoryEmbeddingError, MemoryError, MemoryNoEmbedderError,
} from '../base/error-classes.ts';
export { Memory } from './memory.ts';
export type { AddManyOptions, BackendInput, IngestProgress, MemoryOptions } from './memory.ts';
export type { Accuracy, Metric } from './index/exact-index.ts';
export type { VectorKind } from './memory-index.ts';
export { MemoryResult } from './memory-result.ts';
export type { ResultSpan } from './memory-result.ts';
export type { MemoryEntry } from './entry.ts';
export type { Explanation, RankingPlace, Reranker, SearchMode, SearchOptions } from './search.ts';
export type { FieldTests, MemoryFilter } from './filter.ts';
export { HashEmbedder } from './hash-embedder.ts';
export type { EmbedderInput, EmbedsTexts } from './embedder.ts';
export { InMemoryBackend } from './in-memory-backend.ts';
export { CustomBackendAdapter, MemoryBackend } from './custom-backend.ts';
export type { CustomBackendHandlers, CustomEntry } from './custom-backend.ts';
export { tokenize } from './lexical/tokenize.ts';
export type { Tokenize } from './lexical/tokenize.ts';
export { chunkDocument } from './chunk/chunk-document.ts';
export type { Chunk, ChunkOptions } from './chunk/chunk-document.ts';
export { parseMarkdown, parseText } from './chunk/parse-text.ts';
export { sourceSpan } from './chunk/source-document.ts';
export type { Heading, SourceDocument, Span } from './chunk/source-document.ts';
