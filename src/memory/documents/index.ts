/**
 * Documents in, passages with exact source spans out. Subpath export `blazen-ts/memory/documents`.
 *
 * @module
 */
export { chunkDocument } from '../chunk/chunk-document.ts';
export type { Chunk, ChunkOptions } from '../chunk/chunk-document.ts';
export { parseMarkdown, parseText } from '../chunk/parse-text.ts';
export { sourceSpan } from '../chunk/source-document.ts';
export type { Heading, SourceDocument, Span } from '../chunk/source-document.ts';
export { parseHtml } from './parse-html.ts';
