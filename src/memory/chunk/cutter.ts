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
    this.#eachPiece(start, end, 0, (first, last) => {
      if (from < 0) from = first;
      else if (this.#length(from, last) > this.#max) {
        spans.push([from, to]);
        const again = this.#overlapStart(from, to);
        from = again >= 0 && this.#length(again, last) <= this.#max ? again : first;
      }
      to = last;
    });
    if (from >= 0) spans.push([from, to]);
  }

  // Visits what is short enough, without the white space around it.
  #eachPiece(start: number, end: number, level: number, visit: (first: number, last: number) => void): void {
    const first = skipSpace(this.#text, start, end);
    if (first === end) return;
    const last = this.#dropSpace(first, end);
    // What has been cut at the last place there is can be cut no more.
    if (level > this.#levels.length || this.#length(first, last) <= this.#max) {
      visit(first, last);
      return;
    }
    const cuts = this.#levels[level]?.(this.#text, start, end) ?? this.#hardCuts(start, end);
    let from = start;
    for (const at of cuts) {
      this.#eachPiece(from, at, level + 1, visit);
      from = at;
    }
    this.#eachPiece(from, end, level + 1, visit);
  }

  #hardCuts(start: number, end: number): number[] {
    const cuts: number[] = [];
    for (let from = start, longest = 0; (longest = this.#longest(from, end)) < end;) {
      from = safeCut(this.#text, from, longest);
      cuts.push(from);
    }
    return cuts;
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
