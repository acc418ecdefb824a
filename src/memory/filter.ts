import { ValidationError } from '../base/error-classes.ts';
import type { Metadata } from '../spec/memory.ts';
import { equalJson, isPlainObject } from './metadata.ts';

/** Keeps entries whose metadata contains every key of the filter with an equal value; other keys do not matter. */
export type MemoryFilter = Metadata;

/** A test on an entry's metadata. */
export type FilterTest = (metadata: Metadata | null) => boolean;

/** Compiles a filter; null when it lets everything through. Throws ValidationError when it is not a plain object. */
export function compileFilter(filter: MemoryFilter | null | undefined): FilterTest | null {
  if (filter === undefined || filter === null) return null;
  if (!isPlainObject(filter)) throw new ValidationError('Cannot filter: the filter is not a plain object', { path: 'filter' });
  const pairs = Object.entries(filter);
  if (pairs.length === 0) return null;
  return (metadata) => metadata !== null
    && pairs.every(([key, value]) => Object.hasOwn(metadata, key) && equalJson(metadata[key], value));
}
