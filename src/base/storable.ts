import { SerializationError } from './error-classes.ts';

/** A value that snapshots and stores can hold and give back unchanged. */
export type Storable =
  | string | number | boolean | null | undefined | bigint | Date | Uint8Array
  | readonly Storable[] | { readonly [key: string]: Storable } | ReadonlyMap<Storable, Storable> | ReadonlySet<Storable>;

/** A getter of this name marks the prototype of events: plain data with getters, stored as their own fields. */
export const PLAIN = 'eventType';

/** Nesting beyond this is refused: deep input must not exhaust the stack. */
export const MAX_DEPTH = 64;

/**
 * Check that `value` can be stored: JSON values, `undefined`, bigint, Date, Map, Set and Uint8Array, at most 64 deep.
 *
 * @throws SerializationError naming the path of what cannot be stored.
 */
export function checkStorable(value: unknown, path: string, depth = 0): void {
  const type = typeof value;
  if (type !== 'object') {
    if (type === 'function' || type === 'symbol') refuse(path, `a ${type}`);
    return;
  }
  if (value === null || value instanceof Date || value instanceof Uint8Array) return;
  const prototype = Object.getPrototypeOf(value) as object | null;
  const keyed = value instanceof Map || value instanceof Set;
  if (depth >= MAX_DEPTH) refuse(path, 'nested too deep');
  if (!keyed && !Array.isArray(value) && prototype !== Object.prototype && prototype && !(PLAIN in prototype)) refuse(path, 'an instance of a class');
  for (const [key, item] of keyed ? [...value].entries() : Object.entries(value as object)) checkStorable(item, `${path}.${key}`, depth + 1);
}

function refuse(path: string, what: string): never {
  throw new SerializationError(`Cannot store '${path}': it is ${what}. Use plain data, or ctx.session`, { path });
}

/** Keys that reach an object's prototype: refused in foreign JSON, escaped in ours. */
export function isUnsafeKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}
