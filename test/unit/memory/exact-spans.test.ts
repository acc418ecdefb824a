import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  chunkCode, chunkDocument, chunkSentences, chunkTokens, parseCode, parseCsv, parseHtml, parseJson, parseJsonLines, parseMarkdown, parseText, sourceSpan,
  type Chunk, type SourceDocument,
} from '../../../src/memory/documents/index.ts';
import { randomDocuments, seededRandom } from '../../helpers/random-documents.ts';

const CHUNKERS: readonly [string, (document: SourceDocument) => Chunk[]][] = [
  ['recursive', (document) => chunkDocument(document)], ['sentences', (document) => chunkSentences(document, { maxLength: 400, overlap: 80 })],
  ['code', (document) => chunkCode(document, { maxLength: 600 })], ['tokens', (document) => chunkTokens(document, { maxTokens: 120 })],
];
const PARSERS: Readonly<Record<string, (source: string) => SourceDocument>> = {
  md: parseMarkdown, html: parseHtml, txt: parseText, csv: parseCsv, json: parseJson, jsonl: parseJsonLines,
};

/** How many chunks there are; each is exact, none leaves its document, and no visible text is lost. */
function checkAll(name: string, source: string): number {
  const document = (PARSERS[name.slice(name.lastIndexOf('.') + 1)] ?? parseCode)(source);
  let count = 0;
  for (const [chunker, cut] of CHUNKERS) {
    let covered = 0;
    for (const { start, end, text, sourceStart, sourceEnd } of cut(document)) {
      const where = `${name}, ${chunker}, ${start}-${end}`;
      if (document.text.slice(start, end) !== text) throw new Error(`${where}: another text`);
      const span = sourceSpan(document, start, end);
      if (span.start !== sourceStart || span.end !== sourceEnd || sourceEnd > source.length) throw new Error(`${where}: another span`);
      if (document.offsets === null ? source.slice(sourceStart, sourceEnd) !== text : /^(?:\n|$)/.test(document.text.slice(end, end + 1)) && !endsAlike(text, source.slice(sourceStart, sourceEnd))) {
        throw new Error(`${where}: the source has other words there`);
      }
      if (start > covered && document.text.slice(covered, start).trim() !== '') throw new Error(`${where}: text is lost before it`);
      covered = end;
      count++;
    }
    if (document.text.slice(covered).trim() !== '') throw new Error(`${name}, ${chunker}: text is lost at the end`);
  }
  return count;
}

/** The last word of a passage that ends with its line is the last one of its span, whatever marks follow it there. */
function endsAlike(text: string, source: string): boolean {
  const last = text.match(/[a-z0-9]+/gi)?.at(-1);
  return last === undefined || source.lastIndexOf(last) >= source.length - last.length - 100;
}

describe('source.slice(start, end) === text', () => {
  it('for every passage of 1,000 generated documents', () => {
    const files = Array.from({ length: 20 }, (_, at) => randomDocuments(20261 + at, 50).files).flat();
    const random = seededRandom(5);
    const number = (): string => String(Math.floor(random() * 1e6));
    const tables = Array.from({ length: 50 }, (_, at) => {
      const rows = Array.from({ length: 20 }, () => ({ id: number(), note: `${files[at]?.text.slice(0, 90)}, "${number()}"`, empty: '' }));
      const csv = `id,"the note",empty\r\n${rows.map(({ id, note }) => `${id},"${note.replaceAll('"', '""')}",`).join('\r\n')}\r\n`;
      return [{ name: `${at}.csv`, text: csv }, { name: `${at}.json`, text: JSON.stringify({ meta: { at }, rows }, null, at % 3) }, { name: `${at}.jsonl`, text: rows.map((row) => JSON.stringify(row)).join('\n') }];
    }).flat();
    let chunks = 0;
    for (const { name, text } of [...files, ...tables]) chunks += checkAll(name, text);
    expect(files).toHaveLength(1000);
    expect(chunks).toBeGreaterThan(15_000);
  });

  it('for every passage of 100 real documents of installed packages', () => {
    // Their versions are in the lock file.
    const packages = ['fast-check', 'marked', 'minisearch', 'zod', 'ky', 'dompurify', 'preact', 'vite', 'vitest', 'pdfjs-dist', 'openai'];
    const found = packages.flatMap((name) => filesOf(join(import.meta.dirname, '../../../node_modules', name), 3));
    const wanted: Readonly<Record<string, number>> = { md: 25, html: 2, json: 20, ts: 35, js: 30, mjs: 20, css: 5 };
    const chosen = Object.entries(wanted).flatMap(([extension, count]) => found.filter((file) => file.endsWith(`.${extension}`)).slice(0, count));
    let chunks = 0;
    for (const file of chosen) chunks += checkAll(file, readFileSync(file, 'utf8'));
    expect(chosen.length).toBeGreaterThanOrEqual(100);
    expect(chunks).toBeGreaterThan(5000);
  });

  it('for 10 MB, in time and measured text that grow with the length', () => {
    const { files } = randomDocuments(7, 60);
    const text = files.filter(({ name }) => name.endsWith('.md')).map((file) => file.text).join('\n\n');
    const long = text.repeat(Math.ceil(10_000_000 / text.length));
    const document = parseMarkdown(long);
    for (const cut of [chunkDocument, chunkSentences, chunkCode]) {
      const chunks = cut(document);
      expect(chunks.length).toBeGreaterThan(5000);
      for (const { start, end, text: passage } of chunks) if (long.slice(start, end) !== passage) throw new Error(`${start}-${end}: another text`);
    }
    for (const hard of [document, parseText('x'.repeat(1_000_000)), parseText('word '.repeat(200_000))]) {
      let measured = 0;
      chunkTokens(hard, { maxTokens: 200, overlapTokens: 20, countTokens: (part) => {
        measured += part.length;
        return Math.ceil(part.length / 4);
      } });
      // Times the length: a passage is measured again with each piece that joins it.
      expect(measured / hard.text.length).toBeLessThan(200);
    }
  });
});

function filesOf(folder: string, depth: number): string[] {
  return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return depth > 0 && entry.name !== 'node_modules' ? filesOf(path, depth - 1) : [];
    const { size } = statSync(path);
    return size > 1000 && size < 60_000 ? [path] : [];
  });
}
