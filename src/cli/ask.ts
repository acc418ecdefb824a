import { IngestError } from '../base/error-classes.ts';
import { Memory } from '../memory/index.ts';
import { parsePdf, sourceSpan } from '../memory/documents/index.ts';
import { findDocumentFiles, readDocumentFile } from '../platform/node/index.ts';
import { type Answer, askWorkflow, type Citation, ingestWorkflow, loadDocument, type RagDocument } from '../rag/index.ts';
import { lineAt } from './line-at.ts';
import { type Output, UsageError } from './output.ts';

const MAX_BYTES = 20_000_000;

/** A citation, with the lines of the file it stands in. */
interface Reference {
  readonly number: number;
  readonly file: string;
  /** 1 for the first line. */
  readonly line: number;
  readonly endLine: number;
  /** The page, for PDF; its lines are those of its text. */
  readonly page?: number;
  /** Span in the document's text; for HTML that is the visible text. */
  readonly start: number;
  readonly end: number;
  readonly quote: string;
}

/** `ask "question" FILE…` */
export async function ask(args: readonly string[], output: Output): Promise<number> {
  const { question, paths, json } = parse(args);
  const files = await findDocumentFiles(paths);
  const documents = new Map<string, RagDocument>();
  const memory = new Memory();
  const { data: stored } = await ingestWorkflow({
    memory,
    load: async (file, options) => loadDocument({ ...file, bytes: await readDocumentFile(file.name, MAX_BYTES) }, { ...options, maxBytes: MAX_BYTES, pdf: parsePdf }),
    onDocument: (document, { docId }) => { documents.set(docId, document); },
  }).run({ files: files.map(({ path }) => ({ name: path })) });

  for (const { message } of stored.failures) output.error(`${message}\n`);
  // A file that the user named must count; one that lies in a directory may be left out.
  const named = new Set(files.filter((file) => file.named).map(({ path }) => path));
  if (stored.documents.length === 0 || stored.failures.some(({ name }) => named.has(name))) {
    throw new IngestError('Cannot answer: not every file could be used', { reason: 'unreadable' });
  }
  const { data: answer } = await askWorkflow({ memory }).run({ question });
  const references = answer.citations.map((citation) => refer(citation, documents.get(citation.docId) as RagDocument));
  const counts = { documents: stored.documents.length, chunks: stored.chunks, failures: stored.failures };
  output.write(json ? toJson(answer, references, counts) : toText(answer, references));
  return 0;
}

function parse(args: readonly string[]): { question: string; paths: readonly string[]; json: boolean } {
  const end = args.indexOf('--');
  const options = (end < 0 ? args : args.slice(0, end)).filter((arg) => arg.startsWith('-') && arg !== '-');
  const unknown = options.find((option) => option !== '--json');
  if (unknown !== undefined) throw new UsageError(`There is no option '${unknown}'`);
  const [question, ...paths] = args.filter((arg, index) => index !== end && (!options.includes(arg) || (end >= 0 && index > end)));
  if (question === undefined || question.trim() === '') throw new UsageError('Cannot ask: the question is empty');
  if (paths.length === 0) throw new UsageError('Cannot ask: no file is given. Type: blazen-ts ask "question" FILE…');
  return { question, paths, json: options.length > 0 };
}

function refer({ number, name, start, end, quote }: Citation, document: RagDocument): Reference {
  const span = sourceSpan(document, start, end);
  const page = span.page === undefined ? {} : { page: span.page };
  return { number, file: name, line: lineAt(document.source, span.start), endLine: lineAt(document.source, span.end - 1), ...page, start, end, quote };
}

function toText({ text, missing, found }: Answer, references: readonly Reference[]): string {
  const lines = references.map(({ number, file, line, endLine, page }) =>
    `[${number}] ${file}${page === undefined ? `:${line}${endLine > line ? `-${endLine}` : ''}` : `, page ${page}`}`);
  const absent = found && missing.length > 0 ? `\nNot found in these files: ${missing.map((word) => `“${word}”`).join(', ')}\n` : '';
  return `${text}\n${lines.length === 0 ? '' : `\n${lines.join('\n')}\n`}${absent}`;
}

function toJson({ question, found, text, missing }: Answer, citations: readonly Reference[], counts: object): string {
  return `${JSON.stringify({ question, found, answer: text, citations, missing, ...counts }, null, 2)}\n`;
}
