import type { Metadata, StoredEntry } from '../spec/memory.ts';
import { ownId } from './entry.ts';
import type { Explanation } from './search.ts';

const SPAN = ['docId', 'start', 'end', 'explanation'] as const;

/** One hit of a search. */
export class MemoryResult {
  readonly id: string;
  readonly text: string;
  /** Between 0 and 1, higher is better; what it measures depends on the search mode. */
  readonly score: number;
  readonly metadata: Metadata | null;
  /** The document the passage belongs to, when it was added with one. */
  declare readonly docId?: string;
  /** Span of the passage in its document, UTF-16 units, end exclusive. */
  declare readonly start?: number;
  declare readonly end?: number;
  /** Only when the search was asked to explain. */
  declare readonly explanation?: Explanation;

  constructor(id: string, text: string, score: number, metadata: Metadata | null, span: ResultSpan = {}) {
    this.id = id;
    this.text = text;
    this.score = score;
    this.metadata = metadata;
    for (const name of SPAN) if (span[name] !== undefined) Object.assign(this, { [name]: span[name] });
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

/** The hit that an entry is; its metadata is the caller's own. */
export function toResult(entry: StoredEntry, score: number, explanation?: Explanation): MemoryResult {
  const span = explanation === undefined ? entry : { ...entry, explanation };
  return new MemoryResult(ownId(entry), entry.text, score, entry.metadata && structuredClone(entry.metadata), span);
}
