import { uuid } from '../base/id.ts';
import { LocalModelError } from '../base/error-classes.ts';
import type { ModelStore } from '../spec/model-store.ts';
import { checkSha256, fetchModelFile, type ModelFileOptions, openModelFile, type OpenedFile, readBody, shown } from './model-files.ts';
import { fileOf, keyOf, type ModelRecord, readRecord, removeFiles, writeRecord } from './model-record.ts';
import { Sha256 } from './sha256.ts';

/** Bytes that are written at once: what an interruption costs at most, and the piece size of stores that keep pieces. */
export const PIECE_BYTES: number = 4 * 2 ** 20;

const SECOND_MS = 1000;
const UNSURE_MS = 60_000;

/** The file has fewer bytes than we have, so these are others. */
const NO_SUCH_RANGE = 416;

/**
 * Brings the file of an address into the store, going on where an earlier attempt stopped when the server still has the
 * same bytes. The record says `complete` only when all of them are there and have the wanted SHA-256.
 */
export async function downloadFile(store: ModelStore, url: string, { signal, onProgress, sha256: wanted }: ModelFileOptions): Promise<ModelRecord> {
  const key = keyOf(url);
  const sha256 = wanted?.toLowerCase() ?? null;
  const started = await readRecord(store, key);
  let from = started === null ? 0 : await resumable(store, started, sha256);
  let record = started;
  if (record === null || from === 0 || from !== record.size) {
    const opened = await openFrom(url, from, record?.validator ?? null, signal);
    from = opened.from;
    if (from === 0 || record === null) {
      const { validator } = opened;
      record = { url, file: fileOf(url, validator ?? sha256 ?? uuid()), validator, size: opened.size, sha256, complete: false };
    } else record = { ...record, size: opened.size ?? record.size, sha256 };
    await writeRecord(store, record);
    // What nobody vouches for, or was found to be wrong, may be longer than what comes now.
    if (from === 0 && (record.validator === null || started?.complete)) await store.remove(record.file);
    from = await append(store, record, from, readBody(url, opened.body, signal), onProgress);
  }
  if (record.size !== null && from !== record.size) {
    throw new LocalModelError(`Cannot fetch '${shown(url)}': it ended after ${from} of ${record.size} bytes`, {
      problem: 'offline', fix: 'Try again: what has arrived is kept', retryable: true,
    });
  }
  if (await store.size(record.file) !== from) {
    await removeFiles(store, key, null);
    throw new LocalModelError(`Cannot use '${shown(url)}': its bytes changed while they came`, { problem: 'corrupt', fix: 'Try again', retryable: true });
  }
  await checkStored(store, record);
  const finished = { ...record, size: from, complete: true };
  await writeRecord(store, finished);
  await removeFiles(store, key, record.file);
  return finished;
}

/** Refuses a file whose bytes are not those of its SHA-256, and forgets it. */
export async function checkStored(store: ModelStore, { url, file, sha256 }: ModelRecord): Promise<void> {
  if (sha256 === null) return;
  const hash = new Sha256();
  for await (const piece of store.read(file)) hash.update(piece);
  try {
    checkSha256(url, hash.hex(), sha256);
  } catch (error) {
    await removeFiles(store, keyOf(url), null);
    throw error;
  }
}

/** How many bytes may be kept; 0 to begin anew. */
async function resumable(store: ModelStore, { file, complete, validator, sha256: promised }: ModelRecord, sha256: string | null): Promise<number> {
  const sameBytes = validator !== null || (promised !== null && promised === sha256);
  return complete || !sameBytes ? 0 : await store.size(file) ?? 0;
}

interface OpenedFrom extends OpenedFile {
  readonly from: number;
  readonly size: number | null;
  readonly validator: string | null;
}

/** Asks for the bytes from a position; the server may have others by now, or not know ranges: then from the beginning. */
async function openFrom(url: string, from: number, validator: string | null, signal: AbortSignal | undefined): Promise<OpenedFrom> {
  if (from > 0) {
    const opened = await openRange(url, from, validator, signal);
    if (opened !== null) return opened;
  }
  const opened = await openModelFile(url, await fetchModelFile(url, {}, signal));
  return { ...opened, from: 0, size: opened.total, validator: validatorOf(opened.response) };
}

async function openRange(url: string, from: number, validator: string | null, signal: AbortSignal | undefined): Promise<OpenedFrom | null> {
  const range = { range: `bytes=${from}-` };
  let vouched = validator;
  // Another origin may refuse If-Range, which it must be asked about, and not Range alone; then the answer must name the same bytes.
  const answer = await fetchModelFile(url, validator === null ? range : { ...range, 'if-range': validator }, signal).catch((error: unknown) => {
    if (validator === null || (error as Partial<LocalModelError>).problem !== 'offline') throw error;
    vouched = null;
    return fetchModelFile(url, range, signal);
  });
  if (answer.status === NO_SUCH_RANGE) {
    await answer.body?.cancel();
    return null;
  }
  const opened = await openModelFile(url, answer);
  const { response, total } = opened;
  const now = validatorOf(response);
  if (response.status !== 206) return { ...opened, from: 0, size: total, validator: now };
  const [, start, all] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  if ((validator !== null && (now ?? vouched) !== validator) || (start !== undefined && Number(start) !== from)) {
    await opened.body.cancel();
    return null;
  }
  const size = all === undefined || all === '*' ? (total === null ? null : from + total) : Number(all);
  return { ...opened, from, size, validator: now ?? validator };
}

/**
 * What names these very bytes: a strong ETag; else the date of the last change, if they cannot have changed again within the
 * second it names (RFC 9110, 8.8.2.2). A weak ETag promises the same meaning, not the same bytes.
 */
function validatorOf({ headers }: Response): string | null {
  const etag = headers.get('etag');
  if (etag !== null && !etag.startsWith('W/')) return etag;
  const changed = headers.get('last-modified');
  const answered = headers.get('date');
  // Another origin may hide its clock, and ours may differ from it.
  const since = answered === null ? Date.now() - UNSURE_MS : Date.parse(answered) - SECOND_MS;
  return changed !== null && Date.parse(changed) <= since ? changed : null;
}

/** Writes what comes in large pieces, and on failure what is left; gives the new end. */
async function append(
  store: ModelStore, { url, file, size }: ModelRecord, from: number, pieces: AsyncIterable<Uint8Array>, onProgress: ModelFileOptions['onProgress'],
): Promise<number> {
  const buffer = new Uint8Array(PIECE_BYTES);
  let end = from;
  let filled = 0;
  const flush = async (): Promise<void> => {
    const length = filled;
    filled = 0;
    if (length > 0) await store.write(file, buffer.subarray(0, length), end - length);
  };
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length;) {
        // Up to the next multiple, so that stores which keep pieces write each of them once.
        const part = piece.subarray(at, at + PIECE_BYTES - end % PIECE_BYTES);
        buffer.set(part, filled);
        filled += part.length;
        end += part.length;
        at += part.length;
        if (end % PIECE_BYTES === 0) await flush();
      }
      onProgress?.({ file: url, loaded: end, total: size });
    }
  } catch (error) {
    await flush().catch(() => undefined);
    throw error;
  }
  await flush();
  return end;
}
