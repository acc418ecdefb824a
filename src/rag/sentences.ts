/** A piece of a passage that can be quoted alone: a sentence, a list item, a table row, a heading. */
export interface Unit {
  /** Span in the passage, UTF-16 units, end exclusive, without surrounding white space. */
  readonly start: number;
  readonly end: number;
  /** Number of the paragraph, list item or table row it stands in; sentences of one block belong together. */
  readonly block: number;
  /** Part of a list, a table or code: what a line that ends in a colon announces. */
  readonly item: boolean;
  readonly heading: boolean;
}

/** A line that begins something of its own even without a blank line before it. */
const BEGINS = /^\s*(?:[-+*•‣]\s|1[.)]\s|[|>])/;
/** Further numbers begin an item only after another one: a wrapped sentence may end in "1905." */
const NEXT_NUMBER = /^\s*\d{1,9}[.)]\s/;
const HEADING = /^ {0,3}#{1,6}\s/;
const FENCE = /^\s*(?:`{3}|~{3})/;
/** Rules of tables, underlines of headings: nothing to quote. */
const RULE = /^[\s|:=+*_-]*$/;
/** The end of a sentence: a stop, closing quotes or brackets, then space and the begin of a new one. */
const STOP = /[.!?…]["'”’»)\]]*(?=\s+["'“‘«([]*[\p{Lu}\p{N}])|[。！？]["'”’»」』）]*/gu;
/** Words before a full stop that do not end a sentence. */
const ABBREVIATION = /(?:^|[\s(])(?:\p{L}|\p{L}\.\p{L}|[Ee]\.g|[Ii]\.e|[Nn]o|[Dd]r|[Mm]rs?|[Mm]s|[Ss]t|[Vv]s|[Cc]a|[Ff]ig|[Aa]pprox|[Pp]rof|[Jj]r|bzw|[Nn]r)\.$/u;

/**
 * Cut a passage into units, in order; together they hold all its visible text but rules and fences.
 *
 * @param lines each line is a block of its own, as in the text of an HTML page.
 */
export function splitUnits(text: string, lines = false): Unit[] {
  const units: Unit[] = [];
  let block = 0;
  let open = -1;
  let fenced = false;
  let item = false;
  const close = (end: number, heading = false): void => {
    if (open >= 0) for (const [from, to] of sentences(text, open, end)) units.push({ start: from, end: to, block, item, heading });
    open = -1;
  };
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, end);
    const blank = line.trim() === '';
    const heading = !lines && !fenced && HEADING.test(line);
    const begins: boolean = BEGINS.test(line) || ((item || open < 0) && NEXT_NUMBER.test(line));
    if (blank || heading || lines || RULE.test(line) || FENCE.test(line) || fenced || begins) {
      close(start);
      block++;
      item = begins || fenced;
    }
    if (FENCE.test(line) && !lines) fenced = !fenced;
    else if (open < 0 && !RULE.test(line)) open = start;
    if (heading) close(end, true);
    start = end + 1;
  }
  close(text.length);
  return units;
}

function* sentences(text: string, start: number, end: number): Generator<[number, number]> {
  const part = text.slice(start, end);
  let from = 0;
  for (const match of part.matchAll(STOP)) {
    const to = match.index + match[0].length;
    if (match[0].startsWith('.') && ABBREVIATION.test(part.slice(Math.max(0, match.index - 12), match.index + 1))) continue;
    yield* trimmed(part, from, to, start);
    from = to;
  }
  yield* trimmed(part, from, part.length, start);
}

function* trimmed(part: string, from: number, to: number, offset: number): Generator<[number, number]> {
  const piece = part.slice(from, to);
  const start = from + piece.length - piece.trimStart().length;
  const end = from + piece.trimEnd().length;
  if (start < end) yield [offset + start, offset + end];
}
