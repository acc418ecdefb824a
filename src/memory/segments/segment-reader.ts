import { MemoryCorruptError } from '../../base/error-classes.ts';
import type { BackendCallOptions, SegmentStoreSpec, StoredEntry } from '../../spec/memory.ts';
import { decodeSegment } from './segment-codec.ts';
import type { Segment } from './segment-plan.ts';

/** Decoded segments that are kept. */
const KEPT = 4;
/** Segments that are read while one is decoded: a host has several of them sooner together than one after the other. */
const AHEAD = 7;

/** Reads the segments of one version of a store. */
export class SegmentReader {
  readonly #store: SegmentStoreSpec;
  readonly #segments: readonly Segment[];
  /** Those read last, by key. */
  readonly #kept = new Map<string, readonly StoredEntry[]>();
  /** Those that are being read before anybody asks for them, by key; null when that failed. */
  readonly #ahead = new Map<string, Promise<Uint8Array | null>>();
  /** How to read those that were found and not read, by key; null before they were looked for. */
  #found: Map<string, () => Promise<Uint8Array>> | null = null;

  constructor(store: SegmentStoreSpec, segments: readonly Segment[]) {
    this.#store = store;
    this.#segments = segments;
  }

  /**
   * The entries of a segment. `onward`: the next ones will be asked for, and are read meanwhile.
   *
   * @throws MemoryCorruptError when the segment is missing or damaged.
   */
  async read(position: number, options: BackendCallOptions, onward = false): Promise<readonly StoredEntry[]> {
    const { key, rows } = this.#segments[position] as Segment;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    if (onward) await this.#find(options);
    const first = this.#ahead.get(key) ?? this.#bytes(key, options);
    for (const next of onward ? this.#segments.slice(position + 1, position + 1 + AHEAD) : []) {
      if (!this.#ahead.has(next.key) && !this.#kept.has(next.key)) this.#ahead.set(next.key, this.#bytes(next.key).catch(() => null));
    }
    const bytes = await first ?? await this.#bytes(key, options);
    if (onward) this.#ahead.delete(key);
    else this.#ahead.clear();
    if (bytes === null) throw new MemoryCorruptError(`Cannot read '${key}' of the memory: it is missing`);
    const entries = decodeSegment(bytes, key);
    if (entries.length !== rows) throw new MemoryCorruptError(`Cannot read '${key}' of the memory: it has the wrong number of rows`);
    this.keep(key, entries);
    return entries;
  }

  /** Remembers the entries of a segment for a while. */
  keep(key: string, entries: readonly StoredEntry[]): void {
    this.#kept.delete(key);
    this.#kept.set(key, entries);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) return;
      this.#kept.delete(oldest);
    }
  }

  // All of them at once, where the store can do that without reading them.
  async #find(options: BackendCallOptions): Promise<void> {
    if (this.#found !== null || this.#store.findSegments === undefined) return;
    const found = this.#found = new Map<string, () => Promise<Uint8Array>>();
    const keys = this.#segments.map((segment) => segment.key);
    (await this.#store.findSegments(keys, options)).forEach((read, i) => {
      if (read !== null) found.set(keys[i] as string, read);
    });
  }

  async #bytes(key: string, options?: BackendCallOptions): Promise<Uint8Array | null> {
    const bytes = await this.#found?.get(key)?.().catch(() => null);
    this.#found?.delete(key);
    return bytes ?? (await this.#store.readSegments([key], options))[0] ?? null;
  }
}
