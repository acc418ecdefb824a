import { throwIfAborted } from '../base/abort.ts';
import { IngestError } from '../base/error-classes.ts';
import { isBlazenError } from '../base/errors.ts';
import type { TextFormat } from '../memory/documents/index.ts';
import type { RagDocument, RagFile } from './rag-file.ts';

/** How a file becomes a document; all optional. */
export interface LoadOptions {
  /** Largest file, in bytes. Default 20,000,000. */
  readonly maxBytes?: number;
  /** Reads PDF files, such as `parsePdf` of `blazen-ts/memory/documents`; `bytes` may be kept or transferred. */
  readonly pdf?: (bytes: Uint8Array, options: { readonly signal?: AbortSignal }) => RagDocument | Promise<RagDocument>;
  readonly signal?: AbortSignal;
}

type Format = TextFormat | 'pdf';

const DEFAULT_MAX_BYTES = 20_000_000;
const FORMATS: Readonly<Record<string, Format>> = {
  md: 'markdown', markdown: 'markdown', mdown: 'markdown', mkd: 'markdown', mdx: 'markdown', 'text/markdown': 'markdown',
  html: 'html', htm: 'html', xhtml: 'html', 'text/html': 'html', 'application/xhtml+xml': 'html',
  pdf: 'pdf', 'application/pdf': 'pdf', txt: 'text', text: 'text', 'text/plain': 'text',
  csv: 'csv', 'text/csv': 'csv', tsv: 'tsv', 'text/tab-separated-values': 'tsv', json: 'json', 'application/json': 'json',
  jsonl: 'jsonl', ndjson: 'jsonl', 'application/jsonl': 'jsonl', 'application/x-ndjson': 'jsonl',
};
const CODE = /^(?:[cm]?[jt]sx?|py|rb|go|rs|java|kts?|scala|[ch](?:c|pp|xx)?|cs|swift|php|pl|lua|r|jl|dart|exs?|erl|hs|clj|ml|fs|zig|nim|sh|bash|zsh|ps1|sql|s?css|less|vue|svelte|proto|graphql|tf|sol)$/;

/**
 * Read one file: markdown, HTML, CSV, TSV, JSON, JSON Lines, program code and plain text (UTF-8, or UTF-16 with its mark);
 * PDF with a reader that is handed in.
 *
 * @throws IngestError saying why the file cannot be used: empty, too large, not text, without visible text, of a format
 * nobody reads, or damaged. AbortedError when the signal aborts.
 */
export async function loadDocument(file: RagFile, options: LoadOptions = {}): Promise<RagDocument> {
  const { maxBytes = DEFAULT_MAX_BYTES, pdf, signal } = options;
  const format = formatOf(file);
  const fail = (reason: IngestError['reason'], text: string, cause?: unknown): never => {
    throw new IngestError(`Cannot read '${file.name}': ${text}`, { reason, ...(cause === undefined ? {} : { cause }) });
  };
  throwIfAborted(signal, `Reading '${file.name}'`);
  const size = file.text?.length ?? file.bytes?.length ?? file.blob?.size;
  if (size === undefined) return fail('unreadable', "it has neither 'text' nor 'bytes' nor 'blob'");
  if (size === 0) return fail('empty', 'it is empty');
  if (size > maxBytes) return fail('too_large', `it has ${megabytes(size)}, more than the ${megabytes(maxBytes)} allowed`);

  let document: RagDocument;
  try {
    if (format === 'pdf') {
      if (pdf === undefined) return fail('unsupported', "PDF needs a reader. Pass parsePdf of blazen-ts/memory/documents, or your own, as the 'pdf' option of loadDocument");
      const bytes = file.text === undefined ? await bytesOf(file) : new TextEncoder().encode(file.text);
      throwIfAborted(signal, `Reading '${file.name}'`);
      document = await pdf(bytes, signal === undefined ? {} : { signal });
    } else {
      const text = file.text ?? decode(await bytesOf(file));
      throwIfAborted(signal, `Reading '${file.name}'`);
      if (text === null || text.includes('\0') || text.startsWith('%PDF-')) {
        return fail('not_text', 'it is not a text file. Text must be UTF-8, without binary content');
      }
      // Who asks questions of a memory that is filled elsewhere reads no files.
      document = (await import('../memory/documents/index.ts')).parseAs(format, text);
    }
  } catch (error) {
    // The readers do not know the name of the file.
    const [, text] = error instanceof IngestError ? /^Cannot read the [^:]*: ([^]*)/.exec(error.message) ?? [] : [];
    if (text !== undefined) return fail((error as IngestError).reason, text, error);
    if (format !== 'pdf' || signal?.aborted === true || isBlazenError(error)) throw error;
    return fail('corrupt', `the PDF is damaged or protected (${error instanceof Error ? error.message : String(error)})`, error);
  }
  if (document.text.trim() === '') return fail('no_text', 'there is no text in it');
  return document;
}

function formatOf({ name, type, blob }: RagFile): Format {
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const media = (type ?? blob?.type ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  for (const key of [extension, media]) if (Object.hasOwn(FORMATS, key)) return FORMATS[key] as Format;
  return CODE.test(extension) ? 'code' : 'text';
}

async function bytesOf(file: RagFile): Promise<Uint8Array> {
  return file.bytes ?? new Uint8Array(await (file.blob as Blob).arrayBuffer());
}

/** The text of the bytes without its byte order mark; null when they are no text. */
function decode(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${bytes.toLocaleString('en')} bytes` : `${(bytes / 1e6).toFixed(1)} MB`;
}
