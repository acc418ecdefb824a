import { base64ToBytes, bytesToBase64 } from './bytes.ts';
import { SerializationError } from './error-classes.ts';
import { MAX_DEPTH, checkStorable, isUnsafeKey } from './storable.ts';

// What JSON cannot say is written as { "$": <tag>, "v": <payload> }; a user object with a "$" key is escaped as tag "o".

/** False for text with half a surrogate pair: JSON text can escape it, UTF-8 cannot say it. */
export function isWellFormed(text: string): boolean { return !/\p{Surrogate}/u.test(text); }

/**
 * Encode a storable value as JSON text; Date, Map, Set, bigint, bytes, undefined, NaN, ±Infinity and -0 round-trip.
 *
 * @param path names the value in the error.
 * @throws SerializationError naming the path of what cannot be stored.
 */
export function encodeJson(value: unknown, path = 'value'): string {
  checkStorable(value, path);
  return JSON.stringify(isPlain(value) ? value : tag(value, false));
}

/**
 * The same as data instead of text, for codecs that hold bytes as they are.
 *
 * @throws SerializationError naming the path of what cannot be stored.
 */
export function toTagged(value: unknown, path: string): unknown {
  checkStorable(value, path);
  return tag(value, true);
}

/** Undo `toTagged`. @throws SerializationError when it is too deep, or holds an unknown tag or an unsafe key. */
export function fromTagged(value: unknown): unknown { return untag(value, 0); }

/**
 * Decode what `encodeJson` wrote.
 *
 * @throws SerializationError when the text is not JSON, is too deep, or holds an unknown tag or an unsafe key.
 */
export function decodeJson(text: string): unknown {
  return untag(parse(text), 0);
}

/**
 * Parse JSON that came from outside: no `__proto__`, `constructor` or `prototype` keys, at most 64 levels deep.
 *
 * @throws SerializationError saying what is wrong.
 */
export function parseJson(text: string): unknown {
  const value = parse(text);
  checkForeign(value, '$', 0);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SerializationError('Cannot parse JSON: the text is malformed', { cause });
  }
}

function checkForeign(value: unknown, path: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) throw new SerializationError(`Cannot accept JSON: it is nested more than ${MAX_DEPTH} deep`, { path });
  for (const key of Object.keys(value)) {
    if (isUnsafeKey(key)) throw new SerializationError(`Cannot accept JSON: the key '${key}' at ${path} is not allowed`, { path });
    checkForeign((value as Record<string, unknown>)[key], `${path}.${key}`, depth + 1);
  }
}

/** Does plain JSON hold this storable value? */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return typeof value !== 'undefined' && typeof value !== 'bigint';
  if (Array.isArray(value)) return value.every(isPlain);
  if (value instanceof Date || value instanceof Uint8Array || value instanceof Map || value instanceof Set) return false;
  return Object.entries(value).every(([key, item]) => key !== '$' && !isUnsafeKey(key) && isPlain(item));
}

function tag(value: unknown, rawBytes: boolean): unknown {
  const inner = (item: unknown): unknown => tag(item, rawBytes);
  switch (typeof value) {
    case 'undefined': return { $: 'u' };
    case 'string': return rawBytes && !isWellFormed(value) ? { $: 't', v: JSON.stringify(value) } : value;
    case 'bigint': return { $: 'n', v: String(value) };
    case 'number': return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: 'f', v: Object.is(value, -0) ? '-0' : String(value) };
    case 'object': {
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(inner);
      if (value instanceof Date) return { $: 'd', v: value.getTime() };
      if (value instanceof Uint8Array) return rawBytes ? value : { $: 'b', v: bytesToBase64(value) };
      if (value instanceof Map) return { $: 'm', v: Array.from(value, ([k, v]) => [inner(k), inner(v)]) };
      if (value instanceof Set) return { $: 's', v: Array.from(value, inner) };
      const entries = Object.entries(value);
      if (entries.some(([key]) => key === '$' || isUnsafeKey(key) || rawBytes && !isWellFormed(key))) return { $: 'o', v: entries.map(([k, v]) => [inner(k), inner(v)]) };
      return Object.fromEntries(entries.map(([k, v]) => [k, inner(v)]));
    }
    default: return value;
  }
}

function untag(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  // A tag costs up to two levels for one of ours (its object and its payload array).
  if (depth > MAX_DEPTH * 3) throw new SerializationError(`Cannot decode: nested more than ${MAX_DEPTH} deep`);
  if (Array.isArray(value)) return value.map((item) => untag(item, depth + 1));
  if (value instanceof Uint8Array) return value.slice();
  const { $: kind, v: payload } = value as { $?: unknown; v?: unknown };
  if (!Object.hasOwn(value, '$')) {
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      if (isUnsafeKey(key)) throw new SerializationError(`Cannot decode: the key '${key}' is not allowed`);
      result[key] = untag((value as Record<string, unknown>)[key], depth + 1);
    }
    return result;
  }
  switch (kind) {
    case 'u': return undefined;
    case 'n': return /^-?\d+$/.test(String(payload)) ? BigInt(payload as string) : bad(kind);
    case 'f': return payload === 'NaN' || payload === 'Infinity' || payload === '-Infinity' || payload === '-0' ? Number(payload) : bad(kind);
    case 'd': return payload === null || typeof payload === 'number' ? new Date(payload ?? NaN) : bad(kind);
    case 'b': return typeof payload === 'string' ? base64ToBytes(payload) : bad(kind);
    case 't': return typeof payload === 'string' ? String(parse(payload)) : bad(kind);
    case 's': return new Set(list(payload, kind).map((item) => untag(item, depth + 2)));
    case 'm': return new Map(list(payload, kind).map((pair) => entry(pair, kind, depth)));
    case 'o': {
      const result: Record<string, unknown> = {};
      for (const pair of list(payload, kind)) {
        const [key, item] = entry(pair, kind, depth);
        // defineProperty: an own "__proto__" key must stay a key.
        Object.defineProperty(result, String(key), { value: item, enumerable: true, writable: true, configurable: true });
      }
      return result;
    }
    default: return bad(kind);
  }
}

function entry(pair: unknown, kind: unknown, depth: number): [unknown, unknown] {
  if (!Array.isArray(pair) || pair.length !== 2) return bad(kind);
  return [untag(pair[0], depth + 3), untag(pair[1], depth + 3)];
}

function list(payload: unknown, kind: unknown): unknown[] {
  return Array.isArray(payload) ? payload : bad(kind);
}

function bad(kind: unknown): never {
  throw new SerializationError(`Cannot decode: the tagged value ${JSON.stringify(kind)} is damaged or unknown`);
}
