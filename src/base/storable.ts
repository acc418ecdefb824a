import { SerializationError } from './error-classes.ts';

/** A value that snapshots and stores can hold and give back unchanged. */
export type Storable =
  | string | number | boolean | null | undefined | bigint | Date | Uint8Array
  | readonly Storable[] | { readonly [key: string]: Storable } | ReadonlyMap<Storable, Storable> | ReadonlySet<Storable>;

/** Nesting beyond this is refused: deep input must not exhaust the stack. */
export const MAX_DEPTH = 64;

/**
 * Check that `value` can be stored: JSON values, `undefined`, bigint, Date, Map, Set and Uint8Array, at most 64 deep.
 *
 * @returns true when plain JSON text holds it, false when it needs the tags of `encodeJson`.
 * @throws SerializationError naming the path of what cannot be stored.
 */
export function checkStorable(value: unknown, path: string, depth = 0): boolean {
  switch (typeof value) {
    case 'string': case 'boolean': return true;
    case 'number': return Number.isFinite(value) && !Object.is(value, -0);
    case 'undefined': case 'bigint': return false;
    case 'object': {
      if (value === null) return true;
      if (depth >= MAX_DEPTH) throw refuse(path, `it is nested more than ${MAX_DEPTH} deep (or contains itself)`);
      if (Array.isArray(value)) {
        let plain = true;
        for (let i = 0; i < value.length; i++) if (!checkStorable(value[i], `${path}[${i}]`, depth + 1)) plain = false;
        return plain;
      }
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype === Object.prototype || prototype === null) {
        let plain = true;
        for (const key of Object.keys(value)) {
          const inner = checkStorable((value as Record<string, unknown>)[key], `${path}.${key}`, depth + 1);
          if (!inner || key === '$' || isUnsafeKey(key)) plain = false;
        }
        return plain;
      }
      if (value instanceof Date || value instanceof Uint8Array) return false;
      if (value instanceof Map || value instanceof Set) {
        let i = 0;
        for (const entry of value) checkStorable(entry, `${path}<${i++}>`, depth + 1);
        return false;
      }
      throw refuse(path, `it is an instance of ${prototype?.constructor?.name ?? 'an unknown class'}`);
    }
    default: throw refuse(path, `it is a ${typeof value}`);
  }
}

/** Keys that reach an object's prototype: refused in foreign JSON, escaped in ours. */
export function isUnsafeKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}

function refuse(path: string, reason: string): SerializationError {
  return new SerializationError(`Cannot store the value at '${path}': ${reason}. Keep it in ctx.session or store plain data`, { path });
}
