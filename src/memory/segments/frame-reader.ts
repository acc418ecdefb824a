import { MemoryCorruptError } from '../../base/error-classes.ts';
import { SEGMENT_ROWS } from '../index/segment-rows.ts';
import { HEADER } from './segment-codec.ts';

// More than any text and vectors of 1,024 entries take; what a header claims beyond it was not written by this package.
const MOST_BYTES = 2 ** 31;

/** Cuts a stream of bytes, however it comes in pieces, into its frames; holds one at a time. Their checksums are not looked at. */
export async function* readFrames(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (length: number): Uint8Array => {
    const taken = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const part = parts[0] as Uint8Array;
      const some = part.subarray(0, length - at);
      taken.set(some, at);
      at += some.length;
      if (some.length === part.length) parts.shift();
      else parts[0] = part.subarray(some.length);
    }
    size -= length;
    return taken;
  };
  let header: Uint8Array | null = null;
  for await (const piece of pieces) {
    if (piece.length > 0) parts.push(piece);
    size += piece.length;
    for (;;) {
      if (header === null && size >= HEADER) header = take(HEADER);
      if (header === null) break;
      const body = bodyLength(header);
      if (size < body) break;
      const frame = new Uint8Array(HEADER + body);
      frame.set(header);
      frame.set(take(body), HEADER);
      header = null;
      yield frame;
    }
  }
  if (header !== null || size > 0) throw new MemoryCorruptError('Cannot import into the memory: it ends too early');
}

function bodyLength(header: Uint8Array): number {
  const [rows, dimensions, text] = new Uint32Array(header.buffer, 8, 3) as unknown as [number, number, number];
  const length = text + rows * dimensions * 4;
  if (rows > SEGMENT_ROWS || length > MOST_BYTES) throw new MemoryCorruptError('Cannot import into the memory: it is not an export of a memory');
  return length;
}
