import type { EmbedOptions, EmbeddingSpec } from '../spec/embedding.ts';
import { tokenize } from './lexical/tokenize.ts';

const DIMENSIONS = 512;
const MIN_GRAM = 3;
const MAX_GRAM = 5;
// Measured on paragraphs of real package documentation with inflected and misspelt queries: parts of words carry the
// ranking (exact words are the keyword ranking's business), and pairs of words may only break ties.
const GRAM_SHARE = 0.9;
const PAIR_SHARE = 0.2;

/**
 * The embedder a memory uses when it is given none: hashed words, word pairs and character n-grams (3 to 5) in 512 numbers.
 *
 * It is deterministic, needs no download and runs anywhere at tens of thousands of passages per second. It finds texts
 * that share words, parts of words, inflections and typing errors with the query. It does NOT know meaning: 'car' and
 * 'automobile' are unrelated to it, and it does not translate. For that give the memory a real embedding model.
 *
 * Stored vectors hold no collection statistics, so they stay valid while documents come and go; the rarity of words is
 * applied to the query's vector only, at the time of the search.
 */
export class HashEmbedder implements EmbeddingSpec {
  readonly modelId = 'blazen-ts/hash-ngram';
  readonly version = '1';
  readonly dimensions: number = DIMENSIONS;

  doEmbed(texts: readonly string[], options: EmbedOptions = {}): Promise<Float32Array[]> {
    const weigh = options.purpose === 'query' ? options.termWeight : undefined;
    return Promise.resolve(texts.map((text) => embed(text, weigh)));
  }
}

function embed(text: string, weigh: ((term: string) => number) | undefined): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  const tokens = tokenize(text);
  // A text of symbols only still needs a direction of its own.
  if (tokens.length === 0) tokens.push(...(text.match(/\S/gu) ?? ['']));
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  for (const [token, count] of counts) {
    addWord(vector, token, (1 + Math.log(count)) * shortWordFactor(token) * (weigh?.(token) ?? 1));
  }
  for (let i = 1; i < tokens.length; i++) {
    const [first, second] = [tokens[i - 1] as string, tokens[i] as string];
    const rarity = weigh === undefined ? 1 : Math.sqrt(weigh(first) * weigh(second));
    addFeature(vector, hash(`${first} ${second}`, 0, first.length + second.length + 1),
      PAIR_SHARE * rarity * Math.sqrt(shortWordFactor(first) * shortWordFactor(second)));
  }
  return scaled(vector);
}

// Very short words of alphabetic scripts are mostly function words; without statistics this is the best guess there is.
function shortWordFactor(token: string): number {
  if (token.length > 3 || (token.codePointAt(0) as number) > 0x24f) return 1;
  return token.length === 3 ? 0.5 : 0.25;
}

function addWord(vector: Float32Array, word: string, weight: number): void {
  const framed = `<${word}>`;
  const grams: number[] = [];
  for (let size = MIN_GRAM; size <= MAX_GRAM && size < framed.length; size++) {
    for (let start = 0; start + size <= framed.length; start++) grams.push(hash(framed, start, start + size));
  }
  addFeature(vector, hash(word, 0, word.length), grams.length === 0 ? weight : weight * (1 - GRAM_SHARE));
  for (const gram of grams) addFeature(vector, gram, (weight * GRAM_SHARE) / Math.sqrt(grams.length));
}

function addFeature(vector: Float32Array, code: number, weight: number): void {
  const bucket = (code >>> 1) % DIMENSIONS;
  vector[bucket] = (vector[bucket] as number) + ((code & 1) === 0 ? weight : -weight);
}

// FNV-1a over UTF-16 units, with a final mix so that the low bits are usable on their own.
function hash(text: string, start: number, end: number): number {
  let code = 0x811c9dc5 ^ (end - start);
  for (let i = start; i < end; i++) code = Math.imul(code ^ text.charCodeAt(i), 0x01000193);
  code = Math.imul(code ^ (code >>> 16), 0x85ebca6b);
  return (code ^ (code >>> 13)) >>> 0;
}

function scaled(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  // All features cancelled each other: as good as impossible, and still not worth a zero vector.
  if (sum === 0) vector[0] = 1;
  const scale = sum === 0 ? 1 : 1 / Math.sqrt(sum);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) * scale;
  return vector;
}
