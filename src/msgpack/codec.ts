import { decode, encode } from '@msgpack/msgpack';
import { checkFrame, damaged } from './check-frame.ts';

/** Deeper than anything that `checkFrame` lets through. */
const MAX_ENCODED_DEPTH = 256;

/** The value as MessagePack; it holds nothing but JSON data and bytes. */
export function pack(value: unknown): Uint8Array {
  return encode(value, { maxDepth: MAX_ENCODED_DEPTH });
}

/** The value of MessagePack that may come from anywhere. @throws SnapshotError when it is damaged. */
export function unpack(bytes: Uint8Array): unknown {
  checkFrame(bytes);
  try {
    return decode(bytes);
  } catch (cause) {
    throw damaged(cause instanceof Error ? cause.message : 'it cannot be decoded', cause);
  }
}
