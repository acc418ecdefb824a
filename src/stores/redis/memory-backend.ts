import { throwIfAborted } from '../../base/abort.ts';
import { base64ToBytes, bytesToBase64 } from '../../base/bytes.ts';
import { AbortedError, MemoryCorruptError, MemoryError, MemoryQuotaError } from '../../base/error-classes.ts';
import { decodeSegment } from '../../memory/segments/segment-codec.ts';
import { encodeWithin, split } from '../../memory/segments/segment-plan.ts';
import type {
  BackendCallOptions, MemoryBackendSpec, MemoryCapabilities, ScanOptions, ScanPage, StoredEntry,
} from '../../spec/memory.ts';
import { refusalOf, type RedisClient, Script, type Send, senderOf } from './client.ts';
import { MEMORY_SCRIPT } from './memory-script.ts';

/** Where in Redis the memory lies. */
export interface RedisMemoryOptions {
  /** Begin of every key, one per memory. The part in braces keeps all keys on one node of a cluster. Default '{blazen-memory}:'. */
  readonly prefix?: string;
}

/** Rows of a segment: reading one entry fetches the whole segment it lies in. */
const SEGMENT_ROWS = 128;
/** Bytes of a segment, so that no value and no page grows out of hand. One entry may be larger. */
const SEGMENT_BYTES = 512 * 1024;
const PAGE_ROWS = 1024;
const PAGE_BYTES = 4 * 1024 * 1024;

/** The rows that count, in letters, and the bytes, in base64. */
type Segment = readonly [name: string, live: string, blob: string];

/**
 * Keeps a memory in Redis or Valkey, for many processes at once: they add, replace and delete at the same time, none waits
 * for another or has to try again, and each sees what the others wrote with its next call.
 *
 * Each call is one script, so one round trip, and all of a batch or nothing; adding costs as much as is added, whatever is
 * there already. Entries are packed with their vectors into segments with a checksum. How much survives a crash is the
 * server's setting, as with `createRedisCheckpointStore`. The client stays the caller's: `close` leaves it open.
 *
 * A full server is a MemoryQuotaError; a failed connection is a retryable MemoryError.
 *
 * @example
 * import { Redis } from 'ioredis';
 * const memory = new Memory(undefined, createRedisMemory(new Redis('redis://127.0.0.1:6379')));
 */
export function createRedisMemory(client: RedisClient, options: RedisMemoryOptions = {}): MemoryBackendSpec {
  return new RedisMemory(client, options);
}

/** Also the base of `ValkeyBackend`. */
export class RedisMemory implements MemoryBackendSpec {
  readonly capabilities: MemoryCapabilities = {
    persistent: true, shared: true, atomicBatch: true, vectors: true, maxBatch: 1024,
  };
  readonly #send: Send;
  readonly #script: Script;
  readonly #prefix: string;

  constructor(client: RedisClient, { prefix = '{blazen-memory}:' }: RedisMemoryOptions = {}) {
    this.#prefix = prefix;
    this.#send = senderOf(client);
    this.#script = new Script(this.#send, MEMORY_SCRIPT);
  }

  async putMany(entries: readonly StoredEntry[], options: BackendCallOptions = {}): Promise<void> {
    if (entries.length === 0) return;
    const latest = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
    const args = runsOf(latest).flatMap(({ bytes, entries: rows }) => [
      bytesToBase64(bytes), String(rows.length), ...rows.map((entry) => field(entry.id)),
    ]);
    await this.#tidy(await this.#run('put', args, options) as string[], options);
  }

  async getMany(ids: readonly string[], options: BackendCallOptions = {}): Promise<(StoredEntry | null)[]> {
    if (ids.length === 0) return [];
    const [places, segments] = await this.#run('get', ids.map(field), options) as [string[], Segment[]];
    const decoded = new Map(segments.map((segment) => [segment[0], entriesOf(segment)]));
    return places.map((place, i) => {
      if (place === '') return null;
      const [segment, row] = place.split(':') as [string, string];
      const entry = decoded.get(segment)?.[Number(row)];
      if (entry === undefined || entry.id !== ids[i]) throw corrupt(segment, 'it is not what the index says');
      return entry;
    });
  }

  async deleteMany(ids: readonly string[], options: BackendCallOptions = {}): Promise<number> {
    if (ids.length === 0) return 0;
    const [deleted, sparse] = await this.#run('delete', ids.map(field), options) as [number, string[]];
    await this.#tidy(sparse, options);
    return deleted;
  }

  /** Pages are whole segments: a few more entries than asked for, at most 127. */
  async scan(options: ScanOptions = {}): Promise<ScanPage> {
    const rows = String(Math.max(1, options.limit ?? PAGE_ROWS));
    const [segments, cursor] = await this.#run('scan', [options.cursor ?? '0', rows, String(PAGE_BYTES)], options) as [Segment[], string];
    const items = segments.flatMap((segment) => liveOf(segment).map(([entry]) => entry));
    return {
      items: options.namespace === undefined ? items : items.filter((entry) => (entry.namespace ?? '') === options.namespace),
      cursor: cursor === '' ? null : cursor,
    };
  }

  async count(): Promise<number> {
    return Number(await guard(() => this.#send(['HLEN', `${this.#prefix}where`])));
  }

  async revision(): Promise<number> {
    return Number(await guard(() => this.#send(['GET', `${this.#prefix}revision`])) ?? 0);
  }

  // What still counts of the half-empty segments goes into new ones, unless somebody has changed it meanwhile. The write
  // that led here is done: when this fails, the segments stay as they are until they are touched again.
  async #tidy(sparse: readonly string[], options: BackendCallOptions): Promise<void> {
    for (const name of sparse) {
      try {
        const [segments] = await this.#run('scan', [String(Number(name) - 1), '1', '1'], options) as [Segment[]];
        const [segment] = segments;
        if (segment === undefined || segment[0] !== name) continue;
        const left = liveOf(segment);
        for (const { bytes, entries } of runsOf(left.map(([entry]) => entry))) {
          const rows = new Map(left.map(([entry, row]) => [entry.id, row]));
          await this.#run('move', [name, bytesToBase64(bytes), ...entries.flatMap(({ id }) => [field(id), String(rows.get(id))])], options);
        }
      } catch (error) {
        if (!(error instanceof MemoryError || error instanceof AbortedError)) throw error;
      }
    }
  }

  #run(operation: string, args: readonly string[], options: BackendCallOptions): Promise<unknown> {
    throwIfAborted(options.signal, operation === 'get' || operation === 'scan' ? 'Reading the memory' : 'Writing to the memory');
    const keys = ['revision', 'where', 'order', 'blobs', 'live', 'last'].map((name) => this.#prefix + name);
    return guard(() => this.#script.run(keys, [operation, ...args], options));
  }
}

// Any id is a valid field name, lone surrogates included, which UTF-8 cannot tell apart.
function field(id: string): string {
  return JSON.stringify(id);
}

function runsOf(entries: readonly StoredEntry[]): ReturnType<typeof encodeWithin> {
  const runs: ReturnType<typeof encodeWithin> = [];
  for (let from = 0; from < entries.length; from += SEGMENT_ROWS) {
    for (const run of split(entries.slice(from, from + SEGMENT_ROWS))) runs.push(...within(run));
  }
  return runs;
}

function within(entries: readonly StoredEntry[]): ReturnType<typeof encodeWithin> {
  // A single entry goes in whatever it takes: the server's own limit is 512 MB.
  if (entries.length === 1) return encodeWithin(entries, Infinity);
  const [whole] = encodeWithin(entries, Infinity) as [ReturnType<typeof encodeWithin>[number]];
  if (whole.bytes.length <= SEGMENT_BYTES) return [whole];
  const half = entries.length >> 1;
  return [...within(entries.slice(0, half)), ...within(entries.slice(half))];
}

function entriesOf([name, , blob]: Segment): StoredEntry[] {
  let bytes: Uint8Array;
  try {
    bytes = base64ToBytes(blob);
  } catch (cause) {
    throw corrupt(name, 'it is not base64', cause);
  }
  return decodeSegment(bytes, `segment ${name}`);
}

/** The entries that count, each with its row. */
function liveOf(segment: Segment): [StoredEntry, number][] {
  const entries = entriesOf(segment);
  if (entries.length !== segment[1].length) throw corrupt(segment[0], 'it has the wrong number of rows');
  return entries.map((entry, row): [StoredEntry, number] => [entry, row]).filter(([, row]) => segment[1][row] === '1');
}

function corrupt(name: string, reason: string, cause?: unknown): MemoryCorruptError {
  return new MemoryCorruptError(`Cannot read segment ${name} of the memory in Redis: ${reason}`, { cause });
}

async function guard(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AbortedError) throw cause;
    const { full, retryable, message } = refusalOf(cause);
    if (full) throw new MemoryQuotaError('Cannot write to Redis: its memory limit is reached', { cause });
    throw new MemoryError(`Cannot reach the memory in Redis: ${message}`, { cause, retryable });
  }
}
