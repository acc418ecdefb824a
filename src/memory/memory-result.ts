import type { Metadata, StoredEntry } from '../spec/memory.ts';
import type { Explanation } from './search.ts';

/** One hit of a search. */
export class MemoryResult {
  readonly id: string;
  readonly text: string;
  /** Between 0 and 1, higher is better; what it measures depends on the search mode. */
  readonly score: number;
  readonly metadata: Metadata | null;
  /** The document the passage belongs to, when it was added with one. */
  readonly docId?: string;
  /** Span of the passage in its document, UTF-16 units, end exclusive. */
  readonly start?: number;
  readonly end?: number;
  /** Only when the search was asked to explain. */
  readonly explanation?: Explanation;

  constructor(id: string, text: string, score: number, metadata: Metadata | null, span: ResultSpan = {}) {
    this.id = id;
    this.text = text;
    this.score = score;
    this.metadata = metadata;
    if (span.docId !== undefined) this.docId = span.docId;
    if (span.start !== undefined) this.start = span.start;
    if (span.end !== undefined) this.end = span.end;
    if (span.explanation !== undefined) this.explanation = span.explanation;
  }

  /** The same as `text`. */
  get content(): string {
    return this.text;
  }
}

/** Where a result's text comes from, and why it was found. */
export interface ResultSpan extends Pick<StoredEntry, 'docId' | 'start' | 'end'> {
  readonly explanation?: Explanation;
}
