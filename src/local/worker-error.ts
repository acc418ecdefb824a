import * as classes from '../base/error-classes.ts';
import { BlazenError } from '../base/errors.ts';
import { isUnsafeKey } from '../base/storable.ts';
import type { WireError } from './worker-protocol.ts';

type ErrorClass = new (message: string, options: Record<string, unknown>) => Error;

const NATIVE: Readonly<Record<string, ErrorConstructor>> = { TypeError, RangeError, SyntaxError, ReferenceError, URIError, EvalError };
/** Causes of causes are followed this far. */
const MAX_CAUSES = 4;

/** Anything thrown, as plain data. Fields that cannot be cloned are left out. */
export function encodeError(thrown: unknown, depth = 0): WireError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown), brands: [], fields: {} };
  const ours = thrown instanceof BlazenError;
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(thrown)) {
    if (key === 'name' || key === 'message' || key === 'cause' || isUnsafeKey(key)) continue;
    const copy = copyOf(value);
    if (copy !== undefined) fields[key] = copy;
  }
  return {
    name: thrown.name, message: thrown.message, brands: ours ? thrown.blazenBrands : [], fields,
    ...(thrown.cause === undefined || depth >= MAX_CAUSES ? {} : { cause: encodeError(thrown.cause, depth + 1) }),
  };
}

/** The error again, of the most specific class of our tree this copy of the package knows, else of the native class. */
export function decodeError({ name, message, brands, fields, cause }: WireError): Error {
  const known: Readonly<Record<string, unknown>> = { BlazenError, ...classes };
  const safe = Object.fromEntries(Object.entries(fields).filter(([key]) => !isUnsafeKey(key)));
  const options = cause === undefined ? {} : { cause: decodeError(cause) };
  const brand = brands.find((candidate) => Object.hasOwn(known, candidate));
  if (brand !== undefined) return new (known[brand] as ErrorClass)(message, { ...safe, ...options });
  const error = new (Object.hasOwn(NATIVE, name) ? NATIVE[name] as ErrorConstructor : Error)(message, options);
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true });
  return Object.assign(error, safe);
}

function copyOf(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return undefined;
  }
}
