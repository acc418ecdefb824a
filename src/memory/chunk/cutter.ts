import { isSpace, safeCut, skipSpace } from './characters.ts';
import type { Cuts } from './cuts.ts';

/** How far before a place a sentence's end may stand. */
const LOOK_BACK = 8;

/** Cuts a text into passages that are short enough: at the coarsest level that makes them so. */
export class Cutter {
  readonly #text: string;
  readonly #levels: readonly Cuts[];
  readonly #max: number;
  readonly #overlap: number;
  readonly #measure: ((text: string) => number) | undefined;

  constructor(text: string, levels: readonly Cuts[], max: number, overlap: number, measure: ((text: string) => number) | undefined) {
    this.#text = text;
    this.#levels = levels;
    this.#max = max;
    this.#overlap = overlap;
    this.#measure = measure;
  }

  /** True when the span without surrounding white space is short enough. */
  fits(start: number, end: number): boolean {
    const from = skipSpace(this.#text, start, end);
    return this.#length(from, this.#dropSpace(from, end)) <= this.#max;
  }

  /** Appends the passages of `[start, end)`. */
  cut(start: number, end: number, spans: [number, number][]): void {
    let from = -1;
    let to = -1;
    for (const [pieceStart, pieceEnd] of this.#pieces(start, end, 0)) {
      const first = skipSpace(this.#text, pieceStart, pieceEnd);
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
    for (const at of cuts(this.#text, start, end)) {
      yield* this.#pieces(from, at, level + 1);
      from = at;
    }
    yield* this.#pieces(from, end, level + 1);
  }

  *#hardPieces(start: number, end: number): Generator<[number, number]> {
    for (let from = start; from < end;) {
      const longest = this.#longest(from, end);
      const at = longest === end ? end : safeCut(this.#text, from, longest);
      yield [from, at];
      from = at;
    }
  }

  // The furthest end such that the piece is short enough, and at least one unit. The first guesses are short: measuring
  // what is left of a long text again and again would take the square of its length.
  #longest(from: number, end: number): number {
    let step = Math.max(1, Math.floor(this.#max));
    if (this.#measure === undefined) return Math.min(end, from + step);
    let low = from + 1;
    while (low < end && this.#length(from, Math.min(end, low + step)) <= this.#max) {
      low = Math.min(end, low + step);
      step *= 2;
    }
    let high = Math.min(end, low + step);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#length(from, middle) <= this.#max) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // Where the finest level but one would cut in the last part of the passage, else the finest; -1 when neither does.
  #overlapStart(from: number, to: number): number {
    if (this.#overlap === 0) return -1;
    const units = this.#measure === undefined ? this.#overlap
      : Math.floor(((to - from) * this.#overlap) / Math.max(1, this.#length(from, to)));
    const first = Math.max(from + 1, to - units);
    for (const cuts of this.#levels.slice(-2)) {
      for (const at of cuts(this.#text, Math.max(from, first - LOOK_BACK), to)) if (at >= first) return at;
    }
    return -1;
  }

  #length(start: number, end: number): number {
    return this.#measure === undefined ? end - start : this.#measure(this.#text.slice(start, end));
  }

  #dropSpace(start: number, end: number): number {
    let at = end;
    while (at > start && isSpace(this.#text.charCodeAt(at - 1))) at--;
    return at;
  }
}
