import { createHash } from 'node:crypto';
import { PersistCorruptError } from '../base/error-classes.ts';
import type { CheckpointInput, CheckpointItem } from '../spec/checkpoint.ts';
import type { CheckpointHead } from '../spec/checkpoint-head.ts';

// Layout of a record file: 8 bytes magic, 2 bytes version, 4 bytes length of the header, 4 bytes length of the values (all
// big-endian), 32 bytes SHA-256 of what follows, the header as JSON, the values one after the other.

const MAGIC = new TextEncoder().encode('BLZNRUN\n');
const VERSION = 1;
const PREFIX = 50;

/** One change of a run, in a file of its own. */
export interface FileRecord {
  /** Number of the record this one was made on; 0 for the first. */
  readonly previous: number;
  readonly runId: string;
  /** The head after the change. */
  readonly head: CheckpointHead;
  /** Present in a full record: nothing before it is needed but the stream. */
  readonly base?: Uint8Array;
  /** Those of a full record, or the one this change adds. */
  readonly deltas: readonly Uint8Array[];
  readonly items: readonly CheckpointItem[];
  /** Those of a full record, or the one this change adds. */
  readonly inputs: readonly CheckpointInput[];
  /** Ids of inputs that are used: all of them in a full record, else those this change used. */
  readonly used: readonly string[];
}

interface Header {
  readonly previous: number;
  readonly runId: string;
  readonly head: CheckpointHead;
  readonly full: boolean;
  readonly deltas: number;
  readonly items: readonly number[];
  readonly inputs: readonly (readonly [id: string, seq: number])[];
  readonly used: readonly string[];
  /** Lengths of base, deltas, items and inputs, in this order. */
  readonly lengths: readonly number[];
}

/** The bytes of a record file. */
export function encodeRecord(record: FileRecord): Uint8Array {
  const { previous, runId, head, base, deltas, items, inputs, used } = record;
  const values = [...(base === undefined ? [] : [base]), ...deltas, ...items.map(({ data }) => data), ...inputs.map(({ data }) => data)];
  const header: Header = {
    previous, runId, head, full: base !== undefined, deltas: deltas.length, items: items.map(({ seq }) => seq),
    inputs: inputs.map(({ id, seq }) => [id, seq]), used, lengths: values.map((value) => value.length),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const size = values.reduce((sum, value) => sum + value.length, 0);
  const bytes = new Uint8Array(PREFIX + json.length + size);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, VERSION);
  view.setUint32(10, json.length);
  view.setUint32(14, size);
  bytes.set(json, PREFIX);
  let at = PREFIX + json.length;
  for (const value of values) {
    bytes.set(value, at);
    at += value.length;
  }
  bytes.set(createHash('sha256').update(bytes.subarray(PREFIX)).digest(), 18);
  return bytes;
}

/**
 * The record in a file; null when its end was never written.
 *
 * @throws PersistCorruptError for any other difference from what was written.
 */
export function decodeRecord(bytes: Uint8Array, path: string): FileRecord | null {
  // What a power cut leaves of a file: nothing, its beginning, or zeros.
  if (bytes.length < PREFIX ? MAGIC.every((byte, i) => i >= bytes.length || bytes[i] === byte) : bytes.every((byte) => byte === 0)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX || MAGIC.some((byte, i) => bytes[i] !== byte)) throw damaged(path, 'it is not a record');
  if (view.getUint16(8) !== VERSION) throw damaged(path, `its version is ${view.getUint16(8)}, this package knows ${VERSION}`);
  const start = PREFIX + view.getUint32(10);
  const end = start + view.getUint32(14);
  if (bytes.length < end) return null;
  const sum = createHash('sha256').update(bytes.subarray(PREFIX)).digest();
  if (bytes.length > end || sum.some((byte, i) => byte !== bytes[18 + i])) throw damaged(path, 'its checksum is wrong');
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX, start))) as Header;
  let at = start;
  const values = header.lengths.map((length) => bytes.slice(at, at += length));
  const { previous, runId, head, used, deltas: count } = header;
  const first = header.full ? 1 : 0;
  return {
    previous, runId, head, used, ...(header.full ? { base: values[0] as Uint8Array } : {}), deltas: values.slice(first, first + count),
    items: header.items.map((seq, i) => ({ seq, data: values[first + count + i] as Uint8Array })),
    inputs: header.inputs.map(([id, seq], i) => ({ id, seq, data: values[first + count + header.items.length + i] as Uint8Array })),
  };
}

export function damaged(path: string, reason: string): PersistCorruptError {
  return new PersistCorruptError(`Cannot read ${path}: ${reason}; restore it from a backup or delete its run`);
}
