import { ValidationError } from '../../base/error-classes.ts';
import { cutterOf } from './cutter.ts';
import { type Cuts, lineCuts, placeCuts, sentenceCuts, wordCuts } from './cuts.ts';
import { type SourceDocument, sourceSpan } from './source-document.ts';

/** A passage: `document.text.slice(start, end) === text`, always. */
export interface Chunk {
  /** Position in the document, from 0. */
  readonly index: number;
  readonly text: string;
  /** Span in the document's text, UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** The same span in the source the document was made from. */
  readonly sourceStart: number;
  readonly sourceEnd: number;
  /** The page it begins on, from 1; only for documents with pages. */
  readonly page?: number;
  /** Titles of the headings above the passage, highest first. */
  readonly headingPath: readonly string[];
}

/** How a document is cut. */
export interface ChunkOptions {
  /** Longest passage, in units of `measure`. Default 1000, at least 2. */
  readonly maxLength?: number;
  /** How much of the end of a passage may be repeated at the start of the next, same unit. Default 100. */
  readonly overlap?: number;
  /** Length of a text, for example in tokens; must grow with the text. Default: UTF-16 units. */
  readonly measure?: (text: string) => number;
}

/**
 * Cuts a document into passages: at headings if it can, else at blocks, lines, sentences, words, characters.
 *
 * No passage is longer than `maxLength`, none is blank, and no visible text is lost.
 */
export function chunkDocument(document: SourceDocument, options: ChunkOptions = {}): Chunk[] {
  return cutDocument(document, options, [placeCuts(document.blocks), lineCuts, sentenceCuts, wordCuts]);
}

/** Cuts a document at headings if it can, else at the first of the levels that makes passages short enough. */
export function cutDocument(document: SourceDocument, options: ChunkOptions, levels: readonly Cuts[]): Chunk[] {
  const { maxLength = 1000, overlap = 100, measure } = options;
  // One character may need two units, and is never torn.
  const least = measure === undefined ? 2 : 1;
  if (!(maxLength >= least)) throw new ValidationError(`Cannot cut the document: 'maxLength' is less than ${least}`);
  if (!(overlap >= 0 && overlap < maxLength)) {
    throw new ValidationError("Cannot cut the document: 'overlap' is not between 0 and 'maxLength'");
  }
  const cutter = cutterOf(document.text, levels, maxLength, overlap, measure);
  const { headings, text } = document;
  const spans: [number, number][] = [];
  const section = (first: number, last: number, start: number, end: number): void => {
    // Headings first..last lie in [start, end); what fits stays together, else the part before them, then each alone.
    if (first > last || cutter.fits(start, end)) return cutter.cut(start, end, spans);
    cutter.cut(start, headings[first]?.start ?? end, spans);
    for (let at = first; at <= last;) {
      const heading = headings[at] as { level: number; start: number };
      let next = at + 1;
      while (next <= last && (headings[next] as { level: number }).level > heading.level) next++;
      const sectionEnd = next <= last ? (headings[next] as { start: number }).start : end;
      if (next - at === 1 || cutter.fits(heading.start, sectionEnd)) cutter.cut(heading.start, sectionEnd, spans);
      else {
        cutter.cut(heading.start, (headings[at + 1] as { start: number }).start, spans);
        section(at + 1, next - 1, (headings[at + 1] as { start: number }).start, sectionEnd);
      }
      at = next;
    }
  };
  section(0, headings.length - 1, 0, text.length);
  const path: { level: number; title: string }[] = [];
  let headingPath: readonly string[] = [];
  let nextHeading = 0;
  return spans.map(([start, end], index) => {
    for (; nextHeading < headings.length && (headings[nextHeading] as { start: number }).start <= start; nextHeading++) {
      const heading = headings[nextHeading] as { level: number; title: string };
      while ((path.at(-1)?.level ?? 0) >= heading.level) path.pop();
      path.push(heading);
      headingPath = path.map(({ title }) => title);
    }
    const { start: sourceStart, end: sourceEnd, ...page } = sourceSpan(document, start, end);
    return { index, text: text.slice(start, end), start, end, sourceStart, sourceEnd, ...page, headingPath };
  });
}
