import { MemoryCorruptError } from '../../base/error-classes.ts';
import type { StoredEntry } from '../../spec/memory.ts';
import { SEGMENT_ROWS } from '../index/segment-rows.ts';
import { checksum } from './checksum.ts';
import { fromColumns, toColumns } from './entry-columns.ts';

// A frame: 'BZM' + kind, u32 version, u32 rows, u32 dimensions, u32 JSON bytes, u32 checksum of all but itself, then the JSON
// (of a segment its columns; UTF-8, padded with spaces to 4 bytes) and rows * dimensions 32-bit floats. Little-endian
// throughout, as every host is.
const VERSION = 2;
/** Bytes before the text of a frame. */
export const HEADER = 24;
const MAGIC = { segment: 0x534d5a42, manifest: 0x4d4d5a42 } as const;

/** Which of the two kinds of blob. */
export type FrameKind = keyof typeof MAGIC;

interface Frame {
  readonly json: unknown;
  readonly rows: number;
  readonly dimensions: number;
  readonly vectors: Float32Array;
}

/** The bytes of a segment. Vectors must all have `dimensions` numbers; an entry without one is stored as zeros. */
export function encodeSegment(entries: readonly StoredEntry[], dimensions: number): Uint8Array {
  const vectors = new Float32Array(entries.length * dimensions);
  entries.forEach((entry, row) => {
    if (entry.vector !== undefined) vectors.set(entry.vector, row * dimensions);
  });
  return encodeFrame('segment', toColumns(entries), entries.length, dimensions, vectors);
}

/**
 * The entries of a segment; their vectors are views of `bytes`.
 *
 * @throws MemoryCorruptError when the bytes are damaged or of another version; `name` says which in the message.
 */
export function decodeSegment(bytes: Uint8Array, name: string): StoredEntry[] {
  const { json, rows, dimensions, vectors } = decodeFrame('segment', bytes, name);
  if (rows > SEGMENT_ROWS) throw corrupt(name, 'it claims too many rows');
  try {
    return fromColumns(json, Array.from({ length: rows }, (_, row) => {
      const from = row * dimensions;
      let at = from;
      while (at < from + dimensions && vectors[at] === 0) at++;
      return at < from + dimensions ? new Float32Array(vectors.buffer, vectors.byteOffset + from * 4, dimensions) : null;
    }));
  } catch (cause) {
    throw corrupt(name, 'it does not hold the rows it claims', cause);
  }
}

/** The bytes of a manifest. */
export function encodeManifest(json: unknown): Uint8Array {
  return encodeFrame('manifest', json, 0, 0, new Float32Array(0));
}

/** Throws MemoryCorruptError when the bytes are damaged or of another version. */
export function decodeManifest(bytes: Uint8Array, name: string): unknown {
  return decodeFrame('manifest', bytes, name).json;
}

/** Whether a frame says that it is a manifest, not a segment. */
export function isManifest(frame: Uint8Array): boolean {
  return new DataView(frame.buffer, frame.byteOffset).getUint32(0, true) === MAGIC.manifest;
}

function encodeFrame(kind: FrameKind, json: unknown, rows: number, dimensions: number, vectors: Float32Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(json));
  const padded = (text.length + 3) & ~3;
  const bytes = new Uint8Array(HEADER + padded + vectors.byteLength).fill(32, HEADER + text.length, HEADER + padded);
  bytes.set(text, HEADER);
  bytes.set(new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength), HEADER + padded);
  const header = new Uint32Array(bytes.buffer, 0, 6);
  header.set([MAGIC[kind], VERSION, rows, dimensions, padded]);
  header[5] = checksumOf(bytes);
  return bytes;
}

function decodeFrame(kind: FrameKind, input: Uint8Array, name: string): Frame {
  // Floats are read in place, which needs an aligned buffer.
  const bytes = input.byteOffset % 4 === 0 ? input : input.slice();
  if (bytes.length < HEADER) throw corrupt(name, 'it is too short');
  const [magic, version, rows, dimensions, padded, stated] = new Uint32Array(bytes.buffer, bytes.byteOffset, 6) as unknown as
    [number, number, number, number, number, number];
  if (magic !== MAGIC[kind]) throw corrupt(name, `it is not a ${kind}`);
  if (version !== VERSION) throw corrupt(name, `it has format version ${version} and this package reads ${VERSION}`);
  if (bytes.length !== HEADER + padded + rows * dimensions * 4) throw corrupt(name, 'its length is wrong');
  if (checksumOf(bytes) !== stated) throw corrupt(name, 'its checksum is wrong');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(HEADER, HEADER + padded)));
  } catch (cause) {
    throw corrupt(name, 'its text is malformed', cause);
  }
  return { json, rows, dimensions, vectors: new Float32Array(bytes.buffer, bytes.byteOffset + HEADER + padded, rows * dimensions) };
}

// The header's own fields decide what the rest means, so they are covered too.
function checksumOf(frame: Uint8Array): number {
  return (checksum(frame.subarray(0, HEADER - 4)) ^ checksum(frame.subarray(HEADER))) >>> 0;
}

function corrupt(name: string, reason: string, cause?: unknown): MemoryCorruptError {
  return new MemoryCorruptError(`Cannot read '${name}' of the memory: ${reason}`, { cause });
}
