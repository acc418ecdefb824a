import { isSpace, nextLine } from './characters.ts';

/** Places between `start` and `end` where a text may be cut, ascending. */
export type Cuts = (text: string, start: number, end: number) => readonly number[];

/** Cuts at the given places, which ascend; for calls that ascend too. */
export function placeCuts(places: readonly number[]): Cuts {
  let next = 0;
  return (_text, start, end) => {
    while ((places[next] as number) <= start) next++;
    let last = next;
    while ((places[last] as number) < end) last++;
    return places.slice(next, last);
  };
}

/** Cuts between lines. */
export function lineCuts(text: string, start: number, end: number): number[] {
  const cuts: number[] = [];
  for (let at = nextLine(text, start); at < end; at = nextLine(text, at)) cuts.push(at);
  return cuts;
}

/** Cuts between words. */
export function wordCuts(text: string, start: number, end: number): number[] {
  const cuts: number[] = [];
  for (let at = start + 1; at < end; at++) if (startsWord(text, at)) cuts.push(at);
  return cuts;
}

/** Cuts before what follows a stop, an exclamation or a question mark and space, or a full-width one. */
export function sentenceCuts(text: string, start: number, end: number): number[] {
  const cuts: number[] = [];
  for (let at = start + 1; at < end; at++) if (startsSentence(text, at, start)) cuts.push(at);
  return cuts;
}

const FULL_WIDTH_STOPS = '。！？';
const STOPS = '.!?…';
const CLOSERS = '"\')]’”»」';

function startsWord(text: string, at: number): boolean {
  return isSpace(text.charCodeAt(at - 1)) && !isSpace(text.charCodeAt(at));
}

function startsSentence(text: string, at: number, floor: number): boolean {
  if (text.charCodeAt(at - 1) > 0x3000 && FULL_WIDTH_STOPS.includes(text.charAt(at - 1))) return !(FULL_WIDTH_STOPS + CLOSERS).includes(text.charAt(at));
  if (!startsWord(text, at)) return false;
  // Space before at: skip it and up to three closing quotes or brackets, then there must be a full stop.
  let before = at - 1;
  while (before > floor && at - before < 8 && isSpace(text.charCodeAt(before))) before--;
  for (let closers = 0; closers < 3 && before > floor && CLOSERS.includes(text.charAt(before)); closers++) before--;
  return STOPS.includes(text.charAt(before));
}
