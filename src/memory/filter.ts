import { ValidationError } from '../base/error-classes.ts';
import { Bitmap } from './index/bitmap.ts';
import { Columns } from './index/columns.ts';
import { isPlainObject } from './metadata.ts';

/** Tests of one field. Ranges compare numbers with numbers and texts with texts, and nothing else. */
export interface FieldTests {
  readonly $eq?: unknown;
  /** True also for entries without the field. */
  readonly $ne?: unknown;
  readonly $in?: readonly unknown[];
  /** True also for entries without the field. */
  readonly $nin?: readonly unknown[];
  readonly $gt?: number | string;
  readonly $gte?: number | string;
  readonly $lt?: number | string;
  readonly $lte?: number | string;
  readonly $exists?: boolean;
}

/**
 * Keeps entries whose metadata has every field of the filter with an equal value; other fields do not matter. Instead
 * of a value a field may have tests, and `$and`, `$or` and `$not` combine filters.
 *
 * @example
 * const filter: MemoryFilter = { topic: 'geo', year: { $gte: 2020 }, $or: [{ lang: 'en' }, { lang: { $exists: false } }] };
 */
export type MemoryFilter = { readonly [field: string]: unknown };

/** The entries a filter is evaluated on. */
export interface FilterableRows {
  /** Rows in use; the filter does not change it. */
  readonly live: Bitmap;
  readonly rows: number;
  /** The value of a metadata field, undefined when the row has none. */
  readField(row: number, field: string): unknown;
  /** Made by the first filter; the owner then tells it of every new row. */
  columns: Columns | null;
}

/** A filter, ready to be evaluated: gives the rows that match. */
export type CompiledFilter = (entries: FilterableRows) => Bitmap;

const TESTS: Readonly<Record<string, (wanted: unknown) => (value: unknown) => boolean>> = {
  $eq: (wanted) => (value) => equalJson(value, wanted),
  $ne: (wanted) => (value) => !equalJson(value, wanted),
  $in: (wanted) => {
    const list = asList('$in', wanted);
    return (value) => value !== undefined && list.some((item) => equalJson(value, item));
  },
  $nin: (wanted) => {
    const list = asList('$nin', wanted);
    return (value) => !list.some((item) => equalJson(value, item));
  },
  $gt: range((order) => order > 0),
  $gte: range((order) => order >= 0),
  $lt: range((order) => order < 0),
  $lte: range((order) => order <= 0),
  $exists: (wanted) => (value) => (value !== undefined) === (wanted !== false),
};

/** Compiles a filter; null when it lets everything through. Throws ValidationError naming what is wrong with it. */
export function compileFilter(filter: MemoryFilter | null | undefined, depth = 0): CompiledFilter | null {
  if (filter === undefined || filter === null) return null;
  if (!isPlainObject(filter)) throw invalid('it is not a plain object');
  if (depth > 32) throw invalid('it is nested too deeply');
  const parts = Object.entries(filter).map(([key, value]): CompiledFilter => {
    const each = (): CompiledFilter[] => asList(key, value).map((item) => inner(item));
    const inner = (item: unknown): CompiledFilter => {
      if (!isPlainObject(item)) throw invalid(`'${key}' does not hold filters`);
      return compileFilter(item, depth + 1) ?? every([]);
    };
    if (key === '$and') return every(each());
    if (key === '$or') {
      const parts = each();
      return (entries) => parts.reduce((rows, part) => {
        part(entries).forEach((row) => rows.add(row));
        return rows;
      }, new Bitmap(entries.rows));
    }
    if (key === '$not') {
      const part = inner(value);
      return (entries) => {
        const rows = entries.live.copy();
        part(entries).forEach((row) => rows.delete(row));
        return rows;
      };
    }
    if (key.startsWith('$')) throw invalid(`'${key}' is unknown`);
    const test = compileTests(value);
    return (entries) => (entries.columns ??= new Columns(entries)).matching(key, test);
  });
  return parts.length === 0 ? null : every(parts);
}

function every(parts: readonly CompiledFilter[]): CompiledFilter {
  return (entries) => parts.reduce((rows, part) => rows.intersect(part(entries)), entries.live.copy());
}

function compileTests(value: unknown): (value: unknown) => boolean {
  const names = isPlainObject(value) ? Object.keys(value) : [];
  if (!names.some((name) => name.startsWith('$'))) return (stored) => stored !== undefined && equalJson(stored, value);
  const tests = names.map((name) => {
    const make = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
    if (make === undefined) throw invalid(`'${name}' is unknown`);
    return make((value as Record<string, unknown>)[name]);
  });
  return (stored) => tests.every((test) => test(stored));
}

// True when two JSON values are the same, whatever the order of their keys.
function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equalJson(item, b[i]));
  if (!isPlainObject(a) || !isPlainObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key], b[key]));
}

function range(holds: (order: number) => boolean): (wanted: unknown) => (value: unknown) => boolean {
  return (wanted) => {
    if (typeof wanted !== 'number' && typeof wanted !== 'string') throw invalid('a range needs a number or a text');
    const limit = wanted as number;
    return (value) => typeof value === typeof wanted && holds((value as number) < limit ? -1 : (value as number) > limit ? 1 : 0);
  };
}

function asList(name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(`'${name}' does not hold an array`);
}

function invalid(reason: string): ValidationError {
  return new ValidationError(`Cannot filter: ${reason}`, { path: 'filter' });
}
