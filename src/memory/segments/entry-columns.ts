import type { StoredEntry } from '../../spec/memory.ts';

// All of an entry but its vector.
const FIELDS = [
  'id', 'text', 'metadata', 'embedder', 'namespace', 'docId', 'start', 'end', 'hash', 'createdAt', 'expiresAt', 'bands',
] as const satisfies readonly (keyof StoredEntry)[];

type Field = (typeof FIELDS)[number];
type Row = Partial<Record<Field | 'vector', unknown>>;

/** What the entries of a segment have in one field. Half as long as a list of entries, and read in half the time. */
interface Column {
  readonly field: Field;
  /** The rows that have it; absent when all do. */
  readonly rows?: readonly number[];
  /** Either what every one of them has, */
  readonly same?: unknown;
  /** or what each has, */
  readonly values?: readonly unknown[];
  /** or, of strings, all in one and the length of each. */
  readonly text?: string;
  readonly lengths?: readonly number[];
}

/** The entries without their vectors, as JSON values by field. */
export function toColumns(entries: readonly StoredEntry[]): unknown[] {
  return FIELDS.flatMap((field): Column[] => {
    const having = entries.filter((entry) => entry[field] !== undefined);
    if (having.length === 0) return [];
    const values = having.map((entry) => entry[field]);
    const rows = having.length === entries.length ? {} : { rows: entries.flatMap((entry, row) => (entry[field] === undefined ? [] : [row])) };
    const [first] = values;
    // One object for all would change for all.
    if ((first === null || typeof first !== 'object') && values.every((value) => value === first)) return [{ field, ...rows, same: first }];
    if (!values.every((value) => typeof value === 'string')) return [{ field, ...rows, values }];
    return [{ field, ...rows, text: values.join(''), lengths: values.map((value) => value.length) }];
  });
}

/**
 * The entries again, with the vectors there are.
 *
 * @throws Error when these are not columns of as many rows.
 */
export function fromColumns(json: unknown, vectors: readonly (Float32Array | null)[]): StoredEntry[] {
  const columns = json as readonly Column[];
  // Copies of one object that has all the fields are made many times faster than objects that get one after the other.
  const first: Row = {};
  for (const { field, rows, same = null } of columns) {
    if (!FIELDS.includes(field)) throw new Error(`no field '${field}'`);
    if (rows === undefined) first[field] = same;
  }
  const full: Row = { ...first, vector: null };
  const entries = vectors.map((vector): Row => (vector === null ? { ...first } : { ...full, vector }));
  for (const column of columns) {
    const { field, rows, text } = column;
    let at = 0;
    const values = text === undefined ? column.values : column.lengths?.map((length) => text.slice(at, at += length));
    if (at !== (text?.length ?? 0)) throw new Error(`'${field}' is not as long as it says`);
    // What a damaged list names instead of a number is no entry.
    const having = rows?.map((row) => entries.at(row) as Row) ?? (values === undefined ? [] : entries);
    if (values !== undefined && values.length !== having.length) throw new Error(`'${field}' has another number of rows`);
    having.forEach((entry, i) => { entry[field] = values === undefined ? column.same : values[i]; });
  }
  return entries as unknown as StoredEntry[];
}
