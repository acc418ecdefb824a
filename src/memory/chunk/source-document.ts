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
  // Where the unit at the position comes from: one unit, or a whole run.
  const locate = (position: number): [start: number, end: number] => {
    let low = 0;
    let high = offsets.length / 3 - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((offsets[middle * 3] as number) <= position) low = middle;
      else high = middle - 1;
    }
    const [from, source, length, next = text.length] = offsets.subarray(low * 3, low * 3 + 4) as unknown as [number, number, number, number?];
    const at = source + position - from;
    return next - from === length ? [at, at + 1] : [source, source + length];
  };
  const [first] = locate(start);
  return { start: first, end: end <= start ? first : locate(end - 1)[1], ...page };
}
