import type { Bm25Index } from './bm25-index.ts';

/** New terms that wait unsorted; a search looks at each of them. */
const MAX_TAIL = 1024;
/** Longer words are looked up as they are: their misspellings are not worth the time. */
const LONGEST_WORD = 64;

/** The terms of an index in order, so that those with one beginning lie together. */
export class TermList {
  readonly #index: Bm25Index;
  #sorted: string[] = [];
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
  *startingWith(word: string): Generator<string> {
    for (let at = this.#first(word, 0); this.#sorted[at]?.startsWith(word) === true; at++) yield* this.#live(this.#sorted[at] as string);
    for (const term of this.#tail) if (term.startsWith(word)) yield* this.#live(term);
  }

  /**
   * The terms that become the word with at most `edits` letters replaced, left out, added or swapped with the next, and
   * how many that are.
   */
  *near(word: string, edits: number): Generator<[term: string, distance: number]> {
    if (word.length > LONGEST_WORD) return;
    const table = new EditTable(word, edits);
    for (let at = 0; at < this.#sorted.length;) {
      const term = this.#sorted[at] as string;
      const { distance, dead } = table.compare(term);
      if (distance <= edits) for (const live of this.#live(term)) yield [live, distance];
      // No term with this beginning can be near.
      at = dead === 0 ? at + 1 : this.#after(term.slice(0, dead), at);
    }
    for (const term of this.#tail) {
      const { distance } = table.compare(term);
      if (distance <= edits) for (const live of this.#live(term)) yield [live, distance];
    }
  }

  #sort(): void {
    this.#sorted = [...this.#index.terms.keys()].sort();
    this.#index.added = this.#tail = [];
  }

  *#live(term: string): Generator<string> {
    if (this.#index.terms.has(term)) yield term;
  }

  /** The first place at or after `from` whose term is not before the word. */
  #first(word: string, from: number): number {
    return this.#search(from, (term) => term >= word);
  }

  /** The first place after `from`, where the beginning lies, whose term has another one. */
  #after(beginning: string, from: number): number {
    return this.#search(from + 1, (term) => !term.startsWith(beginning));
  }

  // The place wanted is mostly near: steps that double, then halve.
  #search(from: number, found: (term: string) => boolean): number {
    const last = this.#sorted.length;
    let [low, step] = [from, 1];
    while (low + step <= last && !found(this.#sorted[low + step - 1] as string)) {
      low += step;
      step *= 2;
    }
    let high = Math.min(last, low + step);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (found(this.#sorted[middle] as string)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Edit distances of terms to one word; a term that begins like the one before needs only the rest computed. */
class EditTable {
  readonly #word: string;
  readonly #edits: number;
  /** Row i, column j: distance of the first i letters of the term to the first j of the word. */
  readonly #rows: Uint8Array[];
  #term = '';
  #computed = 0;

  constructor(word: string, edits: number) {
    this.#word = word;
    this.#edits = edits;
    this.#rows = [Uint8Array.from({ length: word.length + 1 }, (_, i) => i)];
  }

  /** `distance` above the edits means too far; `dead` is the length of a beginning that is too far whatever follows, or 0. */
  compare(term: string): { readonly distance: number; readonly dead: number } {
    let at = 0;
    const shared = Math.min(this.#computed, term.length);
    while (at < shared && term.charCodeAt(at) === this.#term.charCodeAt(at)) at++;
    this.#term = term;
    this.#computed = at;
    while (this.#computed < term.length) {
      const least = this.#row(++this.#computed);
      // A swap reaches back over one row: two rows that are too far end it.
      if (least > this.#edits && this.#least(this.#computed - 1) >= this.#edits) return { distance: Infinity, dead: this.#computed };
    }
    return { distance: (this.#rows[term.length] as Uint8Array)[this.#word.length] as number, dead: 0 };
  }

  #row(i: number): number {
    const { length } = this.#word;
    const row = this.#rows[i] ??= new Uint8Array(length + 1);
    const above = this.#rows[i - 1] as Uint8Array;
    const letter = this.#term.charCodeAt(i - 1);
    const before = this.#term.charCodeAt(i - 2);
    let least = row[0] = i;
    for (let j = 1; j <= length; j++) {
      const same = this.#word.charCodeAt(j - 1) === letter;
      let distance = Math.min((above[j - 1] as number) + (same ? 0 : 1), (above[j] as number) + 1, (row[j - 1] as number) + 1);
      if (i > 1 && j > 1 && letter === this.#word.charCodeAt(j - 2) && before === this.#word.charCodeAt(j - 1)) {
        distance = Math.min(distance, ((this.#rows[i - 2] as Uint8Array)[j - 2] as number) + 1);
      }
      row[j] = distance;
      if (distance < least) least = distance;
    }
    return least;
  }

  #least(i: number): number {
    let least = Infinity;
    for (const distance of this.#rows[i] as Uint8Array) if (distance < least) least = distance;
    return least;
  }
}
