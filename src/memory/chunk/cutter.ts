import { isSpace, safeCut, skipSpace } from './characters.ts';
import type { Cuts } from './cuts.ts';

/** How far before a place a sentence's end may stand. */
const LOOK_BACK = 8;

/** Cuts one text into passages. */
export interface Cutter {
  /** True when the span without surrounding white space is short enough. */
  fits(start: number, end: number): boolean;
  /** Appends the passages of `[start, end)`. */
  cut(start: number, end: number, spans: [number, number][]): void;
}

/** Cuts a text into passages that are short enough: at the coarsest level that makes them so. */
export function cutterOf(
  text: string, levels: readonly Cuts[], max: number, overlap: number, measure: ((text: string) => number) | undefined,
): Cutter {
  function fits(start: number, end: number): boolean {
    const from = skipSpace(text, start, end);
    return lengthOf(from, dropSpace(from, end)) <= max;
  }

  function cut(start: number, end: number, spans: [number, number][]): void {
    let from = -1;
    let to = -1;
    eachPiece(start, end, 0, (first, last) => {
      if (from < 0) from = first;
      else if (lengthOf(from, last) > max) {
        spans.push([from, to]);
        const again = overlapStart(from, to);
        from = again >= 0 && lengthOf(again, last) <= max ? again : first;
      }
      to = last;
    });
    if (from >= 0) spans.push([from, to]);
  }

  // Visits what is short enough, without the white space around it.
  function eachPiece(start: number, end: number, level: number, visit: (first: number, last: number) => void): void {
    const first = skipSpace(text, start, end);
    if (first === end) return;
    const last = dropSpace(first, end);
    // What has been cut at the last place there is can be cut no more.
    if (level > levels.length || lengthOf(first, last) <= max) {
      visit(first, last);
      return;
    }
    const cuts = levels[level]?.(text, start, end) ?? hardCuts(start, end);
    let from = start;
    for (const at of [...cuts, end]) {
      eachPiece(from, at, level + 1, visit);
      from = at;
    }
  }

  function hardCuts(start: number, end: number): number[] {
    const cuts: number[] = [];
    for (let from = start, longest = 0; (longest = longestFrom(from, end)) < end;) {
      from = safeCut(text, from, longest);
      cuts.push(from);
    }
    return cuts;
  }

  // The furthest end such that the piece is short enough, and at least one unit. The first guesses are short: measuring
  // what is left of a long text again and again would take the square of its length.
  function longestFrom(from: number, end: number): number {
    let step = Math.max(1, Math.floor(max));
    if (measure === undefined) return Math.min(end, from + step);
    let low = from + 1;
    while (low < end && lengthOf(from, Math.min(end, low + step)) <= max) {
      low = Math.min(end, low + step);
      step *= 2;
    }
    let high = Math.min(end, low + step);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (lengthOf(from, middle) <= max) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // Where the finest level but one would cut in the last part of the passage, else the finest; -1 when neither does.
  function overlapStart(from: number, to: number): number {
    if (overlap === 0) return -1;
    const units = measure === undefined ? overlap
      : Math.floor(((to - from) * overlap) / Math.max(1, lengthOf(from, to)));
    const first = Math.max(from + 1, to - units);
    for (const cuts of levels.slice(-2)) {
      for (const at of cuts(text, Math.max(from, first - LOOK_BACK), to)) if (at >= first) return at;
    }
    return -1;
  }

  function lengthOf(start: number, end: number): number {
    return measure === undefined ? end - start : measure(text.slice(start, end));
  }

  function dropSpace(start: number, end: number): number {
    let at = end;
    while (at > start && isSpace(text.charCodeAt(at - 1))) at--;
    return at;
  }

  return { fits, cut };
}
