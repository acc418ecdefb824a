import { tokenize, type Tokenize, words } from '../lexical/tokenize.ts';
import { segments } from './segments.ts';

/** Scripts that write without spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * A tokenizer that finds the words of scripts written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) with
 * `Intl.Segmenter`; other scripts are split as `tokenize` does. Where the runtime has no `Intl.Segmenter` it is `tokenize`,
 * which takes pairs of characters.
 *
 * The words depend on the dictionary of the runtime, so two runtimes may find different ones.
 *
 * @param locale a BCP 47 tag such as 'ja' or 'th'. Default: the runtime's.
 */
export function segmentWords(locale?: string): Tokenize {
  if (typeof Intl !== 'object' || typeof Intl.Segmenter !== 'function') return tokenize;
  const segmenter = new Intl.Segmenter(locale, { granularity: 'word' });
  return (text) => {
    if (!UNSPACED.test(text)) return tokenize(text);
    return words(text).flatMap((run) => {
      if (!UNSPACED.test(run)) return run;
      return [...segments(segmenter, run)].filter(({ isWordLike }) => isWordLike === true).map(({ segment }) => segment);
    });
  };
}
