/**
 * Documents in, passages with exact source spans out. Subpath export `blazen-ts/memory/documents`.
 *
 * @module
 */
export { IngestError, type IngestReason } from '../../base/error-classes.ts';
export { chunkDocument } from '../chunk/chunk-document.ts';
export type { Chunk, ChunkOptions } from '../chunk/chunk-document.ts';
export { chunkCode, chunkSentences, chunkTokens } from './chunkers.ts';
export type { SentenceChunkOptions, TokenChunkOptions } from './chunkers.ts';
export { parseMarkdown, parseText } from '../chunk/parse-text.ts';
export { sourceSpan } from '../chunk/source-document.ts';
export type { Heading, SourceDocument, Span } from '../chunk/source-document.ts';
export { parseAs } from './parse-as.ts';
export type { TextFormat } from './parse-as.ts';
export { parseCode } from './parse-code.ts';
export { parseCsv } from './parse-csv.ts';
export type { CsvOptions } from './parse-csv.ts';
export { parseHtml } from './parse-html.ts';
export { parseJson, parseJsonLines } from './parse-json.ts';
export { parsePdf } from './parse-pdf.ts';
export type { PdfFile, PdfLibrary, PdfOptions } from './parse-pdf.ts';
