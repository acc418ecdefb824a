import { throwIfAborted } from '../base/abort.ts';
import { base64ToBytes, bytesToBase64 } from '../base/bytes.ts';
import { ValidationError } from '../base/error-classes.ts';
import type { BackendCallOptions, ScanOptions, StoredEntry } from '../spec/memory.ts';
import type { CustomBackendHandlers, CustomEntry } from './custom-backend.ts';
import { textBands } from './lexical/simhash.ts';
import { isPlainObject } from './metadata.ts';

/** Puts the entries, with their bands, in one call or one by one. */
export async function putAll(backend: CustomBackendHandlers, entries: readonly StoredEntry[], { signal }: BackendCallOptions): Promise<void> {
  const custom = entries.map((entry) => ({ ...toCustom(entry), bands: textBands(entry.text) }));
  throwIfAborted(signal, 'Writing to the memory');
  if (typeof backend.putMany === 'function') {
    if (custom.length > 0) await backend.putMany(custom);
    return;
  }
  for (const entry of custom) {
    throwIfAborted(signal, 'Writing to the memory');
    await backend.put(entry);
  }
}

export async function getAll(backend: CustomBackendHandlers, ids: readonly string[], { signal }: BackendCallOptions): Promise<(StoredEntry | null)[]> {
  throwIfAborted(signal, 'Reading the memory');
  const found: unknown[] = typeof backend.getMany === 'function' ? asList(await backend.getMany([...ids])) : [];
  if (typeof backend.getMany !== 'function') for (const id of ids) found.push(await backend.get(id));
  return found.map((entry) => (entry === null || entry === undefined ? null : fromCustom(entry)));
}

/** How many of the ids existed. */
export async function deleteAll(backend: CustomBackendHandlers, ids: readonly string[], { signal }: BackendCallOptions): Promise<number> {
  throwIfAborted(signal, 'Writing to the memory');
  if (typeof backend.deleteMany === 'function') return Number(await backend.deleteMany([...ids]));
  let deleted = 0;
  for (const id of ids) {
    throwIfAborted(signal, 'Writing to the memory');
    if ((await backend.delete(id)) === true) deleted++;
  }
  return deleted;
}

export async function listAll(backend: CustomBackendHandlers, { namespace, signal }: ScanOptions): Promise<StoredEntry[]> {
  throwIfAborted(signal, 'Reading the memory');
  return entriesOf(await backend.list()).filter((entry) => namespace === undefined || (entry.namespace ?? '') === namespace);
}

/** The entries of a list that a backend gave. Throws ValidationError when it is none. */
export function entriesOf(value: unknown): StoredEntry[] {
  return asList(value).map(fromCustom);
}

function toCustom(entry: StoredEntry): CustomEntry {
  const { vector, ...rest } = entry;
  if (vector === undefined) return rest;
  return { ...rest, vector: bytesToBase64(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)) };
}

// What comes back was stored by somebody else's code: keep what is usable, insist on id and text.
function fromCustom(value: unknown): StoredEntry {
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

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new ValidationError('Cannot read the backend: it gave no array');
}
