import { MemoryError } from '../base/error-classes.ts';
import { MemoryResult } from './memory-result.ts';
import type { Reranker } from './search.ts';

/** The best `limit` of the results by the reranker's scores; equal scores keep the order they had. */
export async function rerank(
  query: string, results: readonly MemoryResult[], reranker: Reranker, limit: number, signal: AbortSignal | undefined,
): Promise<MemoryResult[]> {
  const scores = await reranker.rerank(query, results.map((result) => result.text), signal === undefined ? {} : { signal });
  if (scores.length !== results.length || !scores.every(Number.isFinite)) {
    throw new MemoryError(`Cannot rerank: the reranker gave ${scores.length} scores for ${results.length} texts, or one is not a number`);
  }
  return results
    .map((result, i) => new MemoryResult(result.id, result.text, scores[i] as number, result.metadata, result))
    .sort((a, b) => b.score - a.score).slice(0, limit);
}
