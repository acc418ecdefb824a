/**
 * Answers from your own documents, as workflows: take files in, ask, get quotes with exact citations without a model, or let a
 * model write and have each of its quotes checked.
 *
 * Subpath export `blazen-ts/rag`.
 *
 * @module
 */
export { IngestError, type IngestReason } from '../base/error-classes.ts';
export { ingestWorkflow } from './ingest-workflow.ts';
export type { IngestInput, IngestOptions, IngestResult, IngestWorkflow } from './ingest-workflow.ts';
export { askWorkflow } from './ask-workflow.ts';
export type { AskInput, AskOptions, AskWorkflow } from './ask-workflow.ts';
export { answerWorkflow } from './answer-workflow.ts';
export type { AnswerOptions, AnswerWorkflow, WrittenAnswer } from './answer-workflow.ts';
export { retrieve } from './retrieve.ts';
export type { RetrieveOptions, RetrieveStep } from './retrieve.ts';
export { packContext } from './pack-context.ts';
export type { PackedContext, PackOptions } from './pack-context.ts';
export { checkQuotes, CITATION_RULES } from './check-quotes.ts';
export type { CheckedQuotes, QuoteProblem } from './check-quotes.ts';
export { AnswerDelta, FileFinished, FileFound, FileLoaded, PassagesFound, RagProgress } from './events.ts';
export type { FileFailure, IngestedDocument, RagProgressData } from './events.ts';
export { extractAnswer } from './extract-answer.ts';
export type { Answer, AnswerPassage, Citation, ExtractOptions, Quotation } from './extract-answer.ts';
export { verifyCitations } from './verify-citations.ts';
export type { CitationProblem, VerifiedCitations } from './verify-citations.ts';
export { loadDocument } from './load-document.ts';
export type { LoadOptions } from './load-document.ts';
export { documentId } from './rag-file.ts';
export type { RagDocument, RagFile } from './rag-file.ts';
export type { FoundPassage, SearchableMemory, WritableMemory } from './rag-memory.ts';
