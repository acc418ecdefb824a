import { lineEnds, nextLine, skipSpace } from './characters.ts';
import type { Heading, SourceDocument } from './source-document.ts';

/** A plain text; blank lines separate its blocks. */
export function parseText(source: string): SourceDocument {
  const nextLine = lineEnds(source);
  const blocks: number[] = [];
  let blank = true;
  for (let line = 0; line < source.length;) {
    const end = nextLine(line);
    const empty = skipSpace(source, line, end) === end;
    if (!empty && blank) blocks.push(line);
    blank = empty;
    line = end;
  }
  return { kind: 'text', source, text: source, title: null, headings: [], blocks, offsets: null };
}

// What can begin a line of its own: marks of a heading, a code fence, the underline of a heading, or what makes it no
// paragraph.
const MARK = /^ {0,3}(?:(#{1,6})(?=[ \t\r\n]|$)|(`{3,}|~{3,})|(=+|-{2,})\s*$|([-+*>|<]|\d{1,9}[.)]))/;
const MARKS = '#`~=-+*>|<0123456789';
const MAX_TITLE = 200;

/** A markdown text: ATX and underlined headings, blocks, and code fences and front matter as one block each. */
export function parseMarkdown(source: string): SourceDocument {
  const nextLine = lineEnds(source);
  const headings: Heading[] = [];
  const blocks: number[] = [];
  let fence = '';
  let blank = true;
  let paragraph = -1;
  let line = frontMatterEnd(source);
  if (line > 0) blocks.push(0);
  for (let end = 0; line < source.length; line = end) {
    end = nextLine(line);
    const first = skipSpace(source, line, end);
    if (first === end && fence === '') {
      blank = true;
      paragraph = -1;
      continue;
    }
    // Few lines begin with what can be a mark, and in a code block only the fence is one.
    const marked = first - line < 4 && (fence === '' ? MARKS : fence).includes(source[first] ?? ' ');
    const text = marked ? source.slice(line, end) : '';
    const mark = marked ? MARK.exec(text) : null;
    const ticks = mark?.[2];
    if (fence !== '') {
      if (ticks !== undefined && ticks[0] === fence[0] && ticks.length >= fence.length && text.trim() === ticks) fence = '';
      blank = false;
    } else if (mark?.[1] !== undefined) {
      headings.push({ level: mark[1].length, title: atxTitle(text), start: line });
      blocks.push(line);
      paragraph = -1;
      blank = true;
    } else if (mark?.[3] !== undefined && paragraph >= 0 && text.length <= MAX_TITLE) {
      headings.push({ level: mark[3][0] === '=' ? 1 : 2, title: source.slice(paragraph, line).trim().slice(0, MAX_TITLE), start: paragraph });
      paragraph = -1;
      blank = true;
    } else {
      fence = ticks ?? '';
      if (blank || fence !== '') blocks.push(line);
      if (mark !== null && mark[3]?.[0] !== '=') paragraph = -1;
      else if (blank) paragraph = line;
      blank = false;
    }
  }
  return { kind: 'markdown', source, text: source, title: headings[0]?.title ?? null, headings, blocks, offsets: null };
}

// Closing marks count only after a space: 'C#' keeps its sign.
function atxTitle(line: string): string {
  return line.trim().replace(/^#+/, '').replace(/\s#+$/, '').trim().slice(0, MAX_TITLE);
}

function frontMatterEnd(source: string): number {
  const first = nextLine(source, 0);
  if (source.slice(0, Math.min(first, 8)).trim() !== '---') return 0;
  for (let line = first; line < source.length;) {
    const end = nextLine(source, line);
    if (end - line < 8 && source.slice(line, end).trimEnd() === '---') return end;
    line = end;
  }
  return 0;
}
