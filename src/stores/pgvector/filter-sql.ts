/** Collects the values of a statement; gives each its place, `$1`, `$2` and so on. */
export type Bind = (value: string) => string;

/** JSON that Postgres can hold: U+0000 becomes U+0001, half a character U+FFFD, in entries and filters alike. */
export function holdable(json: string): string {
  return json.replaceAll(/\\u0000|\\ud[89a-f][0-9a-f]{2}/g, (escape, at: number) => (isEscaped(json, at) ? escape : escape === '\\u0000' ? '\\u0001' : '\\ufffd'));
}

// An even number of backslashes before it: the backslash of the escape is not itself escaped.
function isEscaped(json: string, at: number): boolean {
  let before = at;
  while (json[before - 1] === '\\') before--;
  return (at - before) % 2 === 1;
}

/** The filter of a search as a condition on the column `metadata` (jsonb); true for the same entries as in a `Memory`. */
export function filterSql(filter: { readonly [field: string]: unknown }, bind: Bind): string {
  const parts = Object.entries(filter).map(([key, value]) => {
    if (key === '$and') return all((value as { [field: string]: unknown }[]).map((part) => filterSql(part, bind)));
    if (key === '$or') return any((value as { [field: string]: unknown }[]).map((part) => filterSql(part, bind)));
    if (key === '$not') return `NOT ${filterSql(value as { [field: string]: unknown }, bind)}`;
    const field = `(metadata -> ${bind(text(key))}::text)`;
    if (!isTests(value)) return value === undefined ? 'false' : equals(field, value, bind);
    return all(Object.entries(value).map(([name, wanted]) => test(name, wanted, field, bind)));
  });
  return all(parts);
}

function test(name: string, wanted: unknown, field: string, bind: Bind): string {
  if (name === '$eq') return equals(field, wanted, bind);
  if (name === '$ne') return `NOT ${equals(field, wanted, bind)}`;
  if (name === '$in') return `(${field} IS NOT NULL AND ${any((wanted as unknown[]).map((item) => equals(field, item, bind)))})`;
  if (name === '$nin') return `NOT ${any((wanted as unknown[]).map((item) => equals(field, item, bind)))}`;
  if (name === '$exists') return `${field} IS ${wanted === false ? '' : 'NOT '}NULL`;
  const sign = ({ $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' } as Record<string, string>)[name] as string;
  const value = `(${field} #>> '{}')`;
  // CASE, because a cast of what is no number must not happen.
  return typeof wanted === 'number'
    ? `CASE WHEN jsonb_typeof(${field}) = 'number' THEN ${value}::double precision ${sign} ${bind(String(wanted))}::double precision ELSE false END`
    : `CASE WHEN jsonb_typeof(${field}) = 'string' THEN ${value} COLLATE "C" ${sign} ${bind(text(wanted as string))}::text ELSE false END`;
}

function equals(field: string, wanted: unknown, bind: Bind): string {
  const json = JSON.stringify(wanted) as string | undefined;
  return json === undefined ? `(${field} IS NULL)` : `COALESCE(${field} = ${bind(holdable(json))}::jsonb, false)`;
}

function isTests(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).some((name) => name.startsWith('$'));
}

function all(parts: readonly string[]): string {
  return parts.length === 0 ? 'true' : `(${parts.join(' AND ')})`;
}

function any(parts: readonly string[]): string {
  return parts.length === 0 ? 'false' : `(${parts.join(' OR ')})`;
}

function text(value: string): string {
  return JSON.parse(holdable(JSON.stringify(value))) as string;
}
