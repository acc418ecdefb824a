import { parseMarkdown, parseText } from '../chunk/parse-text.ts';
import type { SourceDocument } from '../chunk/source-document.ts';
import { parseCode } from './parse-code.ts';
import { parseCsv } from './parse-csv.ts';
import { parseHtml } from './parse-html.ts';
import { parseJson, parseJsonLines } from './parse-json.ts';

/** Formats of texts that can be read. */
export type TextFormat = 'text' | 'markdown' | 'html' | 'csv' | 'tsv' | 'json' | 'jsonl' | 'code';

const PARSERS: Readonly<Record<TextFormat, (source: string) => SourceDocument>> = {
  text: parseText, markdown: parseMarkdown, html: parseHtml, csv: (source) => parseCsv(source),
  tsv: (source) => parseCsv(source, { delimiter: '\t' }), json: parseJson, jsonl: parseJsonLines, code: parseCode,
};

/** Reads a document of the format that is named. Throws IngestError when it is damaged. */
export function parseAs(format: TextFormat, source: string): SourceDocument {
  return PARSERS[format](source);
}
