import { isBlank, isSpace, nextLine } from './characters.ts';
import type { Heading, SourceDocument } from './source-document.ts';

/** A plain text; blank lines separate its blocks. */
export function parseText(source: string): SourceDocument {
  const blocks: number[] = [];
  let blank = true;
  for (let line = 0; line < source.length;) {
    const end = nextLine(source, line);
    const empty = isBlank(source, line, end);
    if (!empty && blank) blocks.push(line);
    blank = empty;
    line = end;
  }
  return { kind: 'text', source, text: source, title: null, headings: [], blocks, offsets: null };
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ATX = /^ {0,3}(#{1,6})(?=[ \t\r\n]|$)/;
const UNDERLINE = /^ {0,3}(=+|-{2,})[ \t]*$/;
const NOT_A_PARAGRAPH = /^ {0,3}([-+*>|]|\d{1,9}[.)]|<)/;
const MAX_TITLE = 200;

/** A markdown text: ATX and underlined headings, blocks, and code fences and front matter as one block each. */
export function parseMarkdown(source: string): SourceDocument {
  const headings: Heading[] = [];
  const blocks: number[] = [];
  let fence = '';
  let blank = true;
  let paragraph = -1;
  let line = frontMatterEnd(source);
  if (line > 0) blocks.push(0);
  while (line < source.length) {
    const end = nextLine(source, line);
    const text = source.slice(line, end);
    if (fence !== '') {
      const close = FENCE.exec(text)?.[1];
      if (close !== undefined && close[0] === fence[0] && close.length >= fence.length && text.trim() === close) fence = '';
      blank = false;
    } else if (isBlank(source, line, end)) {
      blank = true;
      paragraph = -1;
    } else {
      const level = ATX.exec(text)?.[1]?.length;
      const underline = paragraph < 0 || text.length > MAX_TITLE ? undefined : UNDERLINE.exec(text.trimEnd())?.[1];
      if (level !== undefined) {
        headings.push({ level, title: atxTitle(text), start: line });
        blocks.push(line);
        paragraph = -1;
        blank = true;
      } else if (underline !== undefined) {
        headings.push({ level: underline[0] === '=' ? 1 : 2, title: source.slice(paragraph, line).trim().slice(0, MAX_TITLE), start: paragraph });
        paragraph = -1;
        blank = true;
      } else {
        fence = FENCE.exec(text)?.[1] ?? '';
        if (blank || fence !== '') blocks.push(line);
        if (fence !== '' || NOT_A_PARAGRAPH.test(text)) paragraph = -1;
        else if (blank) paragraph = line;
        blank = false;
      }
    }
    line = end;
  }
  return { kind: 'markdown', source, text: source, title: headings[0]?.title ?? null, headings, blocks, offsets: null };
}

function atxTitle(line: string): string {
  let title = line.trim();
  let start = 0;
  while (title[start] === '#') start++;
  title = title.slice(start);
  let end = title.length;
  while (end > 0 && title[end - 1] === '#') end--;
  // Closing marks count only after a space: 'C#' keeps its sign.
  if (end === 0 || isSpace(title.charCodeAt(end - 1))) title = title.slice(0, end);
  return title.trim().slice(0, MAX_TITLE);
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
