import { tokenize } from '../memory/index.ts';
import { isNaming, questionTerms, type Term, TermMatcher } from './question-terms.ts';
import { splitUnits, type Unit } from './sentences.ts';

/** A passage that was looked at for an answer. */
export interface AnswerPassage {
  readonly id: string;
  readonly docId: string;
  /** Name of the source. */
  readonly name: string;
  /** Span in the document's text, UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The memory's score, 0 to 1; what it measures depends on how the memory ranks. */
  readonly score: number;
  /** Titles of the headings above the passage, highest first. */
  readonly heading: readonly string[];
  /** As the document's: 'text', 'markdown', 'html' and so on; null when it is not known. */
  readonly kind: string | null;
}

/** Where a quote stands: `text.slice(start, end) === quote` for the text of document `docId`, exactly. */
export interface Quotation {
  /** The number of the mark, `[1]` for 1. */
  readonly number: number;
  readonly docId: string;
  /** Name of the source. */
  readonly name: string;
  /** Span in the document's text, UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly quote: string;
}

/** A quotation that was chosen for a question. */
export interface Citation extends Quotation {
  /** Share of the question that the quote covers, 0 to 1. */
  readonly score: number;
}

/** An extractive answer: quotes from the documents, word for word. No model wrote any of it. */
export interface Answer {
  readonly question: string;
  /** False when no passage holds enough of the question's words; then there is no quote. */
  readonly found: boolean;
  /** The quotes, each with its mark `[n]`, or a plain statement that nothing was found. */
  readonly text: string;
  /** In the order of the marks, the best quote first. */
  readonly citations: readonly Citation[];
  /** What was looked at, best first, also when it holds no answer. */
  readonly passages: readonly AnswerPassage[];
  /** Words of the question that no passage contains in any form. */
  readonly missing: readonly string[];
}

/** How an answer is put together; all optional. */
export interface ExtractOptions {
  /** Quotes at most. Default 3. */
  readonly maxQuotes?: number;
}

/** Kinds of documents whose lines are each a statement of its own. */
const LINES: ReadonlySet<string> = /* @__PURE__ */ new Set(['html', 'csv', 'json', 'code']);
/** The least share of the question's weight a quote must hold. */
const RELEVANT = 0.35;
/** Further quotes must be at least this good, relative to the best. */
const NEARLY_AS_GOOD = 0.75;
/** A neighbour at least this good, relative to the sentence beside it, is quoted along with it. */
const NEIGHBOUR = 0.55;
/** How much a word counts that stands in the heading or in the sentence before. */
const HEADING_SHARE = 0.6, BEFORE_SHARE = 0.5;
/** A heading says where to look; what it stands above says what is asked for. */
const HEADING_UNIT = 0.5;
/** How much each place in the memory's ranking costs. */
const RANK_LOSS = 0.02;
/** Longest quote that neighbours make together, UTF-16 units. */
const MAX_QUOTE = 600;

interface Candidate {
  readonly passage: AnswerPassage;
  readonly units: readonly Unit[];
  readonly index: number;
  /** Share of the question's weight it holds, headings and the sentence before included. */
  readonly score: number;
  /** It holds a word of the question itself. */
  readonly own: boolean;
}

/**
 * Compose an answer of quotes: the sentences of the passages that hold most of the question, rare words counting more,
 * neighbouring sentences kept together.
 *
 * @param passages best first. Pure: the same arguments give the same answer.
 */
export function extractAnswer(question: string, passages: readonly AnswerPassage[], options: ExtractOptions = {}): Answer {
  const { maxQuotes = 3 } = options;
  const terms = questionTerms(question);
  const { candidates, missing } = rate(terms, passages);
  candidates.sort((a, b) => b.score - a.score);
  const best = candidates[0]?.score ?? 0;
  const citations: Citation[] = [];
  if (best >= RELEVANT) {
    for (const candidate of candidates) {
      if (citations.length >= maxQuotes || candidate.score < best * NEARLY_AS_GOOD) break;
      if (citations.length > 0 && !candidate.own) continue;
      const quote = quoteAround(candidate, candidates, citations.length + 1);
      if (!citations.some((other) => repeats(quote, other))) citations.push(quote);
    }
  }
  const found = citations.length > 0;
  return { question, found, text: found ? compose(citations) : nothing(passages, missing), citations, passages, missing };
}

/** Rate every unit of every passage. */
function rate(terms: readonly Term[], passages: readonly AnswerPassage[]): { candidates: Candidate[]; missing: string[] } {
  const matcher = new TermMatcher(terms);
  const read = passages.map((passage) => {
    const units = splitUnits(passage.text, LINES.has(passage.kind ?? ''));
    const above = matcher.match(tokenize([passage.name, ...passage.heading].join(' ')));
    return { passage, units, above, own: units.map(({ start, end }) => matcher.match(tokenize(passage.text.slice(start, end)))) };
  });
  const weights = weigh(terms, read.flatMap(({ own }) => own), read.map(({ above }) => above));
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const candidates = read.flatMap(({ passage, units, above, own }, rank) => {
    let heading = above.map(() => 0);
    return units.map((unit, index): Candidate => {
      const mine = own[index] as number[];
      const before = units[index - 1]?.block === unit.block ? own[index - 1] as number[] : null;
      const held = mine.map((match, i) => Math.max(
        match, HEADING_SHARE * Math.max(above[i] as number, heading[i] as number), BEFORE_SHARE * (before?.[i] ?? 0)));
      if (unit.heading) heading = mine;
      const share = held.reduce((sum, match, i) => sum + match * (weights[i] as number), 0) / total;
      return {
        passage, units, index, score: share * (1 - Math.min(0.5, rank * RANK_LOSS)) * (unit.heading ? HEADING_UNIT : 1),
        own: mine.some((match, i) => match > 0 && isNaming(terms[i] as Term)),
      };
    });
  });
  const missing = terms.filter((term, i) => isNaming(term) && !read.some(({ own, above }) => (above[i] as number) > 0 || own.some((match) => (match[i] as number) > 0)));
  return { candidates, missing: missing.map(({ word }) => word) };
}

/** Weight of each term: what it tells by itself, times how rare it is. A term that occurs nowhere counts like an average one. */
function weigh(terms: readonly Term[], units: readonly (readonly number[])[], headings: readonly (readonly number[])[]): number[] {
  const rarity = terms.map((_, i) => {
    const found = units.filter((match) => (match[i] as number) > 0).length;
    if (found === 0 && !headings.some((match) => (match[i] as number) > 0)) return null;
    return Math.log(1 + (units.length - found + 0.5) / (found + 0.5));
  });
  const known = rarity.filter((value, i) => value !== null && isNaming(terms[i] as Term)) as number[];
  const average = known.length === 0 ? 1 : known.reduce((sum, value) => sum + value, 0) / known.length;
  return terms.map(({ weight }, i) => weight * (rarity[i] ?? average));
}

/** The unit with the neighbours that belong to it. */
function quoteAround({ passage, units, index, score }: Candidate, all: readonly Candidate[], number: number): Citation {
  const scores = new Map(all.filter((other) => other.passage === passage).map((other) => [other.index, other.score]));
  let first = index;
  let last = index;
  const length = (from: number, to: number): number => (units[to] as Unit).end - (units[from] as Unit).start;
  const short = (at: number): boolean => units[at] !== undefined && length(Math.min(first, at), Math.max(last, at)) <= MAX_QUOTE;
  const belongs = (at: number): boolean => units[at]?.block === units[index]?.block && (scores.get(at) as number) >= score * NEIGHBOUR;
  while (short(last + 1) && belongs(last + 1)) last++;
  // What a colon announces is what was asked for.
  if (passage.text[(units[last] as Unit).end - 1] === ':') {
    if (short(last + 1)) last++;
    while ((units[last] as Unit).item && short(last + 1) && (units[last + 1] as Unit).item) last++;
  }
  while (short(first - 1) && belongs(first - 1)) first--;
  const { start } = units[first] as Unit;
  const { end } = units[last] as Unit;
  return {
    number, docId: passage.docId, name: passage.name, start: passage.start + start, end: passage.start + end,
    quote: passage.text.slice(start, end), score: Math.min(1, score),
  };
}

/** The same words again: an overlapping passage, or a copy of the document. */
function repeats(quote: Citation, other: Citation): boolean {
  const overlaps = quote.docId === other.docId && quote.start < other.end && other.start < quote.end;
  return overlaps || plain(quote.quote) === plain(other.quote);
}

/** Marks of lists, quotes and headings at the begin of a quote: signs of the format, not words of the author. */
const LEADING_MARK = /^(?:(?:[-+*•‣>]|#{1,6}|\d{1,9}[.)])\s+)+/;

function compose(citations: readonly Citation[]): string {
  return citations.map(({ quote, number }) => `“${plain(quote.replace(LEADING_MARK, ''))}” [${number}]`).join('\n');
}

function nothing(passages: readonly AnswerPassage[], missing: readonly string[]): string {
  if (passages.length === 0) return 'Nothing was found: there is no text to search';
  const words = missing.map((word) => `“${word}”`).join(', ');
  return `Nothing in the documents answers this question${words === '' ? '' : `; not found: ${words}`}`;
}

function plain(quote: string): string {
  return quote.replaceAll(/\s+/g, ' ');
}
