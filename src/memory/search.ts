import { ValidationError } from '../base/error-classes.ts';
import type { CompiledFilter, MemoryFilter } from './filter.ts';
import { fuse } from './fusion.ts';
import type { Accuracy, Metric } from './index/exact-index.ts';
import type { ScoredRow } from './index/top-k.ts';
import type { Expand } from './lexical/bm25-index.ts';
import type { MemoryIndex } from './memory-index.ts';

/**
 * How a search ranks: by words and vectors fused, by vectors alone, by words alone, or by likeness of spelling (the
 * reference's SimHash: for finding near copies and misspelt short texts, without vectors).
 */
export type SearchMode = 'hybrid' | 'semantic' | 'keyword' | 'simhash';

/** A model that reads the query together with each text, such as a cross-encoder. */
export interface Reranker {
  /** One score per text, higher is better. */
  rerank(query: string, texts: readonly string[], options: { readonly signal?: AbortSignal }): Promise<readonly number[]>;
}

/** How a search is done; everything has a default. */
export interface SearchOptions {
  /** Results at most. Default 10. */
  readonly limit?: number;
  /** Which entries may be returned; applied before ranking. */
  readonly filter?: MemoryFilter | null;
  /** Default 'hybrid'. */
  readonly mode?: SearchMode;
  /**
   * How much each ranking counts in 'hybrid', 0 or more. Default: 1 for the semantic ranking (0.5 for the embedded
   * embedder, which sees the same words), and for the keyword ranking the share of the query's weight that lies on
   * words that occur in the memory (1 when all do).
   */
  readonly weights?: { readonly semantic?: number; readonly keyword?: number };
  /** Also finds entries with words that begin with a word of the query, by the keyword ranking. Default false. */
  readonly prefix?: boolean;
  /**
   * Also finds entries with words that are spelt like a word of the query, by the keyword ranking: how many letters may be
   * wrong, missing, added or swapped (at most 3), or below 1 that many per letter of the word. `true` is 0.2: one in five.
   * Default false.
   */
  readonly fuzzy?: boolean | number;
  /** How much of the vector search may be skipped in memories of more than 2,048 entries. Default 'high'. */
  readonly accuracy?: Accuracy;
  /** From 0 (default: by score alone) to 1: how much to avoid results that are like each other. Needs vectors. */
  readonly diversity?: number;
  /** Orders the best candidates anew; its scores become the results' scores. */
  readonly reranker?: Reranker;
  /** Candidates handed to the reranker or the diversifier. Default: four times the limit, at least 20. */
  readonly candidates?: number;
  /** Gives each result its place and score in both rankings. Default false. */
  readonly explain?: boolean;
  readonly signal?: AbortSignal;
}

/** Where a result stood in one ranking: its place from 1, and its score there. */
export interface RankingPlace {
  readonly rank: number;
  readonly score: number;
}

/** Why a result is where it is; a ranking that did not list it is absent. */
export interface Explanation {
  readonly semantic?: RankingPlace;
  readonly keyword?: RankingPlace;
}

/** A search, as far as the index has to know it. */
export interface RankRequest {
  readonly text: string;
  readonly vector: Float32Array | null;
  readonly filter: CompiledFilter | null;
  readonly namespace: string;
  readonly now: number;
  readonly metric: Metric;
  /** Weight of the semantic ranking unless the caller gives one. */
  readonly semanticWeight: number;
  readonly expand: Expand | undefined;
  readonly options: SearchOptions & { readonly limit: number; readonly mode: SearchMode };
}

/** A ranked row, with its explanation when that was asked for. */
export interface RankedRow extends ScoredRow {
  readonly explanation?: Explanation;
}

// Each ranking hands this many rows to the fusion, or four times the limit when that is more.
const FUSION_POOL = 50;
const LEAST_CANDIDATES = 20;

/** Rows to choose from: more than the limit when a reranker or diversifier follows. Throws ValidationError. */
export function poolSize({ limit, candidates, reranker, diversity = 0 }: RankRequest['options']): number {
  if (!(diversity >= 0 && diversity <= 1)) throw new ValidationError("Cannot search: 'diversity' is not between 0 and 1");
  return reranker === undefined && diversity === 0 ? limit : Math.max(limit, candidates ?? Math.max(limit * 4, LEAST_CANDIDATES));
}

/** Ranks the entries of an index, best first. */
export function rank(index: MemoryIndex, request: RankRequest, limit: number): RankedRow[] {
  const { options, text, vector, metric, expand } = request;
  const { mode, weights, accuracy = 'high' } = options;
  if (limit === 0) return [];
  const allowed = index.allow(request.namespace, request.filter, request.now);
  const pool = mode === 'hybrid' ? Math.max(FUSION_POOL, limit * 4) : limit;
  const semantic = vector === null || mode === 'keyword' ? []
    : index.byVector(vector, pool, allowed, accuracy).map(({ row, score }) => ({ row, score: similarity(score, metric) }));
  const keyword = mode === 'semantic' ? [] : index.byWords(text, pool, allowed, expand);
  const ranking = mode === 'semantic' ? semantic : mode === 'keyword' ? keyword : fuse([
    { ranking: semantic, weight: weights?.semantic ?? request.semanticWeight },
    { ranking: keyword, weight: weights?.keyword ?? index.words.coverage(text, expand) },
  ], limit, index.order);
  if (options.explain !== true) return ranking;
  return ranking.map(({ row, score }) => ({
    row, score, explanation: { ...placeIn('semantic', semantic, row), ...placeIn('keyword', keyword, row) } }));
}

// What a caller sees: between 0 and 1, but for 'dot', whose range depends on the vectors.
function similarity(score: number, metric: Metric): number {
  if (metric === 'dot') return score;
  return metric === 'euclidean' ? 1 / (1 + Math.sqrt(-score)) : Math.min(1, Math.max(0, score));
}

function placeIn(name: keyof Explanation, ranking: readonly ScoredRow[], row: number): Explanation {
  const at = ranking.findIndex((hit) => hit.row === row);
  return at < 0 ? {} : { [name]: { rank: at + 1, score: (ranking[at] as ScoredRow).score } };
}
