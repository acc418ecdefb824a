/**
 * Answers from your own documents: take files in, ask, get quotes with exact citations; both as workflows, without a model.
 * Subpath export `blazen-ts/rag`.
 *
 * @module
 */
export { IngestError, type IngestReason } from '../base/error-classes.ts';
export { ingestWorkflow } from './ingest-workflow.ts';
export type { IngestInput, IngestOptions, IngestResult, IngestWorkflow } from './ingest-workflow.ts';
export { askWorkflow } from './ask-workflow.ts';
export type { AskInput, AskOptions, AskWorkflow } from './ask-workflow.ts';
export { FileFinished, FileFound, FileLoaded, PassagesFound, RagProgress } from './events.ts';
export type { FileFailure, IngestedDocument, RagProgressData } from './events.ts';
export { extractAnswer } from './extract-answer.ts';
export type { Answer, AnswerPassage, Citation, ExtractOptions } from './extract-answer.ts';
export { verifyCitations } from './verify-citations.ts';
export type { CitationProblem, VerifiedCitations } from './verify-citations.ts';
export { loadDocument } from './load-document.ts';
export type { LoadOptions } from './load-document.ts';
export { documentId } from './rag-file.ts';
export type { RagDocument, RagFile } from './rag-file.ts';
export type { FoundPassage, SearchableMemory, WritableMemory } from './rag-memory.ts';
