import { ValidationError } from '../../base/error-classes.ts';
import { isSpace, nextLine, safeCut } from './characters.ts';
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
  const { maxLength = 1000, overlap = 100, measure } = options;
  // One character may need two units, and is never torn.
  const least = measure === undefined ? 2 : 1;
  if (!(maxLength >= least)) throw new ValidationError(`Cannot cut the document: 'maxLength' is less than ${least}`);
  if (!(overlap >= 0 && overlap < maxLength)) {
    throw new ValidationError("Cannot cut the document: 'overlap' is not between 0 and 'maxLength'");
  }
  const cutter = new Cutter(document.text, document.blocks, maxLength, overlap, measure);
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
  let nextHeading = 0;
  return spans.map(([start, end], index) => {
    for (; nextHeading < headings.length && (headings[nextHeading] as { start: number }).start <= start; nextHeading++) {
      const heading = headings[nextHeading] as { level: number; title: string };
      while ((path.at(-1)?.level ?? 0) >= heading.level) path.pop();
      path.push(heading);
    }
    const source = sourceSpan(document, start, end);
    return {
      index, text: text.slice(start, end), start, end,
      sourceStart: source.start, sourceEnd: source.end, headingPath: path.map((heading) => heading.title),
    };
  });
}

type Cuts = (start: number, end: number) => Iterable<number>;

class Cutter {
  readonly #text: string;
  readonly #blocks: readonly number[];
  readonly #max: number;
  readonly #overlap: number;
  readonly #measure: ((text: string) => number) | undefined;
  readonly #levels: readonly Cuts[];

  constructor(text: string, blocks: readonly number[], max: number, overlap: number, measure?: (text: string) => number) {
    this.#text = text;
    this.#blocks = blocks;
    this.#max = max;
    this.#overlap = overlap;
    this.#measure = measure;
    this.#levels = [
      (start, end) => this.#blockCuts(start, end), (start, end) => this.#lineCuts(start, end),
      (start, end) => this.#sentenceCuts(start, end), (start, end) => this.#wordCuts(start, end),
    ];
  }

  /** True when the span without surrounding white space is short enough. */
  fits(start: number, end: number): boolean {
    const from = this.#skipSpace(start, end);
    const to = this.#dropSpace(from, end);
    return this.#length(from, to) <= this.#max;
  }

  /** Appends the passages of `[start, end)`. */
  cut(start: number, end: number, spans: [number, number][]): void {
    let from = -1;
    let to = -1;
    for (const [pieceStart, pieceEnd] of this.#pieces(start, end, 0)) {
      const first = this.#skipSpace(pieceStart, pieceEnd);
      if (first === pieceEnd) continue;
      const last = this.#dropSpace(first, pieceEnd);
      if (from < 0) from = first;
      else if (this.#length(from, last) > this.#max) {
        spans.push([from, to]);
        const again = this.#overlapStart(from, to);
        from = again >= 0 && this.#length(again, last) <= this.#max ? again : first;
      }
      to = last;
    }
    if (from >= 0) spans.push([from, to]);
  }

  *#pieces(start: number, end: number, level: number): Generator<[number, number]> {
    if (this.fits(start, end)) {
      yield [start, end];
      return;
    }
    const cuts = this.#levels[level];
    if (cuts === undefined) {
      yield* this.#hardPieces(start, end);
      return;
    }
    let from = start;
    for (const at of cuts(start, end)) {
      yield* this.#pieces(from, at, level + 1);
      from = at;
    }
    if (from < end) yield* this.#pieces(from, end, level + 1);
  }

  *#hardPieces(start: number, end: number): Generator<[number, number]> {
    let from = start;
    while (from < end) {
      const longest = this.#longest(from, end);
      const at = longest === end ? end : safeCut(this.#text, from, longest);
      yield [from, at];
      from = at;
    }
  }

  // The furthest end such that the piece is short enough, and at least one unit.
  #longest(from: number, end: number): number {
    if (this.#measure === undefined) return Math.min(end, from + Math.max(1, Math.floor(this.#max)));
    let low = from + 1;
    let high = end;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#length(from, middle) <= this.#max) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  *#blockCuts(start: number, end: number): Generator<number> {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#blocks[middle] as number) <= start) low = middle + 1;
      else high = middle;
    }
    for (let at = this.#blocks[low]; at !== undefined && at < end; at = this.#blocks[++low]) yield at;
  }

  *#lineCuts(start: number, end: number): Generator<number> {
    for (let at = nextLine(this.#text, start); at < end; at = nextLine(this.#text, at)) yield at;
  }

  *#sentenceCuts(start: number, end: number): Generator<number> {
    for (let at = start + 1; at < end; at++) if (this.#startsSentence(at, start)) yield at;
  }

  *#wordCuts(start: number, end: number): Generator<number> {
    for (let at = start + 1; at < end; at++) if (this.#startsWord(at)) yield at;
  }

  #startsWord(at: number): boolean {
    return isSpace(this.#text.charCodeAt(at - 1)) && !isSpace(this.#text.charCodeAt(at));
  }

  #startsSentence(at: number, floor: number): boolean {
    if (isFullWidthStop(this.#text.charCodeAt(at - 1))) return !isFullWidthStop(this.#text.charCodeAt(at)) && !isCloser(this.#text.charCodeAt(at));
    if (!this.#startsWord(at)) return false;
    // Space before at: skip it and up to three closing quotes or brackets, then there must be a full stop.
    let before = at - 1;
    while (before > floor && at - before < 8 && isSpace(this.#text.charCodeAt(before))) before--;
    for (let closers = 0; closers < 3 && before > floor && isCloser(this.#text.charCodeAt(before)); closers++) before--;
    const unit = this.#text.charCodeAt(before);
    return unit === 46 || unit === 33 || unit === 63 || unit === 0x2026;
  }

  // A sentence start in the last part of the passage, else a word start there; -1 when there is neither.
  #overlapStart(from: number, to: number): number {
    if (this.#overlap === 0) return -1;
    const units = this.#measure === undefined
      ? this.#overlap
      : Math.floor(((to - from) * this.#overlap) / Math.max(1, this.#length(from, to)));
    let word = -1;
    for (let at = Math.max(from + 1, to - units); at < to; at++) {
      if (word < 0 && this.#startsWord(at)) word = at;
      if (this.#startsSentence(at, from)) return at;
    }
    return word;
  }

  #length(start: number, end: number): number {
    return this.#measure === undefined ? end - start : this.#measure(this.#text.slice(start, end));
  }

  #skipSpace(start: number, end: number): number {
    let at = start;
    while (at < end && isSpace(this.#text.charCodeAt(at))) at++;
    return at;
  }

  #dropSpace(start: number, end: number): number {
    let at = end;
    while (at > start && isSpace(this.#text.charCodeAt(at - 1))) at--;
    return at;
  }
}

function isFullWidthStop(unit: number): boolean {
  return unit === 0x3002 || unit === 0xff01 || unit === 0xff1f;
}

function isCloser(unit: number): boolean {
  return unit === 34 || unit === 39 || unit === 41 || unit === 93 || unit === 0x2019 || unit === 0x201d || unit === 0xbb || unit === 0x300d;
}
