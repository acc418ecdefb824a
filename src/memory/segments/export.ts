import { throwIfAborted } from '../../base/abort.ts';
import { MemoryCorruptError } from '../../base/error-classes.ts';
import type { BackendCallOptions, MemoryBackendSpec, StoredEntry } from '../../spec/memory.ts';
import { copyMetadata } from '../metadata.ts';
import { readFrames } from './frame-reader.ts';
import { decodeManifest, decodeSegment, encodeManifest, isManifest } from './segment-codec.ts';
import { encodeWithin, split } from './segment-plan.ts';

const FORMAT = 'blazen-memory-export';

/**
 * An export to be read: its bytes, a Blob or File, or a function that begins to read it anew. It is read twice, first to
 * check all of it, so a stream that can be read only once does not do.
 */
export type ExportSource = Uint8Array | Blob | (() => AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>);

/**
 * All entries of a backend as the pieces of a file, one page of the backend at a time: segment frames, each with its own
 * checksum, and a closing frame that counts them. Vectors, namespaces and times are included.
 *
 * Entries that are added meanwhile are left out.
 *
 * @throws MemoryError, retryable, when another writer has meanwhile dropped what is not exported yet.
 *
 * @example
 * // In Node: await pipeline(exportStream(memory.backend), createWriteStream('memory.bin'))
 * const parts: Uint8Array<ArrayBuffer>[] = [];
 * for await (const part of exportStream(new Memory().backend)) parts.push(part);
 * const file = new Blob(parts);
 */
export async function* exportStream(backend: MemoryBackendSpec, options: BackendCallOptions = {}): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let [entries, segments] = [0, 0];
  let cursor: string | null = null;
  do {
    throwIfAborted(options.signal, 'The export');
    const page = await backend.scan({ ...options, cursor });
    for (const run of split(page.items)) {
      for (const { bytes } of encodeWithin(run, Infinity)) {
        segments++;
        yield bytes as Uint8Array<ArrayBuffer>;
      }
    }
    entries += page.items.length;
    cursor = page.cursor;
  } while (cursor !== null);
  yield encodeManifest({ format: FORMAT, entries, segments }) as Uint8Array<ArrayBuffer>;
}

/** The whole of `exportStream` in one piece, for memories that fit into it. */
export async function exportEntries(backend: MemoryBackendSpec, options: BackendCallOptions = {}): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of exportStream(backend, options)) parts.push(part);
  const file = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/**
 * Adds the entries of an export to a backend, replacing those with the same id; returns how many there were. The whole
 * file is checked before the first entry is written, and no more than one segment of it is held at a time. A memory that
 * is open over a backend without `revision` must be opened anew to see them.
 *
 * @throws MemoryCorruptError when the file is damaged, of another version, or holds something that is not an entry.
 */
export async function importEntries(backend: MemoryBackendSpec, source: ExportSource, options: BackendCallOptions = {}): Promise<number> {
  for await (const _ of readExport(source, options)) continue;
  const { maxBatch } = backend.capabilities;
  let imported = 0;
  for await (const entries of readExport(source, options)) {
    for (let from = 0; from < entries.length; from += maxBatch) {
      throwIfAborted(options.signal, 'The import');
      await backend.putMany(maxBatch >= entries.length ? entries : entries.slice(from, from + maxBatch), options);
    }
    imported += entries.length;
  }
  return imported;
}

async function* readExport(source: ExportSource, { signal }: BackendCallOptions): AsyncGenerator<StoredEntry[]> {
  let [entries, segments, closed] = [0, 0, false];
  for await (const frame of readFrames(open(source))) {
    throwIfAborted(signal, 'The import');
    if (closed) throw corrupt('something follows its end');
    if (isManifest(frame)) {
      const manifest = decodeManifest(frame, 'export') as { format?: unknown; entries?: unknown; segments?: unknown } | null;
      if (manifest?.format !== FORMAT) throw corrupt('it is not an export of a memory');
      if (manifest.entries !== entries || manifest.segments !== segments) throw corrupt('it does not hold what it claims');
      closed = true;
      continue;
    }
    const page = decodeSegment(frame, 'export').map(checkEntry);
    segments++;
    entries += page.length;
    yield page;
  }
  if (!closed) throw corrupt('it ends too early');
}

async function* open(source: ExportSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) {
    yield source;
    return;
  }
  const stream = typeof source === 'function' ? source() : source.stream();
  if (!('getReader' in stream)) {
    yield* stream;
    return;
  }
  // Not every browser can iterate over a stream.
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel();
  }
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
