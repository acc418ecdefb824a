import { parseText } from 'blazen-ts/memory';
import type { RagDocument } from 'blazen-ts/rag';
import type * as Reader from 'pdfjs-dist/legacy/build/pdf.mjs';

type Pdfjs = typeof Reader;

/** A piece of text on a page, as far as it is read here. */
interface TextItem {
  readonly str: string;
  readonly hasEOL: boolean;
  readonly height: number;
  /** The last number is the height of the base line above the page's lower edge. */
  readonly transform: readonly number[];
}

let loading: Promise<Pdfjs> | null = null;

/** Loads the PDF reader, on the first PDF. Both halves run in this worker: no second worker, no URL to trust. */
function loadPdfjs(): Promise<Pdfjs> {
  loading ??= (async () => {
    const [pdfjs, parser] = await Promise.all([
      import('pdfjs-dist/legacy/build/pdf.mjs'), import('pdfjs-dist/legacy/build/pdf.worker.mjs'),
    ]);
    (globalThis as { pdfjsWorker?: unknown }).pdfjsWorker = parser;
    return pdfjs;
  })();
  return loading;
}

/** The text of a PDF, page after page, with the offsets at which the pages begin. Scripts and forms in it are ignored. */
export async function readPdf(
  bytes: Uint8Array, { signal, onPage }: { readonly signal?: AbortSignal; readonly onPage?: (done: number, total: number) => void } = {},
): Promise<RagDocument> {
  const pdfjs = await loadPdfjs();
  const task = pdfjs.getDocument({
    data: bytes, isEvalSupported: false, disableFontFace: true, useSystemFonts: false, enableXfa: false, useWorkerFetch: false,
    useWasm: false, verbosity: 0,
  });
  const abort = (): void => void task.destroy();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const pdf = await task.promise;
    const pages: number[] = [];
    let text = '';
    for (let number = 1; number <= pdf.numPages; number++) {
      signal?.throwIfAborted();
      const page = await pdf.getPage(number);
      const { items } = await page.getTextContent();
      if (text !== '') text += '\n\n';
      pages.push(text.length);
      text += pageText(items as readonly TextItem[]);
      page.cleanup();
      onPage?.(number, pdf.numPages);
    }
    return { ...parseText(text), pages };
  } finally {
    signal?.removeEventListener('abort', abort);
    await task.destroy();
  }
}

/** The items in reading order; a wide gap between two lines makes a paragraph. */
function pageText(items: readonly TextItem[]): string {
  let text = '';
  let lineAt: number | null = null;
  let lineHeight = 0;
  for (const { str, hasEOL, height, transform } of items) {
    const at = transform[5] ?? 0;
    if (str.trim() !== '') {
      const starts = text === '' || text.endsWith('\n');
      if (starts && lineAt !== null && lineAt - at > 1.7 * Math.max(lineHeight, height) && !text.endsWith('\n\n')) text += '\n';
      lineAt = at;
      lineHeight = height;
    }
    text += str;
    if (hasEOL && !text.endsWith('\n')) text += '\n';
  }
  return text.trimEnd();
}
