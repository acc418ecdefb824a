/** A heading of a document; offsets into its `text`. */
export interface Heading {
  /** 1 for the highest. */
  readonly level: number;
  readonly title: string;
  readonly start: number;
}

/** A document ready to be cut; plain data, so that it can be sent to and from a worker. */
export interface SourceDocument {
  readonly kind: 'text' | 'markdown' | 'html' | 'pdf' | 'csv' | 'json' | 'code';
  /** What the caller gave, unchanged. */
  readonly source: string;
  /** What passages are cut from: the source itself, or for HTML, CSV and JSON the plain text of it. */
  readonly text: string;
  readonly title: string | null;
  /** In order of their start. */
  readonly headings: readonly Heading[];
  /** Ascending offsets at which a new block (paragraph, list, code block) begins. */
  readonly blocks: readonly number[];
  /**
   * Null when `text` is `source`. Else triples `[text offset, source offset, source length]`, one per run; a run is as
   * long in the text as up to the next triple, and where both lengths are equal it maps unit by unit.
   */
  readonly offsets: Int32Array | null;
  /** Offsets into `text` at which pages begin, for formats that have pages. */
  readonly pages?: readonly number[];
}

/** A span, UTF-16 units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** The page it begins on, from 1; only for documents with pages. */
  readonly page?: number;
}

/** Where in the source the given span of the document's text comes from. */
export function sourceSpan(document: SourceDocument, start: number, end: number): Span {
  const { offsets, text, pages } = document;
  const page = pages && { page: pages.findLastIndex((at) => at <= start) + 1 };
  if (offsets === null || offsets.length === 0) return { start, end, ...page };
  const locate = (position: number): { source: number; length: number; delta: number; linear: boolean } => {
    let low = 0;
    let high = offsets.length / 3 - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((offsets[middle * 3] as number) <= position) low = middle;
      else high = middle - 1;
    }
    const from = offsets[low * 3] as number;
    const length = offsets[low * 3 + 2] as number;
    const textLength = (offsets[low * 3 + 3] ?? text.length) - from;
    return { source: offsets[low * 3 + 1] as number, length, delta: position - from, linear: textLength === length };
  };
  const first = locate(start);
  const last = locate(Math.max(start, end - 1));
  const sourceStart = first.linear ? first.source + first.delta : first.source;
  const sourceEnd = end <= start ? sourceStart : last.linear ? last.source + last.delta + 1 : last.source + last.length;
  return { start: sourceStart, end: sourceEnd, ...page };
}
