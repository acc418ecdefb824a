import { SnapshotError } from '../base/error-classes.ts';
import { MAX_DEPTH } from '../base/storable.ts';

/** Bytes of a value after its first byte, from 0xca (float 32) to 0xd3 (int 64). */
const WIDTHS = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8];
/** A value of a snapshot is at most three levels of data for each of its own, see `toTagged`. */
const DEEPEST = 3 * MAX_DEPTH + 8;

/**
 * Walk over MessagePack without making anything of it: every length is there, nothing follows the value, and it is not
 * too deep. A decoder may then trust the counts it is told: it will not make a list of four billion from five bytes.
 *
 * @throws SnapshotError saying what is wrong.
 */
export function checkFrame(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const outer: number[] = [];
  let left = 1;
  let at = 0;
  const take = (count: number): number => {
    const from = at;
    at += count;
    if (at > bytes.length) throw damaged('its end is missing');
    return from;
  };
  const length = (width: number): number => {
    const from = take(width);
    return width === 1 ? view.getUint8(from) : width === 2 ? view.getUint16(from) : view.getUint32(from);
  };
  while (left > 0) {
    left--;
    const head = view.getUint8(take(1));
    let items = 0;
    if (head < 0x80 || head >= 0xe0) items = 0; // a small number
    else if (head < 0x90) items = 2 * (head & 15); // a small map
    else if (head < 0xa0) items = head & 15; // a small list
    else if (head < 0xc0) take(head & 31); // a short string
    else if (head >= 0xca && head <= 0xd3) take(WIDTHS[head - 0xca] as number);
    else if (head >= 0xc4 && head <= 0xc6) take(length(1 << (head - 0xc4))); // bytes
    else if (head >= 0xd9 && head <= 0xdb) take(length(1 << (head - 0xd9))); // a string
    else if (head === 0xdc || head === 0xdd) items = length(head === 0xdc ? 2 : 4); // a list
    else if (head === 0xde || head === 0xdf) items = 2 * length(head === 0xde ? 2 : 4); // a map
    else if (head !== 0xc0 && head !== 0xc2 && head !== 0xc3) throw damaged('it holds a type that snapshots do not have');
    if (items > 0) {
      if (outer.push(left) > DEEPEST) throw damaged('it is nested too deep');
      left = items;
    }
    while (left === 0 && outer.length > 0) left = outer.pop() as number;
  }
  if (at !== bytes.length) throw damaged('something follows it');
}

/** The error of MessagePack that cannot be read. */
export function damaged(what: string, cause?: unknown): SnapshotError {
  return new SnapshotError(`Cannot read the MessagePack of a snapshot: ${what}`, { cause });
}
