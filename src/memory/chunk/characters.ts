/** True for the white space of Unicode and line ends, by UTF-16 unit. */
export function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13) || unit === 0xa0 || (unit >= 0x2000 && unit <= 0x200a)
    || unit === 0x2028 || unit === 0x2029 || unit === 0x202f || unit === 0x205f || unit === 0x3000 || unit === 0xfeff || unit === 0x1680;
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

/** True when `text[start, end)` holds nothing but white space. */
export function isBlank(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isSpace(text.charCodeAt(i))) return false;
  return true;
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
