import type { Bitmap } from '../index/bitmap.ts';
import { TopK, type RowOrder, type ScoredRow } from '../index/top-k.ts';
import type { Tokenize } from './tokenize.ts';

// BM25+ with the constants of MiniSearch, which is the oracle in the tests.
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.7;
const LOWER_BOUND = 0.5;
const MAX_FREQUENCY = 255;
// Rarity of a word that the tokenizer leaves out.
const LEAST_RARITY = 0.1;
// Words of a query that count: as many as 16 bits can tell apart.
const MOST_WORDS = 0xffff;

/** Rows of one term as `row * 256 + frequency`, ascending; deleted rows stay until compaction. */
interface Postings {
  packed: Uint32Array;
  length: number;
  /** Live documents that contain the term. */
  documents: number;
}

/** The indexed terms that count as a word of a query, each with a weight from 0 to 1. */
export type Expand = (term: string) => readonly (readonly [term: string, weight: number])[];

const itself: Expand = (term) => [[term, 1]];

/** Keyword index over rows: BM25+, multiplied by the number of query words a row contains. */
export class Bm25Index {
  readonly terms: Map<string, Postings> = new Map();
  /** Collects new terms for whoever keeps them in order. */
  added: string[] | null = null;
  readonly #tokenize: Tokenize;
  /** Distinct words by row. */
  readonly #lengths: number[] = [];
  #documents = 0;
  #totalLength = 0;
  /** For a search: the sum of each row, and how many words matched it * 65,536 + the last of them, from 1. */
  #scores = new Float64Array(0);
  #matches = new Uint32Array(0);

  constructor(tokenizer: Tokenize) {
    this.#tokenize = tokenizer;
  }

  /** Indexes a text under a row; rows must come in ascending order. */
  add(row: number, text: string): void {
    let distinct = 0;
    for (const token of this.#tokenize(text)) {
      let postings = this.terms.get(token);
      if (postings === undefined) {
        postings = { packed: new Uint32Array(1), length: 0, documents: 0 };
        this.terms.set(token, postings);
        this.added?.push(token);
      }
      const last = postings.length - 1;
      const packed = postings.packed[last] as number;
      if (last >= 0 && packed >>> 8 === row) {
        if ((packed & 255) < MAX_FREQUENCY) postings.packed[last] = packed + 1;
        continue;
      }
      if (postings.length === postings.packed.length) {
        const grown = new Uint32Array(postings.length * 2);
        grown.set(postings.packed);
        postings.packed = grown;
      }
      postings.packed[postings.length++] = row * 256 + 1;
      postings.documents++;
      distinct++;
    }
    this.#lengths[row] = distinct;
    this.#documents++;
    this.#totalLength += distinct;
  }

  /** Takes a row out; `text` must be what was added. Scores are then as if it had never been there. */
  remove(row: number, text: string): void {
    for (const token of new Set(this.#tokenize(text))) {
      const postings = this.terms.get(token);
      if (postings !== undefined && --postings.documents === 0) this.terms.delete(token);
    }
    this.#documents--;
    this.#totalLength -= this.#lengths[row] as number;
  }

  /** How rare a word is among the indexed texts: 0 or more, highest for words that occur nowhere. */
  rarity(word: string): number {
    const [term] = this.#tokenize(word);
    return term === undefined ? LEAST_RARITY : this.#idf(term);
  }

  #idf(term: string): number {
    const found = this.terms.get(term)?.documents ?? 0;
    return Math.log(1 + (this.#documents - found + 0.5) / (found + 0.5));
  }

  /** How much of the query's weight lies on words that occur at all, 0 to 1. */
  coverage(query: string, expand: Expand = itself): number {
    let known = 0;
    let total = 0;
    for (const term of new Set(this.#tokenize(query))) {
      const idf = this.#idf(term);
      total += idf;
      if (expand(term).some(([form]) => this.terms.has(form))) known += idf;
    }
    return total === 0 ? 0 : known / total;
  }

  /** The best `limit` rows of `allowed` that contain a word of the query; scores between 0 and 1. */
  search(query: string, limit: number, allowed: Bitmap, order: RowOrder, expand: Expand = itself): ScoredRow[] {
    // The length of a row over the average, weighed.
    const perWord = (LENGTH_WEIGHT * this.#documents) / (this.#totalLength || 1);
    const lengths = this.#lengths;
    if (this.#scores.length < lengths.length) {
      this.#scores = new Float64Array(lengths.length * 2);
      this.#matches = new Uint32Array(lengths.length * 2);
    }
    const scores = this.#scores;
    const matches = this.#matches;
    const found: number[] = [];
    const live = allowed.words;
    let [words, ceiling] = [0, 0];
    for (const term of new Set(this.#tokenize(query).slice(0, MOST_WORDS))) {
      words++;
      for (const [form, weight] of expand(term)) {
        const idf = this.#idf(form) * weight;
        ceiling += idf * (SATURATION + 1 + LOWER_BOUND);
        const postings = this.terms.get(form);
        if (postings === undefined) continue;
        const { packed, length } = postings;
        for (let i = 0; i < length; i++) {
          const posting = packed[i] as number;
          const row = posting >>> 8;
          // There may be fewer words of bits than rows.
          if (((live[row >>> 5] as number) & (1 << row)) === 0) continue;
          const frequency = posting & 255;
          const relative = 1 - LENGTH_WEIGHT + perWord * (lengths[row] as number);
          (scores[row] as number) += idf * (LOWER_BOUND + (frequency * (SATURATION + 1)) / (frequency + SATURATION * relative));
          const matched = matches[row] as number;
          if (matched === 0) found.push(row);
          const last = matched & MOST_WORDS;
          if (last !== words) matches[row] = matched - last + 0x10000 + words;
        }
      }
    }
    const best = new TopK(limit, order);
    for (const row of found) {
      const score = ((scores[row] as number) * ((matches[row] as number) >>> 16)) / (ceiling * words);
      scores[row] = matches[row] = 0;
      best.push(row, score);
    }
    return best.toArray();
  }

  /** Drops every row that is not in `keep` and renumbers the rest in their order. */
  compact(keep: Bitmap): void {
    const target = new Map<number, number>();
    keep.forEach((row) => {
      this.#lengths[target.size] = this.#lengths[row] as number;
      target.set(row, target.size);
    });
    for (const postings of this.terms.values()) {
      let length = 0;
      for (let i = 0; i < postings.length; i++) {
        const packed = postings.packed[i] as number;
        const row = target.get(packed >>> 8);
        if (row !== undefined) postings.packed[length++] = row * 256 + (packed & 255);
      }
      postings.length = length;
      postings.packed = postings.packed.slice(0, length);
    }
  }
}
