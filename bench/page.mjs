import { readFileSync, writeFileSync } from 'node:fs';

const DOCS = new URL('../docs/benchmarks.md', import.meta.url);

/** A markdown table; the first column is text, the others are numbers. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Puts a text between the markers of a room in docs/benchmarks.md, at its end when they are not there. */
export function writeSection(room, text) {
  const [open, close] = [`<!-- bench:${room} -->`, `<!-- /bench:${room} -->`];
  let page = readFileSync(DOCS, 'utf8');
  if (!page.includes(open)) page = `${page.trimEnd()}\n\n${open}\n${close}\n`;
  const [from, to] = [page.indexOf(open), page.indexOf(close)];
  writeFileSync(DOCS, `${page.slice(0, from)}${open}\n\n${text}\n\n${page.slice(to)}`);
}
