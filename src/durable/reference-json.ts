// Values and events as the reference writes them.
import { SerializationError, SnapshotError } from '../base/error-classes.ts';
import { decodeJson, encodeJson, isWellFormed, parseJson } from '../base/json-codec.ts';
import { isRecord } from '../base/json.ts';
import { isUnsafeKey, MAX_DEPTH } from '../base/storable.ts';
import { type EventLike, INPUT_REQUEST, INPUT_RESPONSE, START, STOP } from '../events/index.ts';

/** A value of a run's state: JSON, bytes, or bytes in a form that only its writer reads. */
export type ReferenceStateValue = { readonly Json: unknown } | { readonly Bytes: readonly number[] } | { readonly Native: readonly number[] };

/** Events whose payload the reference writes flat; all others are wrapped with their type. */
const FLAT: readonly string[] = [STOP, INPUT_REQUEST, INPUT_RESPONSE];
/** Marks native bytes as ours: the JSON text of the package's own codec follows. */
const NATIVE = 'blazen-ts:1:';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A copy that JSON holds as it is; undefined fields are left out. @throws SerializationError naming the path of what it cannot hold. */
export function toPlainJson(value: unknown, path: string, depth = 0): unknown {
  if (value === null || typeof value === 'string' && isWellFormed(value) || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const prototype = typeof value === 'object' ? Object.getPrototypeOf(value) as object | null : undefined;
  if (Array.isArray(value) && depth < MAX_DEPTH) return value.map((item, i) => (item === undefined ? null : toPlainJson(item, `${path}.${i}`, depth + 1)));
  if (value === undefined || prototype === undefined || depth >= MAX_DEPTH || prototype !== null && prototype !== Object.prototype) {
    throw new SerializationError(`Cannot write '${path}' in the reference format: it is not plain JSON`, { path });
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const unsafe = entries.find(([key]) => isUnsafeKey(key) || !isWellFormed(key));
  if (unsafe) throw new SerializationError(`Cannot write '${path}' in the reference format: the key '${unsafe[0]}' is not allowed`, { path });
  return Object.fromEntries(entries.map(([key, item]) => [key, toPlainJson(item, `${path}.${key}`, depth + 1)]));
}

/** Foreign text or data as JSON that reaches no prototype. @throws SnapshotError */
export function readForeign(source: unknown): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseJson(typeof source === 'string' ? source : JSON.stringify(source) ?? '');
  } catch (cause) {
    throw damaged(cause instanceof Error ? cause.message : 'it is not JSON', cause);
  }
  if (!isRecord(value)) throw damaged('it is not an object');
  return value;
}

/** The error of reference data that cannot be read. */
export function damaged(what: string, cause?: unknown): SnapshotError {
  return new SnapshotError(`Cannot read the reference snapshot: ${what}`, { cause });
}

/** @throws SnapshotError naming the field. */
export function textOf(record: Record<string, unknown>, field: string): string {
  const value = record[field];
  return typeof value === 'string' ? value : fail(field);
}

/** @throws SnapshotError naming the field when it is there and no list. */
export function listOf(record: Record<string, unknown>, field: string): readonly unknown[] {
  const value = record[field] ?? [];
  return Array.isArray(value) ? value : fail(field);
}

/** @throws SnapshotError naming the field when it is there and no object. */
export function recordOf(record: Record<string, unknown>, field: string): Record<string, unknown> {
  const value = record[field] ?? {};
  return isRecord(value) ? value : fail(field);
}

/** @throws SnapshotError naming the field when it is there and no whole number. */
export function countOf(record: Record<string, unknown>, field: string): number {
  const value = record[field] ?? 0;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fail(field);
}

/** Milliseconds since the epoch. @throws SnapshotError */
export function timeOf(record: Record<string, unknown>): number {
  const time = Date.parse(textOf(record, 'timestamp'));
  return Number.isFinite(time) ? Math.max(0, time) : fail('timestamp');
}

/** @throws SnapshotError when it is not a UUID. */
export function runIdOf(record: Record<string, unknown>): string {
  const id = textOf(record, 'run_id');
  return UUID.test(id) ? id : fail('run_id');
}

/** @throws SnapshotError when the reference could not have this id. */
export function writeRunId(id: string): string {
  if (!UUID.test(id)) throw new SnapshotError(`Cannot write run ${id} in the reference format: there, the id of a run is a UUID`);
  return id;
}

function fail(field: string): never { throw damaged(`its '${field}' is damaged`); }

/** @throws SerializationError naming the key. */
export function writeState(key: string, value: unknown): ReferenceStateValue {
  if (isUnsafeKey(key)) throw new SerializationError(`Cannot write '${key}' in the reference format: the key is not allowed`, { path: key });
  if (value instanceof Uint8Array) return { Bytes: [...value] };
  try {
    const json = toPlainJson(value, key);
    // What JSON would change, such as a field that is undefined or a negative zero, travels as a native value.
    if (encodeJson(JSON.parse(JSON.stringify(json))) === encodeJson(value)) return { Json: json };
  } catch {
    // Not plain JSON: the package's own codec says what it is, or why it cannot be stored.
  }
  return { Native: [...new TextEncoder().encode(NATIVE + encodeJson(value, key))] };
}

/** @throws SnapshotError when the value is damaged, or native to another language. */
export function readState(key: string, value: unknown): unknown {
  const entries = isRecord(value) ? Object.entries(value) : [];
  const [tag, payload] = entries.length === 1 ? entries[0] as [string, unknown] : [];
  if (tag === 'Json') return payload;
  if ((tag !== 'Bytes' && tag !== 'Native') || !Array.isArray(payload)) throw damaged(`the value of '${key}' is damaged`);
  const bytes = readBytes(payload, `value of '${key}'`);
  if (tag === 'Bytes') return bytes;
  const text = new TextDecoder().decode(bytes);
  if (!text.startsWith(NATIVE)) throw damaged(`the value of '${key}' is in a form that only the language that wrote it can read`);
  try {
    return decodeJson(text.slice(NATIVE.length));
  } catch (cause) {
    throw damaged(`the value of '${key}' is damaged`, cause);
  }
}

/** @throws SnapshotError */
export function readBytes(payload: unknown, what: string): Uint8Array {
  if (!Array.isArray(payload) || !payload.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256)) throw damaged(`the ${what} is damaged`);
  return new Uint8Array(payload as number[]);
}

/** An event's payload. @throws SerializationError naming what is not plain JSON. */
export function writeEvent({ type, ...fields }: EventLike): unknown {
  const data = toPlainJson(fields, type);
  if (type === START) return { data };
  return FLAT.includes(type) ? data : { event_type: type, data };
}

/** The event of a payload, wrapped or flat. */
export function readEvent(type: string, payload: unknown): EventLike {
  const wrapped = isRecord(payload) && !FLAT.includes(type) && 'data' in payload && (type === START || payload['event_type'] === type);
  const data: unknown = wrapped ? payload['data'] : payload;
  return isRecord(data) ? { ...data, type } : { data, type };
}
