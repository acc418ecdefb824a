import { throwIfAborted } from '../../base/abort.ts';
import { sameBytes } from '../../base/bytes.ts';
import { MemoryCorruptError, MemoryError } from '../../base/error-classes.ts';
import { uuid } from '../../base/id.ts';
import type {
  BackendCallOptions, MemoryBackendSpec, MemoryCapabilities, ScanOptions, ScanPage, SegmentChange, SegmentStoreSpec, StoredEntry,
} from '../../spec/memory.ts';
import { SEGMENT_ROWS } from '../index/segment-rows.ts';
import { LiveRows } from './live-rows.ts';
import { checkManifest, encodeWithin, MANIFEST, type Manifest, type Segment, split } from './segment-plan.ts';
import { decodeManifest, encodeManifest } from './segment-codec.ts';
import { SegmentReader } from './segment-reader.ts';

/** Commits that lose against other writers before giving up. */
const MAX_ATTEMPTS = 16;

/** What this process knows of one version of the store. */
interface State {
  readonly bytes: Uint8Array | null;
  readonly manifest: Manifest;
  readonly live: readonly LiveRows[];
  /** Where each entry is: segment position * 1024 + row. Made when something is looked up by its id. */
  readonly locations: Map<string, number>;
  /** By position, the ids of the segments that were read; null when `locations` has them. */
  readonly ids: (readonly string[] | null | undefined)[];
  readonly reader: SegmentReader;
}

/**
 * Keeps entries in segments of 1,024 rows over a store of named blobs.
 *
 * A segment is never changed: an update is a cleared bit and a new row, and a commit writes the new segments, then the
 * manifest that makes them count, then drops what it replaced. A crash between leaves the old or the new state.
 */
export class SegmentBackend implements MemoryBackendSpec {
  readonly capabilities: MemoryCapabilities;
  readonly #store: SegmentStoreSpec;
  #state: State | null = null;
  #swept = false;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(store: SegmentStoreSpec) {
    this.#store = store;
    this.capabilities = {
      persistent: store.persistent, shared: store.shared, atomicBatch: true, vectors: true, maxBatch: SEGMENT_ROWS,
    };
  }

  async putMany(entries: readonly StoredEntry[], options: BackendCallOptions = {}): Promise<void> {
    if (entries.length === 0) return;
    const latest = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
    await this.#commit(new Set(latest.map((entry) => entry.id)), latest, options);
  }

  async deleteMany(ids: readonly string[], options: BackendCallOptions = {}): Promise<number> {
    return this.#commit(new Set(ids), [], options);
  }

  async getMany(ids: readonly string[], options: BackendCallOptions = {}): Promise<(StoredEntry | null)[]> {
    return this.#reading(await this.#sync(options), async (state) => {
      const locations = await this.#locate(state, options);
      const found: (StoredEntry | null)[] = [];
      for (const id of ids) {
        const at = locations.get(id);
        const entries = at === undefined ? [] : await this.#decode(state, Math.floor(at / SEGMENT_ROWS), options);
        found.push(at === undefined ? null : (entries[at % SEGMENT_ROWS] as StoredEntry));
      }
      return found;
    });
  }

  /** Pages are segments, whatever limit is asked for: at most 1,024 entries. */
  async scan(options: ScanOptions = {}): Promise<ScanPage> {
    const [begun, position] = (options.cursor ?? 'NaN:0').split(':').map(Number) as [number, number];
    // Segments never change: the version that the scan began with stays readable until what it needs is dropped.
    const state = this.#state?.manifest.revision === begun ? this.#state : await this.#sync(options);
    const revision = options.cursor ? begun : state.manifest.revision;
    const items = await this.#reading(state, async (current) => {
      // Pages of two versions do not add up to either.
      if (current.manifest.revision !== revision) throw new MemoryError('The store was changed while it was read', { retryable: true });
      if (position >= current.manifest.segments.length) return [];
      const entries = await this.#decode(current, position, options, true);
      const live = current.live[position] as LiveRows;
      return live.size === entries.length ? entries : entries.filter((_, row) => live.has(row));
    });
    const next = position + 1 < state.manifest.segments.length ? `${revision}:${position + 1}` : null;
    return { items: items.filter((entry) => options.namespace === undefined || (entry.namespace ?? '') === options.namespace), cursor: next };
  }

  async count(): Promise<number> {
    return (await this.#sync()).live.reduce((total, rows) => total + rows.size, 0);
  }

  async revision(): Promise<number> {
    return (await this.#sync()).manifest.revision;
  }

  async close(): Promise<void> {
    await this.#store.close?.();
  }

  // Removes `ids`, then appends `added`; returns how many of the ids existed.
  #commit(ids: ReadonlySet<string>, added: readonly StoredEntry[], options: BackendCallOptions): Promise<number> {
    const work = async (): Promise<number> => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        throwIfAborted(options.signal, 'Writing to the memory');
        const state = await this.#sync(options);
        const outcome = await this.#try(state, ids, added, options).catch(async (error: unknown) => {
          // What is missing may have been dropped by a faster writer.
          if (!(error instanceof MemoryCorruptError) || await this.#isCurrent(state)) throw error;
          return null;
        });
        if (outcome !== null) return outcome;
        this.#state = null;
      }
      throw new MemoryError(`Cannot write to the memory: other writers were faster ${MAX_ATTEMPTS} times`, { retryable: true });
    };
    const result = this.#tail.then(() => this.#store.exclusive?.(work) ?? work());
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #try(state: State, ids: ReadonlySet<string>, added: readonly StoredEntry[], options: BackendCallOptions): Promise<number | null> {
    const locations = await this.#locate(state, options);
    const live = state.live.map((rows) => rows.copy());
    let removed = 0;
    for (const id of ids) {
      const at = locations.get(id);
      if (at === undefined) continue;
      live[Math.floor(at / SEGMENT_ROWS)]?.clear(at % SEGMENT_ROWS);
      removed++;
    }
    if (removed === 0 && added.length === 0) return 0;
    const kept: { segment: Segment; live: LiveRows; entries: readonly StoredEntry[] | null }[] = [];
    const moving: StoredEntry[] = [];
    const dropped: string[] = [];
    const { segments } = state.manifest;
    for (let position = 0; position < segments.length; position++) {
      const segment = segments[position] as Segment;
      const rows = live[position] as LiveRows;
      const isOpenTail = position === segments.length - 1 && segment.rows < SEGMENT_ROWS && added.length > 0;
      // The open segment is rewritten with what is added; one that is half dead moves to the end.
      if (rows.size === 0) dropped.push(segment.key);
      else if (isOpenTail || rows.size * 2 < segment.rows) {
        const entries = await this.#decode(state, position, options);
        moving.push(...entries.filter((_, row) => rows.has(row)));
        dropped.push(segment.key);
      } else kept.push({ segment, live: rows, entries: null });
    }
    const changes: SegmentChange[] = [];
    for (const { entries, dimensions, bytes } of split([...moving, ...added]).flatMap((run) => encodeWithin(run, this.#store.maxBytes ?? Infinity))) {
      const key = `segment-${uuid()}`;
      changes.push({ key, bytes });
      kept.push({ segment: { key, rows: entries.length, dimensions, live: null }, live: new LiveRows(entries.length, null), entries });
    }
    dropped.push(...await this.#strays(state));
    const manifest: Manifest = {
      revision: state.manifest.revision + 1,
      segments: kept.map(({ segment, live: rows }) => ({ ...segment, live: rows.encode() })),
    };
    const bytes = encodeManifest(manifest);
    changes.push({ key: MANIFEST, bytes }, ...dropped.map((key) => ({ key, bytes: null })));
    if (!await this.#store.writeSegments(changes, { key: MANIFEST, bytes: state.bytes }, options)) return null;
    const next = this.#stateOf(bytes, manifest, kept.map(({ live: rows }) => rows));
    // Positions may have shifted: locations are made anew from the old ones and the new segments.
    const positions = new Map(kept.map(({ segment }, position) => [segment.key, position]));
    for (const [id, at] of locations) {
      const position = positions.get((segments[Math.floor(at / SEGMENT_ROWS)] as Segment).key);
      if (position !== undefined && (next.live[position] as LiveRows).has(at % SEGMENT_ROWS)) {
        next.locations.set(id, position * SEGMENT_ROWS + (at % SEGMENT_ROWS));
      }
    }
    kept.forEach(({ segment, entries }, position) => {
      next.ids[position] = null;
      if (entries === null) return;
      entries.forEach((entry, row) => next.locations.set(entry.id, position * SEGMENT_ROWS + row));
      next.reader.keep(segment.key, entries);
    });
    this.#state = next;
    return removed;
  }

  // Blobs that a crash left behind. Where others write, one of them may be about to be committed.
  async #strays(state: State): Promise<string[]> {
    if (this.#swept || (this.#store.shared && this.#store.exclusive === undefined)) return [];
    this.#swept = true;
    const known = new Set([MANIFEST, ...state.manifest.segments.map((segment) => segment.key)]);
    return (await this.#store.listSegments()).filter((key) => key.startsWith('segment-') && !known.has(key));
  }

  // The state of the store as of now; the cached one when nobody else has written.
  async #sync(options: BackendCallOptions = {}): Promise<State> {
    if (this.#state !== null && !this.#store.shared) return this.#state;
    const [bytes = null] = await this.#store.readSegments([MANIFEST], options);
    const cached = this.#state;
    if (cached !== null && sameBytes(cached.bytes, bytes)) return cached;
    const manifest = bytes === null ? { revision: 0, segments: [] } : checkManifest(decodeManifest(bytes, MANIFEST));
    this.#state = this.#stateOf(bytes, manifest, manifest.segments.map(({ rows, live }) => new LiveRows(rows, live)));
    return this.#state;
  }

  // Reads against one state; when another writer has dropped what it needs, starts over with the newer one.
  async #reading<T>(first: State, read: (state: State) => Promise<T>): Promise<T> {
    for (let attempt = 0, state = first; ; attempt++) {
      try {
        return await read(state);
      } catch (error) {
        if (attempt + 1 >= MAX_ATTEMPTS || await this.#isCurrent(state)) throw error;
        this.#state = null;
        state = await this.#sync();
      }
    }
  }

  async #isCurrent({ bytes }: State): Promise<boolean> {
    const [current = null] = await this.#store.readSegments([MANIFEST]);
    return sameBytes(bytes, current);
  }

  async #locate(state: State, options: BackendCallOptions): Promise<Map<string, number>> {
    for (let position = 0; position < state.manifest.segments.length; position++) {
      if (state.ids[position] === undefined) await this.#decode(state, position, options, true);
      const live = state.live[position] as LiveRows;
      state.ids[position]?.forEach((id, row) => {
        if (live.has(row)) state.locations.set(id, position * SEGMENT_ROWS + row);
      });
      state.ids[position] = null;
    }
    return state.locations;
  }

  async #decode(state: State, position: number, options: BackendCallOptions, onward = false): Promise<readonly StoredEntry[]> {
    const entries = await state.reader.read(position, options, onward);
    if (state.ids[position] === undefined) state.ids[position] = entries.map(({ id }) => id);
    return entries;
  }

  #stateOf(bytes: Uint8Array | null, manifest: Manifest, live: readonly LiveRows[]): State {
    return { bytes, manifest, live, locations: new Map(), ids: [], reader: new SegmentReader(this.#store, manifest.segments) };
  }
}
