import { base64ToBytes, bytesToBase64 } from '../base/bytes.ts';
import { ValidationError } from '../base/error-classes.ts';
import type { StoredEntry } from '../spec/memory.ts';
import type { CustomEntry } from './custom-backend.ts';
import { textBands } from './lexical/simhash.ts';
import { isPlainObject } from './metadata.ts';

/** The entry as plain JSON, with the bands of its text. */
export function toCustom(entry: StoredEntry): CustomEntry {
  const { vector, ...kept } = entry;
  const rest = { ...kept, bands: textBands(entry.text) };
  if (vector === undefined) return rest;
  return { ...rest, vector: bytesToBase64(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)) };
}

/**
 * What comes back was stored by somebody else's code: keeps what is usable, insists on id and text.
 *
 * @throws ValidationError for anything else.
 */
export function fromCustom(value: unknown): StoredEntry {
  if (!isPlainObject(value) || typeof value['id'] !== 'string' || typeof value['text'] !== 'string') {
    throw new ValidationError("Cannot read the backend: an entry lacks 'id' or 'text'");
  }
  const { vector: stored, metadata, embedder, bands: _, ...rest } = value;
  const vector = decodeVector(stored);
  return {
    ...(rest as Omit<StoredEntry, 'metadata'>),
    metadata: isPlainObject(metadata) ? metadata : null,
    ...(vector === null ? {} : { vector }),
    ...(vector !== null && typeof embedder === 'string' ? { embedder } : {}),
  };
}

function decodeVector(stored: unknown): Float32Array | null {
  if (typeof stored !== 'string' || stored === '') return null;
  const bytes = base64ToBytes(stored);
  return bytes.byteLength % 4 === 0 ? new Float32Array(bytes.buffer) : null;
}

/** A list of entries. Throws ValidationError when it is none. */
export function fromList(value: unknown): StoredEntry[] {
  if (Array.isArray(value)) return value.map(fromCustom);
  throw new ValidationError('Cannot read the backend: it gave no array');
}
