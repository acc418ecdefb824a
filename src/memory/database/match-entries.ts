import type { StoredEntry } from '../../spec/memory.ts';
import { compileFilter } from '../filter.ts';
import { Bitmap } from '../index/bitmap.ts';

/** Which of the entries the filter lets through and have not expired: for databases that cannot filter all by themselves. */
export function matchEntries(entries: readonly StoredEntry[], filter: { readonly [field: string]: unknown } | null, now: number): boolean[] {
  const live = new Bitmap(entries.length);
  entries.forEach((entry, row) => { if ((entry.expiresAt ?? Infinity) > now) live.add(row); });
  const matching = compileFilter(filter)?.({
    live, rows: entries.length, columns: null,
    readField: (row, field) => {
      const metadata = entries[row]?.metadata;
      return metadata && Object.hasOwn(metadata, field) ? metadata[field] : undefined;
    },
  }) ?? live;
  return entries.map((_, row) => matching.has(row) && live.has(row));
}
