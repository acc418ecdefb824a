import { ValidationError } from '../base/error-classes.ts';
import type { AnswerPassage } from './extract-answer.ts';

/** How much fits. */
export interface PackOptions {
  /** Tokens of the whole text at most. Default 3,000: eight passages of the default size. */
  readonly maxTokens?: number;
  /** Default: UTF-8 bytes divided by 3.5, rounded up, as `estimateTokens` of `blazen-ts/models` counts. */
  readonly countTokens?: (text: string) => number;
}

/** What a model is given to read. */
export interface PackedContext {
  /** The sources, each under its number: `[1] name › heading`. */
  readonly text: string;
  /** The passages of the text; `passages[0]` is source 1. Overlapping passages of one document are one source. */
  readonly passages: readonly AnswerPassage[];
  /** Tokens of the text. */
  readonly tokens: number;
  /** How many of the given passages did not fit. */
  readonly omitted: number;
}

const DEFAULT_TOKENS = 3_000;
const BYTES_PER_TOKEN = 3.5;

/**
 * Put as many passages as fit into one text for a model, the best first, each under a number to cite it by.
 *
 * A passage goes in whole or not at all; one that does not fit leaves its room to the next. What overlaps is said once.
 *
 * @param passages best first.
 * @throws ValidationError unless `maxTokens` is a positive number.
 */
export function packContext(passages: readonly AnswerPassage[], options: PackOptions = {}): PackedContext {
  const { maxTokens = DEFAULT_TOKENS, countTokens = estimate } = options;
  if (!(maxTokens > 0)) throw new ValidationError("Cannot pack the context: 'maxTokens' is not a positive number", { path: 'maxTokens' });
  let packed: { readonly sources: readonly AnswerPassage[]; readonly text: string; readonly tokens: number } = { sources: [], text: '', tokens: 0 };
  let omitted = 0;
  for (const passage of passages) {
    const sources = include(packed.sources, passage);
    const text = sources.map(show).join('\n\n');
    const tokens = countTokens(text);
    if (tokens <= maxTokens) packed = { sources, text, tokens };
    else omitted++;
  }
  return { text: packed.text, passages: packed.sources, tokens: packed.tokens, omitted };
}

/** The sources with one more passage: at the end, or as one with those it overlaps. Sources never overlap each other. */
function include(sources: readonly AnswerPassage[], passage: AnswerPassage): AnswerPassage[] {
  const kept: AnswerPassage[] = [];
  let joined = passage;
  let place = Infinity;
  for (const source of sources) {
    if (!overlap(source, joined)) kept.push(source);
    else {
      joined = join(source, joined);
      place = Math.min(place, kept.length);
    }
  }
  kept.splice(place, 0, joined);
  return kept;
}

function overlap(a: AnswerPassage, b: AnswerPassage): boolean {
  const exact = a.text.length === a.end - a.start && b.text.length === b.end - b.start;
  return exact && a.docId === b.docId && a.start < b.end && b.start < a.end;
}

/** Both as one passage, with the rank and heading of the first. */
function join(a: AnswerPassage, b: AnswerPassage): AnswerPassage {
  const [first, second] = a.start <= b.start ? [a, b] : [b, a];
  const rest = Math.max(0, second.end - first.end);
  return { ...a, start: first.start, end: first.end + rest, text: first.text + second.text.slice(second.text.length - rest) };
}

function show({ name, heading, text }: AnswerPassage, index: number): string {
  return `[${index + 1}] ${[name, ...heading].join(' › ')}\n${text}`;
}

function estimate(text: string): number {
  return Math.ceil(new TextEncoder().encode(text).length / BYTES_PER_TOKEN);
}
