import { ValidationError } from '../base/error-classes.ts';
import { uuid } from '../base/id.ts';
import type { Metadata, StoredEntry } from '../spec/memory.ts';
import type { VectorSource } from './embedder.ts';
import { copyMetadata } from './metadata.ts';

/** What a caller adds: a text under an id, with anything worth filtering on or citing. */
export interface MemoryEntry {
  /** Default: `docId:start-end` for a passage, else a random UUID. */
  readonly id?: string;
  /** Required, unless `content` is given. */
  readonly text?: string;
  /** The same as `text`. */
  readonly content?: string;
  /** A JSON object, or nothing. */
  readonly metadata?: unknown;
  /** The document the text is a passage of. */
  readonly docId?: string;
  /** Span of the passage in its document, UTF-16 units, end exclusive. */
  readonly start?: number;
  readonly end?: number;
  /** Milliseconds after which the entry is not found any more. Default: never. */
  readonly ttlMs?: number;
  /** Skips the embedder; must come from the same model. */
  readonly vector?: ArrayLike<number>;
}

/** Longest text of one entry, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 1_000_000;
const MAX_ID_LENGTH = 1024;
const SEPARATOR = '\u001f';

/**
 * A checked, private copy of the entry; its vector, if it brings one, counts as one of the source's.
 *
 * @throws ValidationError naming the field that is wrong, MemoryEmbeddingError for a bad vector.
 */
export function toStored(entry: MemoryEntry, namespace: string, now: number, source: VectorSource | null): StoredEntry {
  if (typeof entry !== 'object' || entry === null) throw invalid('entry', 'is not an object');
  const text = entry.text ?? entry.content;
  if (typeof text !== 'string') throw invalid('text', 'is not a string');
  if (text.trim() === '') throw invalid('text', 'is empty');
  if (text.length > MAX_TEXT_LENGTH) {
    throw invalid('text', `is longer than ${MAX_TEXT_LENGTH} characters; split it first`);
  }
  const { docId, start, end, ttlMs } = entry;
  if (ttlMs !== undefined && !(ttlMs > 0)) throw invalid('ttlMs', 'is not a positive number');
  if (docId !== undefined && typeof docId !== 'string') throw invalid('docId', 'is not a string');
  if (start !== undefined && !isOffset(start)) throw invalid('start', 'is not an offset');
  if (end !== undefined && (!isOffset(end) || end < (start ?? 0))) throw invalid('end', 'is not an offset');
  const id = entry.id ?? (docId !== undefined && start !== undefined ? `${docId}:${start}-${end ?? ''}` : uuid());
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_LENGTH || id.includes(SEPARATOR)) {
    throw invalid('id', `is not a string of 1 to ${MAX_ID_LENGTH} characters without U+001F`);
  }
  const metadata = copyMetadata(entry.metadata);
  const vector = entry.vector && source?.check(entry.vector).slice();
  return {
    id: storedId(namespace, id), text, metadata, createdAt: now, hash: contentHash(text, metadata),
    ...(namespace === '' ? {} : { namespace }),
    ...(ttlMs === undefined ? {} : { expiresAt: now + ttlMs }),
    ...(docId === undefined ? {} : { docId }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(vector === undefined ? {} : { vector, embedder: (source as VectorSource).stamp }),
  };
}

/** True when storing the entry would change nothing. */
export function isUnchanged(known: StoredEntry | null, entry: StoredEntry): boolean {
  return known !== null && (known.expiresAt ?? entry.expiresAt ?? entry.vector) === undefined
    && (['hash', 'docId', 'start', 'end'] as const).every((name) => known[name] === entry[name]);
}

/** The id under which a store keeps an entry of a namespace; ids of the default one ('') stay as they are. */
export function storedId(namespace: string, id: string): string {
  return namespace === '' ? id : namespace + SEPARATOR + id;
}

/** The id its owner gave to a stored entry. */
export function ownId({ id, namespace }: StoredEntry): string {
  return namespace === undefined ? id : id.slice(namespace.length + 1);
}

// Two 32-bit FNV-1a sums with different starts: compared only with the hash of the same id, or when asked to dedupe.
function contentHash(text: string, metadata: Metadata | null): string {
  const content = `${text}\0${metadata === null ? '' : JSON.stringify(metadata)}`;
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let i = 0; i < content.length; i++) {
    const unit = content.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ (unit + i), 0x85ebca6b);
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}

function isOffset(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function invalid(path: string, reason: string): ValidationError {
  return new ValidationError(`Cannot add the entry: '${path}' ${reason}`, { path });
}
