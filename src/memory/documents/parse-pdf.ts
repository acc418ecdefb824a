import { throwIfAborted } from '../../base/abort.ts';
import { IngestError } from '../../base/error-classes.ts';
import { isBlazenError } from '../../base/errors.ts';
import { parseText } from '../chunk/parse-text.ts';
import type { SourceDocument } from '../chunk/source-document.ts';

/** What is used of pdfjs-dist. */
export interface PdfLibrary {
  readonly getDocument: (options: Readonly<Record<string, unknown>>) => { readonly promise: Promise<PdfFile>; destroy(): Promise<unknown> };
}

/** An open PDF of the library. */
export interface PdfFile {
  readonly numPages: number;
  getPage(number: number): Promise<{ getTextContent(): Promise<{ readonly items: readonly unknown[] }>; cleanup(): unknown }>;
  getMetadata(): Promise<{ readonly info: object }>;
}

/** How a PDF is read; everything has a default. */
export interface PdfOptions {
  readonly signal?: AbortSignal;
  /** Called after each page. */
  readonly onPage?: (done: number, total: number) => void;
  /** A PDF with more pages is refused. Default 5,000. */
  readonly maxPages?: number;
  /** A PDF with more text is refused, in UTF-16 units. Default 50,000,000. */
  readonly maxLength?: number;
  /** The library. Default: both halves of `pdfjs-dist/legacy`, which must be installed, in this thread. */
  readonly lib?: PdfLibrary;
}

/** A piece of text on a page, as far as it is read here. */
interface TextItem {
  readonly str: string;
  readonly hasEOL: boolean;
  readonly height: number;
  /** The last number is the height of the base line above the page's lower edge. */
  readonly transform: readonly number[];
}

const MAX_PAGES = 5000;
const MAX_LENGTH = 50_000_000;

/**
 * The text of a PDF, page after page, with the offsets at which the pages begin. Scripts and forms in it are ignored,
 * and nothing is fetched. Its `source` is the text: a PDF holds none that could be pointed at.
 *
 * The optional peer `pdfjs-dist` is loaded on the first call. In a page, call it in a worker: a long PDF takes a while.
 *
 * @throws IngestError: damaged or protected ('corrupt'), too many pages or too much text ('too_large'), no pdfjs-dist
 * ('unsupported'). AbortedError when the signal aborts.
 */
export async function parsePdf(bytes: Uint8Array, options: PdfOptions = {}): Promise<SourceDocument> {
  const { signal, onPage, maxPages = MAX_PAGES, maxLength = MAX_LENGTH, lib } = options;
  throwIfAborted(signal, 'Reading the PDF');
  const { getDocument } = lib ?? await loadLibrary();
  // The library takes the bytes away from their owner: it gets a copy.
  const task = getDocument({
    data: bytes.slice(), isEvalSupported: false, disableFontFace: true, useSystemFonts: false, enableXfa: false, useWorkerFetch: false,
    useWasm: false, verbosity: 0,
  });
  const abort = (): void => void task.destroy();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const pdf = await task.promise;
    if (pdf.numPages > maxPages) throw tooLarge(`${pdf.numPages} pages, more than the ${maxPages} allowed`);
    const pages: number[] = [];
    let text = '';
    for (let number = 1; number <= pdf.numPages; number++) {
      throwIfAborted(signal, 'Reading the PDF');
      const page = await pdf.getPage(number);
      const { items } = await page.getTextContent();
      if (text !== '') text += '\n\n';
      pages.push(text.length);
      text += pageText(items as readonly TextItem[]);
      if (text.length > maxLength) throw tooLarge(`more text than the ${maxLength} characters allowed`);
      page.cleanup();
      onPage?.(number, pdf.numPages);
    }
    const { info } = await pdf.getMetadata();
    const title = (info as { readonly Title?: unknown }).Title;
    // Passages keep to their page where the whole does not fit into one.
    const headings = pages.map((start, at) => ({ level: 1, title: `Page ${at + 1}`, start }));
    return { ...parseText(text), headings, kind: 'pdf', title: typeof title === 'string' && title.trim() !== '' ? title.trim() : null, pages };
  } catch (cause) {
    throwIfAborted(signal, 'Reading the PDF');
    if (isBlazenError(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new IngestError(`Cannot read the PDF: the PDF is damaged or protected (${why})`, { reason: 'corrupt', cause });
  } finally {
    signal?.removeEventListener('abort', abort);
    await task.destroy();
  }
}

async function loadLibrary(): Promise<PdfLibrary> {
  try {
    const [library] = await Promise.all([
      // With a `catch` of its own, bundlers go on where the package is not installed.
      import('pdfjs-dist/legacy/build/pdf.mjs').catch(absent),
      // The half that parses; the other one finds it by itself, so that no second worker and no address of it is needed.
      // @ts-expect-error it has no types
      import('pdfjs-dist/legacy/build/pdf.worker.mjs').catch(absent),
    ]);
    return library;
  } catch (cause) {
    throw new IngestError("Cannot read the PDF: 'pdfjs-dist' cannot be loaded. Install it (npm install pdfjs-dist), or pass it as 'lib'", { reason: 'unsupported', cause });
  }
}

function absent(cause: unknown): never {
  throw cause;
}

function tooLarge(text: string): IngestError {
  return new IngestError(`Cannot read the PDF: it has ${text}`, { reason: 'too_large' });
}

/** The items in reading order; a wide gap between two lines makes a paragraph. */
function pageText(items: readonly TextItem[]): string {
  const parts: string[] = [];
  let [lineAt, lineHeight]: [number | null, number] = [null, 0];
  // Line ends that the text so far closes with; as at a blank line before the first.
  let ends = 2;
  for (const { str = '', hasEOL = false, height = 0, transform } of items) {
    const at = transform?.[5] ?? 0;
    if (str.trim() !== '') {
      if (ends === 1 && lineAt !== null && lineAt - at > 1.7 * Math.max(lineHeight, height)) parts.push('\n');
      lineAt = at;
      lineHeight = height;
    }
    if (str !== '') {
      parts.push(str);
      ends = 0;
    }
    if (hasEOL && ends === 0) {
      parts.push('\n');
      ends = 1;
    }
  }
  return parts.join('').trimEnd();
}
