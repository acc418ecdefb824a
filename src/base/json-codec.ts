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
export function encodeJson(value: unknown, path = 'value'): string { return JSON.stringify(toTagged(value, path)); }

/**
 * The same as data instead of text.
 *
 * @param special what a codec says in its own way; undefined for the rest.
 * @throws SerializationError naming the path of what cannot be stored.
 */
export function toTagged(value: unknown, path: string, special?: (value: unknown) => unknown): unknown {
  checkStorable(value, path);
  return tagged(value, special);
}

/** For codecs that hold bytes as they are, and text as UTF-8. */
export function rawBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' && !isWellFormed(value) ? { $: 't', v: JSON.stringify(value) } : undefined;
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

function tagged(value: unknown, special: ((value: unknown) => unknown) | undefined): unknown {
  const said = special?.(value);
  if (said !== undefined) return said;
  if (value === undefined) return { $: 'u' };
  if (typeof value === 'bigint') return { $: 'n', v: String(value) };
  if (typeof value === 'number') return Object.is(value, -0) ? { $: 'f', v: '-0' } : Number.isFinite(value) ? value : { $: 'f', v: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  const all = (items: readonly unknown[]): unknown[] => items.map((item) => tagged(item, special));
  if (Array.isArray(value)) return all(value);
  if (value instanceof Date) return { $: 'd', v: value.getTime() };
  if (value instanceof Uint8Array) return { $: 'b', v: bytesToBase64(value) };
  if (value instanceof Map) return { $: 'm', v: all([...value]) };
  if (value instanceof Set) return { $: 's', v: all([...value]) };
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (key === '$' || isUnsafeKey(key) || special?.(key) !== undefined) return { $: 'o', v: all(Object.entries(value)) };
    result[key] = tagged((value as Record<string, unknown>)[key], special);
  }
  return result;
}

function untag(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  // A tag costs up to two levels for one of ours (its object and its payload array).
  if (depth > MAX_DEPTH * 3) throw new SerializationError(`Cannot decode: nested more than ${MAX_DEPTH} deep`);
  if (Array.isArray(value)) return value.map((item) => untag(item, depth + 1));
  if (value instanceof Uint8Array) return value.slice();
  if (Object.hasOwn(value, '$')) return meant(value as { $: unknown; v?: unknown }, depth + 1);
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (isUnsafeKey(key)) throw new SerializationError(`Cannot decode: the key '${key}' is not allowed`);
    result[key] = untag(item, depth + 1);
  }
  return result;
}

/** What a tag stands for. */
function meant({ $: kind, v: payload }: { readonly $: unknown; readonly v?: unknown }, depth: number): unknown {
  if (kind === 'u') return undefined;
  if (kind === 'd' && (payload === null || typeof payload === 'number')) return new Date(payload ?? NaN);
  if (typeof payload === 'string') {
    if (kind === 'n' && /^-?\d+$/.test(payload)) return BigInt(payload);
    if (kind === 'f' && /^(NaN|-?Infinity|-0)$/.test(payload)) return Number(payload);
    if (kind === 'b') return base64ToBytes(payload);
    if (kind === 't') return String(parse(payload));
  }
  if (Array.isArray(payload)) {
    const items = untag(payload, depth) as unknown[];
    if (kind === 's') return new Set(items);
    if (payload.every((pair) => Array.isArray(pair) && pair.length === 2)) {
      if (kind === 'm') return new Map(items as [unknown, unknown][]);
      // An own "__proto__" key stays a key.
      if (kind === 'o') return Object.fromEntries(items as [string, unknown][]);
    }
  }
  throw new SerializationError(`Cannot decode: the tagged value ${JSON.stringify(kind)} is damaged or unknown`);
}
