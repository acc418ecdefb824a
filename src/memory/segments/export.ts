import { throwIfAborted } from '../../base/abort.ts';
import { MemoryCorruptError } from '../../base/error-classes.ts';
import type { BackendCallOptions, MemoryBackendSpec, StoredEntry } from '../../spec/memory.ts';
import { copyMetadata } from '../metadata.ts';
import { decodeManifest, decodeSegment, encodeManifest } from './segment-codec.ts';
import { encodeWithin, split } from './segment-plan.ts';

const HEADER = 24;
const FORMAT = 'blazen-memory-export';

/**
 * All entries of a backend as one file: a manifest frame that lists the lengths of the segment frames behind it, each
 * with its own checksum. Vectors, namespaces and times are included.
 */
export async function exportEntries(backend: MemoryBackendSpec, options: BackendCallOptions = {}): Promise<Uint8Array> {
  const entries: StoredEntry[] = [];
  let cursor: string | null = null;
  do {
    throwIfAborted(options.signal, 'The export');
    const page = await backend.scan({ ...options, cursor });
    entries.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  const segments = split(entries).flatMap((run) => encodeWithin(run, Infinity)).map(({ bytes }) => bytes);
  const manifest = encodeManifest({ format: FORMAT, entries: entries.length, segments: segments.map((bytes) => bytes.length) });
  const file = new Uint8Array(segments.reduce((total, bytes) => total + bytes.length, manifest.length));
  let at = 0;
  for (const part of [manifest, ...segments]) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/**
 * Adds the entries of an export to a backend, replacing those with the same id; returns how many there were. The whole
 * file is checked before the first entry is written. A memory that is open over a backend without `revision` must be
 * opened anew to see them.
 *
 * @throws MemoryCorruptError when the file is damaged, of another version, or holds something that is not an entry.
 */
export async function importEntries(backend: MemoryBackendSpec, file: Uint8Array, options: BackendCallOptions = {}): Promise<number> {
  const entries = readExport(file);
  const { maxBatch } = backend.capabilities;
  for (let from = 0; from < entries.length; from += maxBatch) {
    throwIfAborted(options.signal, 'The import');
    await backend.putMany(maxBatch >= entries.length ? entries : entries.slice(from, from + maxBatch), options);
  }
  return entries.length;
}

function readExport(file: Uint8Array): StoredEntry[] {
  if (file.length < HEADER) throw corrupt('it is too short');
  const first = HEADER + new DataView(file.buffer, file.byteOffset).getUint32(16, true);
  const manifest = decodeManifest(file.subarray(0, first), 'export') as { format?: unknown; entries?: unknown; segments?: unknown } | null;
  const lengths = manifest?.segments;
  if (manifest?.format !== FORMAT || !Array.isArray(lengths)) throw corrupt('it is not an export of a memory');
  const entries: StoredEntry[] = [];
  let at = first;
  for (const length of lengths as number[]) {
    entries.push(...decodeSegment(file.slice(at, at + length), 'export').map(checkEntry));
    at += length;
  }
  if (at !== file.length || entries.length !== manifest.entries) throw corrupt('it does not hold what it claims');
  return entries;
}

// A checksum is no signature: the file may have been made by anybody.
function checkEntry(entry: StoredEntry): StoredEntry {
  const { id, text, vector } = entry;
  if (typeof id !== 'string' || id === '' || typeof text !== 'string') throw corrupt("an entry has no 'id' or 'text'");
  if (vector?.every(Number.isFinite) === false) throw corrupt(`the vector of entry '${id}' is not finite`);
  try {
    return { ...entry, metadata: copyMetadata(entry.metadata) };
  } catch (cause) {
    throw corrupt(`the metadata of entry '${id}' is not allowed`, cause);
  }
}

function corrupt(reason: string, cause?: unknown): MemoryCorruptError {
  return new MemoryCorruptError(`Cannot import into the memory: ${reason}`, { cause });
}
