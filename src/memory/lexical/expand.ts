import { ValidationError } from '../../base/error-classes.ts';
import type { Bm25Index, Expand } from './bm25-index.ts';
import { TermList } from './term-list.ts';

// The weights of MiniSearch, which is the oracle in the tests: the further a form is from the word, the less it counts.
const PREFIX_WEIGHT = 0.375, PREFIX_LOSS = 0.3;
const FUZZY_WEIGHT = 0.45;
const DEFAULT_FUZZY = 0.2;
const MOST_EDITS = 3;

/** Which indexed terms count as a word of the query, besides itself. */
export interface Tolerance {
  readonly prefix?: boolean;
  readonly fuzzy?: boolean | number;
}

const lists = new WeakMap<Bm25Index, TermList>();

/** Finds the forms of the words of one query. Throws ValidationError for a tolerance that is none. */
export function expander(index: Bm25Index, { prefix = false, fuzzy = false }: Tolerance): Expand {
  const share = fuzzy === true ? DEFAULT_FUZZY : Number(fuzzy);
  if (!(share >= 0)) throw new ValidationError("Cannot search: 'fuzzy' is neither true nor a number of letters");
  let list = lists.get(index);
  if (list === undefined) lists.set(index, list = new TermList(index));
  list.refresh();
  const known = new Map<string, readonly (readonly [string, number])[]>();
  return (word) => {
    let forms = known.get(word);
    if (forms === undefined) known.set(word, forms = [...formsOf(list, word, prefix, editsFor(word, share))]);
    return forms;
  };
}

function editsFor(word: string, share: number): number {
  return Math.min(MOST_EDITS, share < 1 ? Math.round(word.length * share) : Math.floor(share));
}

function formsOf(list: TermList, word: string, prefix: boolean, edits: number): Map<string, number> {
  const forms = new Map([[word, 1]]);
  if (prefix) {
    for (const term of list.startingWith(word)) {
      if (term !== word) forms.set(term, (PREFIX_WEIGHT * term.length) / (term.length + PREFIX_LOSS * (term.length - word.length)));
    }
  }
  if (edits > 0) {
    for (const [term, distance] of list.near(word, edits)) {
      if (!forms.has(term)) forms.set(term, (FUZZY_WEIGHT * term.length) / (term.length + distance));
    }
  }
  return forms;
}
