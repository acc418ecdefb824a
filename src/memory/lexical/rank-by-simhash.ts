import type { MemoryBackendSpec, StoredEntry } from '../../spec/memory.ts';
import { type Bitmap, popcount } from '../index/bitmap.ts';
import { TopK, type ScoredRow } from '../index/top-k.ts';
import type { MemoryIndex } from '../memory-index.ts';
import { BITS, simhash, textBands } from './simhash.ts';

/** Candidates asked of a backend that can look up bands, at least. */
const LEAST_CANDIDATES = 100;

const known = new WeakMap<StoredEntry, readonly [number, number]>();

/**
 * Rows whose text is most like the query, character by character; the score is the share of equal SimHash bits. A
 * backend that looks up bands proposes the candidates; when it has none, all allowed rows are compared.
 */
export async function rankBySimhash(
  index: MemoryIndex, backend: MemoryBackendSpec, query: string, limit: number, allowed: Bitmap,
): Promise<ScoredRow[]> {
  const [low, high] = simhash(query);
  const best = new TopK(limit, index.order);
  const look = (row: number): void => {
    const entry = index.entryAt(row);
    const hash = known.get(entry) ?? simhash(entry.text);
    known.set(entry, hash);
    best.push(row, 1 - (popcount(hash[0] ^ low) + popcount(hash[1] ^ high)) / BITS);
  };
  const proposed = await backend.searchByBands?.(textBands(query), Math.max(LEAST_CANDIDATES, limit * 4)) ?? [];
  const rows = proposed.map((entry) => index.rowOf(entry.id)).filter((row) => row !== undefined && allowed.has(row));
  if (rows.length > 0) for (const row of new Set(rows as number[])) look(row);
  else allowed.forEach(look);
  return best.toArray();
}
