import { tokenize } from '../memory/index.ts';

/** Words that ask or bind rather than name something; they hardly say what is looked for. */
const FUNCTION_WORDS = new Set((
  'a about actually after all also am an and any are as at be been before being between both but by can could did do does doing done each '
  + 'ever exactly every for from get give had has have he her him his how i if in into is it its let many may me might more mean means most much must my no nor '
  + 'not now of off on one only or other our out over please precisely shall she should show so some such tell than that the their them then '
  + 'there these they this those to under until up us very was we were what when where which while who whom whose why will with '
  + 'would you your s t').split(' '));
const FUNCTION_WEIGHT = 0.01;
/** Words of a question that are looked at; the rest of a very long one is ignored. */
const MAX_TERMS = 64;
/** Two words that share this much of their letter triples are forms of one word, or one of them is misspelt. */
const SIMILAR = 0.6;

/** Capitalised inside the question, or with a digit: a name. */
const NAMES = /(?<=\S\s+["'“‘(]?)\p{Lu}[\p{L}\p{N}]*|[\p{L}\p{N}]*\p{N}[\p{L}\p{N}]*/gu;
const NAME_WEIGHT = 2;

/** What may follow a word of three letters in another form of it; longer words take any three letters. */
const ENDINGS = new Set(['s', 'es', 'ed', 'er', 'ing']);

/** A word of the question. */
export interface Term {
  readonly word: string;
  /** What finding it tells by itself: 1, more for names, next to nothing for 'the'. */
  readonly weight: number;
}

/** Distinct words of a question. */
export function questionTerms(question: string): Term[] {
  const names = new Set((question.match(NAMES) ?? []).flatMap(tokenize));
  const words = [...new Set(tokenize(question))].slice(0, MAX_TERMS);
  const naming = words.some((word) => !FUNCTION_WORDS.has(word));
  return words.map((word) => ({ word, weight: naming && FUNCTION_WORDS.has(word) ? FUNCTION_WEIGHT : names.has(word) ? NAME_WEIGHT : 1 }));
}

/** True for words that say what is looked for. */
export function isNaming({ weight }: Term): boolean {
  return weight > FUNCTION_WEIGHT;
}

/** Says how well words of a text match a word of the question: 1 the same, less for another form of it, 0 not at all. */
export class TermMatcher {
  readonly #known = new Map<string, number[]>();
  readonly #terms: readonly Term[];

  constructor(terms: readonly Term[]) { this.#terms = terms; }

  /** The best match of each term among the words. */
  match(words: readonly string[]): number[] {
    const best = this.#terms.map(() => 0);
    for (const word of words) {
      const matches = this.#matchesOf(word);
      for (let i = 0; i < best.length; i++) best[i] = Math.max(best[i] as number, matches[i] as number);
    }
    return best;
  }

  #matchesOf(word: string): number[] {
    let matches = this.#known.get(word);
    if (matches === undefined) this.#known.set(word, matches = this.#terms.map((term) => similarity(term, word)));
    return matches;
  }
}

function similarity(term: Term, other: string): number {
  const { word } = term;
  if (word === other) return 1;
  // Very short words, numbers and function words match exactly or not at all.
  if (word.length < 3 || other.length < 3 || !isNaming(term) || /\d/.test(word + other)) return 0;
  const shorter = word.length < other.length ? word : other;
  const longer = shorter === word ? other : word;
  if (shorter.length === 3) return longer.startsWith(shorter) && ENDINGS.has(longer.slice(3)) ? 0.9 : 0;
  if (longer.startsWith(shorter) && longer.length - shorter.length <= 3) return 0.9;
  // Who misspells a word gets its first letter right.
  if (word[0] !== other[0]) return 0;
  const score = sharedTriples(word, other);
  return score >= SIMILAR ? score * 0.8 : 0;
}

/** Dice coefficient over the letter triples of both words, their begin marked. */
function sharedTriples(a: string, b: string): number {
  const triples = new Set<string>();
  const left = `^${a}`;
  const right = `^${b}`;
  for (let i = 0; i + 3 <= left.length; i++) triples.add(left.slice(i, i + 3));
  let shared = 0;
  const seen = new Set<string>();
  for (let i = 0; i + 3 <= right.length; i++) {
    const triple = right.slice(i, i + 3);
    if (triples.has(triple) && !seen.has(triple)) shared++;
    seen.add(triple);
  }
  return (2 * shared) / (triples.size + seen.size);
}
