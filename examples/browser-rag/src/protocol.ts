import type { Answer, RagDocument } from 'blazen-ts/rag';

/** A document of the library, as lists show it. */
export interface DocumentRow {
  readonly docId: string;
  readonly name: string;
  readonly kind: RagDocument['kind'];
  readonly title: string | null;
  /** Length of its text, UTF-16 units. */
  readonly length: number;
  readonly chunks: number;
  readonly addedAt: number;
}

/** How far one file of an ingestion is. */
export type FileUpdate =
  | { readonly name: string; readonly state: 'reading'; readonly done: number; readonly total: number; readonly unit: 'page' | null }
  | { readonly name: string; readonly state: 'storing'; readonly done: number; readonly total: number }
  | { readonly name: string; readonly state: 'done'; readonly chunks: number }
  | { readonly name: string; readonly state: 'failed'; readonly message: string };

/** A window into a document's text. */
export interface SourceWindow {
  readonly docId: string;
  readonly name: string;
  readonly kind: DocumentRow['kind'];
  readonly title: string | null;
  /** Where the window begins in the document's text. */
  readonly from: number;
  readonly text: string;
  /** Length of the whole text. */
  readonly length: number;
  /** Page the asked place stands on, for PDF. */
  readonly page: number | null;
}

/** The document as its format shows it, foreign and not yet sanitised; null when it is too long to show, or plain. */
export interface Preview {
  readonly kind: 'markdown' | 'html';
  readonly source: string;
}

/** One record of a run's log, without the documents' contents. */
export interface LogEntry {
  readonly runId: string;
  readonly workflow: string;
  readonly seq: number;
  readonly ts: number;
  /** Milliseconds since the step was dispatched; null for records that are no step's. */
  readonly tookMs: number | null;
  readonly type: string;
  readonly step: string | null;
  /** What it emitted, `FileLoaded × 3`. */
  readonly events: readonly string[];
  /** How the run ended; null before. */
  readonly status: string | null;
  readonly error: string | null;
}

/** What a file is handed to the worker as; a `File` is cloned without being copied. */
export interface FileInput {
  readonly name: string;
  readonly blob: Blob;
}

/** What `ingest` gives when it was not cancelled. */
export interface IngestOutcome {
  readonly documents: number;
  readonly chunks: number;
  readonly failed: number;
}

export type { Answer };

/** An answer, and the model that found its passages; null when none took part. */
export interface FoundAnswer extends Answer {
  readonly searchedWith: string | null;
}
