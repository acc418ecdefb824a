type Scalar = string | number | boolean;

/** Documented limits: of what is indexed of a text, and of a filter as JSON. */
const MAX_TEXT_BYTES = 64;
const MAX_FILTER_BYTES = 2048;

/** The values of the indexed fields that Vectorize can hold. */
export function indexedMetadata(metadata: { readonly [field: string]: unknown } | null, indexed: readonly string[]): Record<string, Scalar> {
  const values: Record<string, Scalar> = {};
  for (const field of indexed) {
    const value = metadata !== null && Object.hasOwn(metadata, field) ? metadata[field] : undefined;
    if (isScalar(value)) values[field] = value;
  }
  return values;
}

/**
 * The part of a filter that Vectorize can apply: it lets through everything that the whole filter does. `complete` when it
 * lets nothing else through, but for texts that begin alike.
 */
export function indexedFilter(
  filter: { readonly [field: string]: unknown } | null, indexed: readonly string[],
): { readonly filter: Record<string, unknown> | null; readonly complete: boolean } {
  const pushed: Record<string, unknown> = {};
  let complete = true;
  for (const [field, value] of Object.entries(filter ?? {})) {
    const tests = indexed.includes(field) ? testsOf(value) : null;
    if (tests === null) {
      complete = false;
      continue;
    }
    const able = Object.entries(tests).filter(([name, wanted]) => canPush(name, wanted));
    if (able.length < Object.keys(tests).length) complete = false;
    if (able.length > 0) pushed[field] = Object.fromEntries(able);
  }
  const bytes = new TextEncoder().encode(JSON.stringify(pushed)).length;
  if (bytes > MAX_FILTER_BYTES) return { filter: null, complete: false };
  return { filter: Object.keys(pushed).length === 0 ? null : pushed, complete };
}

function testsOf(value: unknown): Record<string, unknown> | null {
  if (isScalar(value)) return { $eq: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.keys(value).every((name) => name.startsWith('$')) && Object.keys(value).length > 0 ? value as Record<string, unknown> : null;
}

// Those whose meaning does not depend on entries without the field.
function canPush(name: string, wanted: unknown): boolean {
  if (name === '$eq') return isScalar(wanted) && isShort(wanted);
  if (name === '$in') return Array.isArray(wanted) && wanted.length > 0 && wanted.every((item) => isScalar(item) && isShort(item));
  return ['$gt', '$gte', '$lt', '$lte'].includes(name) && typeof wanted === 'number';
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}

function isShort(value: Scalar): boolean {
  return typeof value !== 'string' || new TextEncoder().encode(value).length < MAX_TEXT_BYTES;
}
