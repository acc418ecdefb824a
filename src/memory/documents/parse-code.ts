import type { Heading, SourceDocument } from '../chunk/source-document.ts';
import { codeLines, type CodeLine } from './code-lines.ts';

const MAX_TITLE = 200;
const COMMENT = /^\s*(?:\/\/|\/?\*|#(?!\w)|--|;|@|"""|''')/;
const IMPORTS = /^(?:import|from|use|using|include|require|package|#include)\b/;
/** What has members of its own. */
const HOLDS_MEMBERS = /\b(?:class|interface|struct|trait|impl|module|mod|namespace|enum|object|protocol|extension|record|union|contract)\b/;

/**
 * A program in any language, read by its shape: blank lines, indentation and brackets. Declarations with a body are its
 * headings, those inside a class the headings below it; a declaration brings the comments above it along.
 */
export function parseCode(source: string): SourceDocument {
  const lines = codeLines(source);
  const outer = lines.reduce((least, { indent }) => Math.min(least, indent), Infinity);
  const headings: Heading[] = [];
  const blocks: number[] = [];
  /** How far in the members of the open declaration stand; -1 when it has none. */
  let members = -1;
  lines.forEach((line, at) => {
    const level = line.indent === outer ? 1 : line.indent === members ? 2 : 0;
    if (!line.begins || level === 0) return;
    const head = declarationFrom(source, lines, at);
    const title = head < 0 ? '' : titleOf(source, lines[head] as CodeLine);
    const opens = head >= 0 && (lines[head] as CodeLine).opens && !IMPORTS.test(title);
    if (level === 1) {
      blocks.push(line.start);
      const body = lines.slice(head + 1, head + 3).find(({ indent }) => indent > outer);
      members = opens && HOLDS_MEMBERS.test(title) ? body?.indent ?? -1 : -1;
    }
    // What stands after a body does not belong to it.
    if (title !== '' && (opens || (headings.at(-1)?.level ?? 0) >= level)) headings.push({ level, title, start: line.start });
  });
  return { kind: 'code', source, text: source, title: null, headings, blocks, offsets: null };
}

/** Place of the first line at or after `at` that is no comment and stands as far in; -1 when there is none. */
function declarationFrom(source: string, lines: readonly CodeLine[], at: number): number {
  const { indent } = lines[at] as CodeLine;
  for (let next = at; next < lines.length; next++) {
    const line = lines[next] as CodeLine;
    if (line.indent < indent || (next > at && line.begins)) return -1;
    if (line.indent === indent && !COMMENT.test(source.slice(line.start, Math.min(line.end, line.start + MAX_TITLE)))) return next;
  }
  return -1;
}

function titleOf(source: string, { start, end }: CodeLine): string {
  return source.slice(start, Math.min(end, start + 2 * MAX_TITLE)).trim().replace(/\s*[{:([]$/, '').slice(0, MAX_TITLE);
}
