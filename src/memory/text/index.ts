/**
 * How a memory reads words: stemming, stop words, and words of scripts that write without spaces. Subpath export
 * `blazen-ts/memory/text`.
 *
 * @module
 */
export { createTokenizer } from './create-tokenizer.ts';
export type { TokenizerOptions } from './create-tokenizer.ts';
export { segmentWords } from './segment-words.ts';
export { stemEnglish } from './stem-english.ts';
export { englishStopWords, frenchStopWords, germanStopWords, spanishStopWords } from './stop-words.ts';
export { tokenize } from '../lexical/tokenize.ts';
export type { Tokenize } from '../lexical/tokenize.ts';
