import { type Chunk, type ChunkOptions, cutDocument } from '../chunk/chunk-document.ts';
import { type Cuts, lineCuts, placeCuts, sentenceCuts, wordCuts } from '../chunk/cuts.ts';
import type { SourceDocument } from '../chunk/source-document.ts';
import { segments } from '../text/segments.ts';
import { codeLines } from './code-lines.ts';

/** How a document is cut between sentences. */
export interface SentenceChunkOptions extends ChunkOptions {
  /** The language of the text, a BCP 47 tag. Default: the runtime's. */
  readonly locale?: string;
}

/** How a document is cut by tokens. */
export interface TokenChunkOptions {
  /** Tokens of a passage at most. Default 256. */
  readonly maxTokens?: number;
  /** Tokens of the end of a passage that may be repeated at the start of the next. Default 32. */
  readonly overlapTokens?: number;
  /** The model's own counter. Default: UTF-8 bytes divided by 3.5, rounded up, as `estimateTokens` of `blazen-ts/models`. */
  readonly countTokens?: (text: string) => number;
}

/** A line end inside a paragraph: what follows is no item of a list, no row and no heading. */
const SOFT_BREAK = /\r?\n(?![ \t]*(?:[-+*•|>#]|\d{1,9}[.)])\s)/g;
const CODE_LENGTH = 1500;
const MAX_INDENTS = 8;
const BYTES_PER_TOKEN = 3.5;

/**
 * Cuts a document into passages of whole sentences, as `Intl.Segmenter` finds them; a sentence is cut only when it is longer
 * than a passage may be. What is repeated between passages is whole sentences too, if one is short enough.
 */
export function chunkSentences(document: SourceDocument, options: SentenceChunkOptions = {}): Chunk[] {
  const cuts = segmentSentences(options.locale, document.kind === 'html');
  return cutDocument(document, options, [placeCuts(document.blocks), cuts, wordCuts]);
}

/**
 * Cuts a program into passages along its shape: between declarations, else between the blocks of a body from the outside in,
 * else between lines. Nothing is repeated unless `overlap` says so. `maxLength` is 1,500 by default.
 */
export function chunkCode(document: SourceDocument, options: ChunkOptions = {}): Chunk[] {
  const begins = codeLines(document.text).filter((line) => line.begins);
  const indents = [...new Set(begins.map(({ indent }) => indent))].sort((a, b) => a - b).slice(0, MAX_INDENTS);
  const levels = indents.map((deepest) => placeCuts(begins.filter(({ indent }) => indent <= deepest).map(({ start }) => start)));
  return cutDocument(document, { maxLength: CODE_LENGTH, overlap: 0, ...options }, [...levels, lineCuts, wordCuts]);
}

/** Cuts a document into passages of a number of tokens, at the places where `chunkDocument` does. */
export function chunkTokens(document: SourceDocument, options: TokenChunkOptions = {}): Chunk[] {
  const { maxTokens = 256, overlapTokens = Math.min(32, maxTokens - 1), countTokens = estimate } = options;
  const levels = [placeCuts(document.blocks), lineCuts, sentenceCuts, wordCuts];
  return cutDocument(document, { maxLength: maxTokens, overlap: overlapTokens, measure: countTokens }, levels);
}

function segmentSentences(locale: string | undefined, lines: boolean): Cuts {
  if (typeof Intl !== 'object' || typeof Intl.Segmenter !== 'function') return sentenceCuts;
  const segmenter = new Intl.Segmenter(locale, { granularity: 'sentence' });
  return (text, start, end) => {
    const part = text.slice(start, end);
    // The segmenter ends a sentence at each line end.
    const flat = lines ? part : part.replaceAll(SOFT_BREAK, (ending) => ' '.repeat(ending.length));
    return [...segments(segmenter, flat)].filter(({ index, continues }) => index > 0 && !continues).map(({ index }) => start + index);
  };
}

function estimate(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Both halves of a pair together are four.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}
