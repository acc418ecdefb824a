/** Null when both values have the same shape and content, else the path of the first difference ('' at the top). */
export function deepEqual(a: unknown, b: unknown, path = ''): string | null {
  if (Object.is(a, b)) return null;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return path;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) && !(plain(a) && plain(b))) return path;
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime()) ? null : path;
  if (a instanceof Error && b instanceof Error && (a.name !== b.name || a.message !== b.message)) return path;
  if (a instanceof ArrayBuffer) return deepEqual(new Uint8Array(a), new Uint8Array(b as ArrayBuffer), path);
  if (a instanceof Map) return entries(a, b as Map<unknown, unknown>, path);
  if (a instanceof Set) {
    const rest = [...(b as Set<unknown>)];
    for (const item of a) {
      const at = rest.findIndex((other) => deepEqual(item, other) === null);
      if (at < 0) return `${path}<set>`;
      rest.splice(at, 1);
    }
    return rest.length === 0 ? null : `${path}<set>`;
  }
  const keysA = Object.keys(a);
  const keysB = Object.keys(b);
  const extra = keysB.find((key) => !Object.hasOwn(a, key));
  if (extra !== undefined) return `${path}.${extra}`;
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return `${path}.length`;
  for (const key of keysA) {
    if (!Object.hasOwn(b, key)) return `${path}.${key}`;
    const found = deepEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

function plain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function entries(a: Map<unknown, unknown>, b: Map<unknown, unknown>, path: string): string | null {
  for (const key of b.keys()) if (!a.has(key)) return `${path}<${String(key)}>`;
  for (const [key, value] of a) {
    if (!b.has(key)) return `${path}<${String(key)}>`;
    const found = deepEqual(value, b.get(key), `${path}<${String(key)}>`);
    if (found !== null) return found;
  }
  return null;
}

/** A short text of any value for a failure message. */
export function show(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `function ${value.name}`;
  try {
    const text = JSON.stringify(value, (_key, item: unknown) =>
      typeof item === 'bigint' ? `${item}n` : item instanceof Map || item instanceof Set ? [...item] : item) ?? String(value);
    return text.length > 400 ? `${text.slice(0, 400)}…` : text;
  } catch {
    return String(value);
  }
}
