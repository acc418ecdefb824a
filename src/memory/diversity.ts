import { lengthOf } from './index/exact-index.ts';
import type { ScoredRow } from './index/top-k.ts';
import type { MemoryIndex } from './memory-index.ts';
import type { RankedRow } from './search.ts';

/** The `limit` rows that are good and unlike each other. */
export function diverse(index: MemoryIndex, ranking: readonly RankedRow[], limit: number, diversity: number): RankedRow[] {
  return diversify(ranking, limit, diversity, (a, b) => {
    const [first, second] = [index.vectorAt(a)?.slice(), index.vectorAt(b)];
    if (first === undefined || second === null) return 0;
    let dot = 0;
    for (let i = 0; i < first.length; i++) dot += (first[i] as number) * (second[i] as number);
    return dot / (lengthOf(first) * lengthOf(second));
  });
}

/**
 * Maximal marginal relevance: picks `limit` rows one by one, each the best compromise of its score and its likeness to
 * the ones already picked. `diversity` 0 keeps the ranking, 1 looks at likeness only.
 */
function diversify<Row extends ScoredRow>(
  ranking: readonly Row[], limit: number, diversity: number, likeness: (a: number, b: number) => number,
): Row[] {
  const left = [...ranking];
  const nearest = new Map(left.map(({ row }) => [row, 0]));
  const picked: Row[] = [];
  while (picked.length < limit && left.length > 0) {
    let best = 0;
    let most = -Infinity;
    left.forEach(({ row, score }, i) => {
      const value = (1 - diversity) * score - diversity * (nearest.get(row) as number);
      if (value > most) [best, most] = [i, value];
    });
    const [next] = left.splice(best, 1) as [Row];
    picked.push(next);
    for (const { row } of left) nearest.set(row, Math.max(nearest.get(row) as number, likeness(next.row, row)));
  }
  return picked;
}
