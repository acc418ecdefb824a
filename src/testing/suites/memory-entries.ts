import type { MemoryBackendSpec, StoredEntry } from '../../spec/memory.ts';

/** An entry with the id, and what is given. */
export function entry(id: string, overrides: Partial<StoredEntry> = {}): StoredEntry {
  return { id, text: `text of ${id}`, metadata: null, ...overrides };
}

/** Everything a scan gives. */
export async function all(backend: MemoryBackendSpec, options: { namespace?: string; limit?: number } = {}): Promise<StoredEntry[]> {
  const items: StoredEntry[] = [];
  let cursor: string | null = null;
  do {
    const page = await backend.scan({ ...options, cursor });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return items;
}

/** The error of the work; null when it has none. */
export async function fails(work: () => Promise<unknown>): Promise<{ readonly code?: unknown } | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return error as { readonly code?: unknown };
  }
}

/** Sorted. */
export const ids = (entries: readonly StoredEntry[]): string[] => entries.map((item) => item.id).toSorted();
