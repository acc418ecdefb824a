/** True for the white space of Unicode and line ends, by UTF-16 unit. */
export function isSpace(unit: number): boolean {
  return unit === 32 || (unit < 14 && unit > 8) || (unit > 159 && String.fromCharCode(unit).trim() === '');
}

/** The offset after the line end at or after `from`: `\n`, `\r\n` or `\r`; the length of the text when there is none. */
export function nextLine(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10) return i + 1;
    if (unit === 13) return text.charCodeAt(i + 1) === 10 ? i + 2 : i + 1;
  }
  return text.length;
}

/** `nextLine` of a text, quicker where its lines end in `\n` only, as most do. */
export function lineEnds(text: string): (from: number) => number {
  if (text.includes('\r')) return (from) => nextLine(text, from);
  return (from) => text.indexOf('\n', from) + 1 || text.length;
}

/** The first offset in `[start, end)` without white space, or `end`. */
export function skipSpace(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(text.charCodeAt(at))) at++;
  return at;
}

const JOINS_PREVIOUS = /^(?:\p{M}|\p{Emoji_Modifier}|\u200d|[\u{e0020}-\u{e007f}])/u;
const MAX_CLUSTER = 64;

/**
 * The last offset at or before `wanted`, after `floor`, where a cut tears no surrogate pair, and no emoji sequence or
 * accented letter of sane length.
 */
export function safeCut(text: string, floor: number, wanted: number): number {
  const lowest = Math.max(floor + 1, wanted - MAX_CLUSTER);
  for (let at = wanted; at >= lowest; at--) if (isBoundary(text, at)) return at;
  const torn = isLow(text.charCodeAt(wanted));
  return torn ? (wanted - 1 > floor ? wanted - 1 : wanted + 1) : wanted;
}

function isBoundary(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (isLow(unit)) return false;
  if (text.charCodeAt(at - 1) === 0x200d) return false;
  if (text.charCodeAt(at - 1) === 13 && unit === 10) return false;
  if (unit < 0x300) return true;
  return !JOINS_PREVIOUS.test(text.slice(at, at + 2));
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
