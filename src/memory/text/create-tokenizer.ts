import { tokenize, type Tokenize } from '../lexical/tokenize.ts';

/** What a tokenizer does with the words of a text; everything is optional. */
export interface TokenizerOptions {
  /** Splits a text into lower-case words. Default: `tokenize`; `segmentWords('th')` knows words written without spaces. */
  readonly segment?: Tokenize;
  /** Words that are left out, in lower case and before stemming. */
  readonly stopWords?: ReadonlySet<string>;
  /** Turns a word into the form that is compared, such as `stemEnglish`; '' leaves it out. */
  readonly stem?: (word: string) => string;
}

/** Stems remembered at most; texts repeat their words. */
const KNOWN = 20_000;

/**
 * A tokenizer for the `tokenize` option of a memory: splits, leaves out stop words, stems.
 *
 * @example
 * const tokenize = createTokenizer({ stem: stemEnglish, stopWords: englishStopWords });
 * tokenize('The connections were lost'); // ['connect', 'lost']
 */
export function createTokenizer(options: TokenizerOptions): Tokenize {
  const { segment = tokenize, stopWords, stem } = options;
  const known = new Map<string, string>();
  const stemmed = (word: string): string => {
    let form = known.get(word);
    if (form === undefined) {
      form = stopWords?.has(word) === true ? '' : stem?.(word) ?? word;
      if (known.size >= KNOWN) known.clear();
      known.set(word, form);
    }
    return form;
  };
  return (text) => segment(text).map(stemmed).filter((word) => word !== '');
}
