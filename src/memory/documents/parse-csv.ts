import type { SourceDocument } from '../chunk/source-document.ts';
import { SourceText } from './source-text.ts';

/** How a table is written; everything has a default. */
export interface CsvOptions {
  /** The character between two fields. Default ','. */
  readonly delimiter?: string;
  /** The first row names the fields. Default true. */
  readonly header?: boolean;
}

interface Field {
  /** In the source, quotes included. */
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

const MAX_NAME = 100;
const QUOTE = '"';

/**
 * A table as RFC 4180 writes it: each row is a block, each field of it a line `name: value`; empty fields are left out. A
 * row may have fewer or more fields than the first one.
 *
 * @throws IngestError for a quote that is never closed, and for text after a closing quote.
 */
export function parseCsv(source: string, options: CsvOptions = {}): SourceDocument {
  const { delimiter = ',', header = true } = options;
  const out = new SourceText(source, 'CSV');
  const blocks: number[] = [];
  let names: readonly string[] | null = null;
  for (const row of rowsOf(source, delimiter, out)) {
    if (header && names === null) {
      names = row.map((field, at) => valueOf(source, field).replaceAll(/\s+/g, ' ').trim().slice(0, MAX_NAME) || `Column ${at + 1}`);
      continue;
    }
    let first = true;
    row.forEach((field, at) => {
      if (valueOf(source, field).trim() === '') return;
      if (!first) out.put('\n', field.start, 0);
      else {
        if (out.length > 0) out.put('\n\n', field.start, 0);
        blocks.push(out.length);
      }
      first = false;
      if (header) out.put(`${names?.[at] ?? `Column ${at + 1}`}: `, field.start, field.quoted ? 1 : 0);
      write(source, field, out);
    });
  }
  return { kind: 'csv', source, ...out.finish(), title: null, headings: [], blocks };
}

function* rowsOf(source: string, delimiter: string, out: SourceText): Generator<Field[]> {
  let row: Field[] = [];
  for (let at = source.startsWith('\ufeff') ? 1 : 0; at < source.length;) {
    const start = at;
    const quoted = source[at] === QUOTE;
    if (quoted) {
      for (at++; ; at += 2) {
        at = source.indexOf(QUOTE, at);
        if (at < 0) out.fail('there is a quote that is not closed', start);
        if (source[at + 1] !== QUOTE) break;
      }
      at++;
      if (at < source.length && !atEnd(source, at, delimiter)) out.fail('there is text after a closing quote', at);
    } else {
      while (at < source.length && !atEnd(source, at, delimiter)) at++;
    }
    row.push({ start, end: at, quoted });
    if (source.startsWith(delimiter, at)) {
      at += delimiter.length;
      if (at < source.length) continue;
    }
    yield row;
    row = [];
    at += source.startsWith('\r\n', at) ? 2 : 1;
  }
}

function atEnd(source: string, at: number, delimiter: string): boolean {
  const unit = source.charCodeAt(at);
  return unit === 10 || unit === 13 || source.startsWith(delimiter, at);
}

function valueOf(source: string, { start, end, quoted }: Field): string {
  return quoted ? source.slice(start + 1, end - 1).replaceAll('""', QUOTE) : source.slice(start, end);
}

/** Doubled quotes become one; the last character of a quoted field stands for the closing quote too. */
function write(source: string, { start, end, quoted }: Field, out: SourceText): void {
  if (!quoted) return out.copy(start, end);
  const inner = source.slice(start + 1, end - 1);
  let from = 0;
  for (let at = inner.indexOf('""'); at >= 0; at = inner.indexOf('""', from)) {
    out.copy(start + 1 + from, start + 1 + at);
    out.put(QUOTE, start + 1 + at, at + 2 === inner.length ? 3 : 2);
    from = at + 2;
  }
  if (from === inner.length) return;
  out.copy(start + 1 + from, end - 2);
  out.put(source.slice(end - 2, end - 1), end - 2, 2);
}
