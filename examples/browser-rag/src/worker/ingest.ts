import { type Chunk, chunkDocument } from 'blazen-ts/memory';
import { parsePdf } from 'blazen-ts/memory/documents';
import { FileFinished, FileLoaded, ingestWorkflow, loadDocument, type RagDocument, RagProgress } from 'blazen-ts/rag';
import type { FileInput, FileUpdate, IngestOutcome } from '../protocol.ts';
import type { Library } from './library.ts';
import type { RunFeed } from './run-feed.ts';

/** Takes files into the library: the ingest workflow, with PDF reading, and with its progress told per file. */
export async function ingest(
  library: Library, feed: RunFeed, files: readonly FileInput[], tell: (update: FileUpdate) => void, signal: AbortSignal,
): Promise<IngestOutcome> {
  const chunkCounts = new Map<string, number>();
  const cut = new WeakMap<RagDocument, readonly Chunk[]>();
  const workflow = ingestWorkflow({
    memory: library.memory,
    load: (file, options) => {
      const { name } = file;
      tell({ name, state: 'reading', done: 0, total: 0, unit: null });
      return loadDocument(file, {
        ...options,
        pdf: (bytes) => parsePdf(bytes, { ...options, onPage: (done, total) => tell({ name, state: 'reading', done, total, unit: 'page' }) }),
      });
    },
    chunk: (document) => {
      const chunks = chunkDocument(document);
      cut.set(document, chunks);
      return chunks;
    },
    // How many passages are coming is kept with the text: an unfinished document can then be removed completely.
    onDocument: (document, file) => library.begin(document, file, cut.get(document)?.length ?? 0),
  });
  const handler = await workflow.runWithHandler({ files }, { signal });
  const followed = feed.follow('ingest', handler);
  let storedBefore = 0;
  for await (const event of handler) {
    if (FileLoaded.is(event)) {
      chunkCounts.set(event.name, event.chunks);
      tell({ name: event.name, state: 'storing', done: 0, total: event.chunks });
    } else if (RagProgress.is(event) && event.name !== null && chunkCounts.has(event.name) && event.chunks.done > storedBefore) {
      tell({ name: event.name, state: 'storing', done: event.chunks.done - storedBefore, total: chunkCounts.get(event.name) ?? 0 });
    } else if (FileFinished.is(event)) {
      const { name, document, failure } = event;
      if (document !== null) {
        storedBefore += document.chunks;
        await library.finish(document.docId, document.chunks);
        tell({ name, state: 'done', chunks: document.chunks });
      } else tell({ name, state: 'failed', message: failure?.message ?? 'It could not be read' });
    }
  }
  await followed;
  const { data } = await handler.result();
  return { documents: data.documents.length, chunks: data.chunks, failed: data.failures.length };
}
