import { MemoryCorruptError, MemoryError } from '../../base/error-classes.ts';
import type { StoredEntry } from '../../spec/memory.ts';
import { SEGMENT_ROWS } from '../index/segment-rows.ts';
import { encodeSegment } from './segment-codec.ts';

/** Key of the manifest. */
export const MANIFEST = 'manifest';

/** One segment as the manifest lists it. */
export interface Segment {
  readonly key: string;
  readonly rows: number;
  readonly dimensions: number;
  /** One bit per row that counts, base64; null when all do. */
  readonly live: string | null;
}

/** Which segments count. */
export interface Manifest {
  readonly revision: number;
  readonly segments: readonly Segment[];
}

/** A segment ready to be written. */
export interface EncodedRun {
  readonly entries: readonly StoredEntry[];
  readonly dimensions: number;
  readonly bytes: Uint8Array;
}

/** Runs of at most 1,024 entries whose vectors, where they have one, are equally long. */
export function split(entries: readonly StoredEntry[]): StoredEntry[][] {
  const runs: StoredEntry[][] = [];
  let run: StoredEntry[] = [];
  let dimensions = 0;
  for (const entry of entries) {
    const length = entry.vector?.length ?? 0;
    if (run.length === SEGMENT_ROWS || (length > 0 && dimensions > 0 && length !== dimensions)) {
      runs.push(run);
      run = [];
      dimensions = 0;
    }
    run.push(entry);
    dimensions ||= length;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** The run as one segment, or as halves when it is too large for the store. Throws MemoryError when one entry is. */
export function encodeWithin(entries: readonly StoredEntry[], maxBytes: number): EncodedRun[] {
  const dimensions = entries.find((entry) => entry.vector !== undefined)?.vector?.length ?? 0;
  const bytes = encodeSegment(entries, dimensions);
  if (bytes.length <= maxBytes) return [{ entries, dimensions, bytes }];
  if (entries.length === 1) {
    throw new MemoryError(`Cannot store entry '${entries[0]?.id}': it takes ${bytes.length} bytes and the store takes ${maxBytes} at most`);
  }
  const half = entries.length >> 1;
  return [...encodeWithin(entries.slice(0, half), maxBytes), ...encodeWithin(entries.slice(half), maxBytes)];
}

/** The manifest that was read. Throws MemoryCorruptError when it lists something else than segments. */
export function checkManifest(value: unknown): Manifest {
  const { revision, segments } = value as Manifest;
  const usable = Number.isSafeInteger(revision) && Array.isArray(segments) && segments.every((segment: Segment) =>
    typeof segment.key === 'string' && Number.isInteger(segment.rows) && segment.rows > 0 && segment.rows <= SEGMENT_ROWS);
  if (!usable) throw new MemoryCorruptError(`Cannot read '${MANIFEST}' of the memory: it does not list segments`);
  return { revision, segments };
}
