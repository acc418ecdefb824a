// Scripts that write without spaces: their runs become overlapping pairs, by a rule that is the same in every runtime
// (Intl.Segmenter depends on the ICU version).
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const WORDS = /[\p{L}\p{M}\p{N}]+/gu;
const ASCII = /^[\0-\x7f]*$/;
const ASCII_WORDS = /[a-z0-9]+/g;

/** Splits a text into the words that keyword search compares, in order, with repetitions. */
export type Tokenize = (text: string) => readonly string[];

/** Lower-case runs of letters and digits, in order. */
export function words(text: string): string[] {
  const lower = text.toLowerCase();
  return (ASCII.test(text) ? lower.match(ASCII_WORDS) : lower.normalize('NFKC').match(WORDS)) ?? [];
}

/** Lower-case words of a text, in order, with repetitions; runs of unspaced scripts as character pairs. */
export function tokenize(text: string): string[] {
  return ASCII.test(text) || !UNSPACED.test(text) ? words(text) : words(text).flatMap(splitUnspaced);
}

function splitUnspaced(word: string): string[] {
  const tokens: string[] = [];
  let spaced = '';
  let previous = '';
  let paired = false;
  const flush = (): void => {
    if (spaced !== '') tokens.push(spaced);
    if (previous !== '' && !paired) tokens.push(previous);
    spaced = '';
    previous = '';
    paired = false;
  };
  for (const character of word) {
    if (UNSPACED.test(character)) {
      if (spaced !== '') flush();
      if (previous !== '') {
        tokens.push(previous + character);
        paired = true;
      }
      previous = character;
    } else {
      if (previous !== '') flush();
      spaced += character;
    }
  }
  flush();
  return tokens;
}
