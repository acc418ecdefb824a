import type { AnswerPassage, Quotation } from './extract-answer.ts';

/** What to tell a model so that `checkQuotes` can check its answer. */
export const CITATION_RULES: string = 'Answer from the numbered sources alone. Support each statement with words copied exactly from one source, in '
  + 'double quotes, followed by the number of the source in square brackets, like this: "the exact words" [1]. '
  + 'If the sources do not answer the question, say so and quote nothing.';

/** A quote or number of an answer that does not hold. */
export interface QuoteProblem {
  /** 'not in the source': other words stand there; 'no such source': the number is none; 'no source': a quote without number that stands nowhere. */
  readonly reason: 'not in the source' | 'no such source' | 'no source';
  /** As the answer has it; empty for a number without a quote. */
  readonly quote: string;
  /** The number it gives; null when it gives none. */
  readonly number: number | null;
}

/** An answer's quotes with their places. */
export interface CheckedQuotes {
  /** The quotes that hold, in the order of the answer; offsets lead into the documents, and `quote` is what stands there. */
  readonly citations: readonly Quotation[];
  readonly problems: readonly QuoteProblem[];
}

/** Words in double or angle quotes with the numbers behind, or numbers alone. Bounded, so that a hostile answer stays cheap. */
const QUOTED = /(?:"([^"\n]{1,2000})"|“([^”]{1,2000})”|«([^»]{1,2000})»)\s{0,3}((?:\[[\d, ]{1,40}\]\s?){0,8})|\[([\d, ]{1,40})\]/g;
/** Shorter quotes without a number are names and terms, not claims. */
const CLAIM_WORDS = 3;

/**
 * Read what an answer quotes, written as `CITATION_RULES` asks, and check each quoted span against the sources it was given.
 *
 * Case and words must agree; white space and the shape of quotation marks and dashes may differ.
 *
 * @param passages the sources in the order of their numbers: `passages` of `packContext`.
 */
export function checkQuotes(answer: string, passages: readonly AnswerPassage[]): CheckedQuotes {
  const citations: Quotation[] = [];
  const problems: QuoteProblem[] = [];
  const sources = passages.map(({ text }) => fold(text));
  const cite = (quote: string, number: number): boolean => {
    const passage = passages[number - 1] as AnswerPassage;
    const span = find(sources[number - 1] as Folded, quote);
    if (span === null) return false;
    const [start, end] = span;
    citations.push({
      number, docId: passage.docId, name: passage.name, start: passage.start + start, end: passage.start + end, quote: passage.text.slice(start, end),
    });
    return true;
  };
  for (const match of answer.matchAll(QUOTED)) {
    const quote = match[1] ?? match[2] ?? match[3] ?? '';
    const numbers = [...(match[4] ?? match[5] ?? '').matchAll(/\d+/g)].map(Number);
    for (const number of numbers) {
      if (!(number >= 1 && number <= passages.length)) problems.push({ reason: 'no such source', quote, number });
      else if (quote !== '' && !cite(quote, number)) problems.push({ reason: 'not in the source', quote, number });
    }
    if (numbers.length === 0 && !passages.some((_, i) => cite(quote, i + 1)) && quote.trim().split(/\s+/).length >= CLAIM_WORDS) {
      problems.push({ reason: 'no source', quote, number: null });
    }
  }
  return { citations, problems };
}

/** A text with one space for white space and one shape for quotes and dashes; `at[i]` is where its unit `i` stood. */
interface Folded { readonly text: string; readonly at: readonly number[] }

function fold(source: string): Folded {
  const at: number[] = [];
  let text = '';
  for (let i = 0; i < source.length; i++) {
    const unit = source[i] as string;
    if (/\s/.test(unit)) {
      if (text === '' || text.endsWith(' ')) continue;
      text += ' ';
    } else text += PLAIN[unit] ?? unit;
    at.push(i);
  }
  return { text, at };
}

const PLAIN: Readonly<Record<string, string>> = {
  '“': '"', '”': '"', '„': '"', '«': '"', '»': '"', '‘': "'", '’': "'", '–': '-', '—': '-', '‑': '-',
};

/** Where the quote stands in the unfolded text; null when it does not. Full stops and ellipses at its ends may be the answer's own. */
function find({ text, at }: Folded, quote: string): [number, number] | null {
  const wanted = fold(quote).text.trim();
  for (const words of [wanted, wanted.replace(/^(?:\.{3}|…)\s*/, '').replace(/\s*(?:\.{1,3}|…|,)$/, '')]) {
    const found = words === '' ? -1 : text.indexOf(words);
    if (found >= 0) return [at[found] as number, (at[found + words.length - 1] as number) + 1];
  }
  return null;
}
