import { popcount } from '../index/bitmap.ts';
import type { Bm25Index } from './bm25-index.ts';

/** New terms that wait unsorted; a search looks at each of them. */
const MAX_TAIL = 1024;
/** Longer words are looked up as they are: their misspellings are not worth the time. */
const LONGEST_WORD = 64;

/** Terms of one length, with the letters of each as bits: one edit changes at most one letter on either side. */
interface SameLength {
  readonly terms: string[];
  readonly letters: Uint32Array;
}

/** The terms of an index, in order and by length. */
export class TermList {
  readonly #index: Bm25Index;
  #sorted: string[] = [];
  #byLength: SameLength[] = [];
  #tail: string[] = [];

  constructor(index: Bm25Index) {
    this.#index = index;
    this.#sort();
  }

  /** Takes in what was indexed since; terms that are gone are left out by every search. */
  refresh(): void {
    const { terms } = this.#index;
    if (this.#tail.length > MAX_TAIL || this.#sorted.length > 2 * terms.size + MAX_TAIL) this.#sort();
  }

  /** The terms that begin with the word. */
  startingWith(word: string): string[] {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] as string) < word) low = middle + 1;
      else high = middle;
    }
    while (this.#sorted[high]?.startsWith(word) === true) high++;
    return [...this.#sorted.slice(low, high), ...this.#tail.filter((term) => term.startsWith(word))].filter((term) => this.#index.terms.has(term));
  }

  /**
   * The terms that become the word with at most `edits` letters replaced, left out, added or swapped with the next, and
   * how many that are.
   */
  near(word: string, edits: number): [term: string, distance: number][] {
    const found: [string, number][] = [];
    if (word.length > LONGEST_WORD) return found;
    const distance = distanceTo(word, edits);
    const look = (term: string): void => {
      const edit = distance(term);
      if (edit <= edits && this.#index.terms.has(term)) found.push([term, edit]);
    };
    const wanted = lettersOf(word);
    for (let length = Math.max(1, word.length - edits); length <= word.length + edits; length++) {
      const { terms = [], letters = [] } = this.#byLength[length] ?? {};
      for (let i = 0; i < terms.length; i++) {
        const other = (letters[i] as number) ^ wanted;
        if (other === 0 || (popcount(other & wanted) <= edits && popcount(other & ~wanted) <= edits)) look(terms[i] as string);
      }
    }
    for (const term of this.#tail) if (Math.abs(term.length - word.length) <= edits) look(term);
    return found;
  }

  #sort(): void {
    this.#sorted = [...this.#index.terms.keys()].sort();
    this.#index.added = this.#tail = [];
    const lengths: string[][] = [];
    for (const term of this.#sorted) if (term.length <= LONGEST_WORD + 3) (lengths[term.length] ??= []).push(term);
    this.#byLength = lengths.map((terms) => ({ terms, letters: Uint32Array.from(terms, lettersOf) }));
  }
}

function lettersOf(word: string): number {
  let letters = 0;
  for (let i = 0; i < word.length; i++) letters |= 1 << (word.charCodeAt(i) & 31);
  return letters >>> 0;
}

/** The edits between a term and the word; above the limit only that it is above. */
function distanceTo(word: string, limit: number): (term: string) => number {
  let [before, above, row] = [0, 0, 0].map(() => new Uint8Array(word.length + 1)) as [Uint8Array, Uint8Array, Uint8Array];
  return (term) => {
    for (let j = 0; j <= word.length; j++) above[j] = j;
    for (let i = 1; i <= term.length; i++) {
      const letter = term.charCodeAt(i - 1);
      let least = row[0] = i;
      for (let j = 1; j <= word.length; j++) {
        const same = word.charCodeAt(j - 1) === letter;
        let edits = Math.min((above[j - 1] as number) + (same ? 0 : 1), (above[j] as number) + 1, (row[j - 1] as number) + 1);
        if (i > 1 && j > 1 && letter === word.charCodeAt(j - 2) && term.charCodeAt(i - 2) === word.charCodeAt(j - 1)) {
          edits = Math.min(edits, (before[j - 2] as number) + 1);
        }
        row[j] = edits;
        if (edits < least) least = edits;
      }
      // A swap may reach back one row further, at the price of one edit: that row is too far then too.
      if (least > limit + 1) return least;
      [before, above, row] = [above, row, before];
    }
    return above[word.length] as number;
  };
}
