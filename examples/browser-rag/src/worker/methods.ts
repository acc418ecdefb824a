import type { WorkerCall } from 'blazen-ts/local';
import type { IngestProgress } from 'blazen-ts/memory';
import { askWorkflow } from 'blazen-ts/rag';
import type { ModelEntry } from '../models/models.ts';
import type { DocumentRow, FileInput, FileUpdate, FoundAnswer, IngestOutcome, LogEntry, Preview, SourceWindow } from '../protocol.ts';
import { ingest } from './ingest.ts';
import { Library } from './library.ts';
import { RunFeed } from './run-feed.ts';
import { SearchIndex } from './search-index.ts';

const library = new Library();
const feed = new RunFeed();

/** What changes the library happens one after the other, each after a look for what an earlier one left half done. */
let tail: Promise<unknown> = library.sweep();
function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = tail.then(work);
  tail = result.catch(() => library.sweep());
  return result;
}

/** What searches while a model is in use. */
let index: SearchIndex | null = null;

async function searchWith(entry: ModelEntry | null, signal: AbortSignal, progress: (progress: IngestProgress) => void): Promise<void> {
  index?.close();
  index = null;
  if (entry === null) return;
  const next = await SearchIndex.load(entry, signal);
  try {
    await next.follow(library, signal, progress);
  } catch (error) {
    next.close();
    throw error;
  }
  index = next;
}

/** What the page may ask of its worker. */
export const methods = {
  /** Log records of every run from now on; ends with the call. */
  watch: (_args: null, { signal, progress }: WorkerCall<readonly LogEntry[]>): Promise<never> => feed.watch(progress, signal),

  documents: (_args: null): Promise<DocumentRow[]> => inTurn(() => library.list()),

  ingest: (files: readonly FileInput[], { signal, progress }: WorkerCall<FileUpdate>): Promise<IngestOutcome> =>
    inTurn(() => ingest(library, feed, files, progress, signal)),

  async ask(question: string, { signal }: WorkerCall): Promise<FoundAnswer> {
    const searching = index;
    await searching?.follow(library, signal);
    const handler = await askWorkflow({ memory: searching?.memory ?? library.memory }).runWithHandler({ question }, { signal });
    const followed = feed.follow('ask', handler);
    const { data } = await handler.result();
    await followed;
    return { ...data, searchedWith: searching?.modelId ?? null };
  },

  /** Searches with this model from now on, or with none. */
  searchWith: (entry: ModelEntry | null, { signal, progress }: WorkerCall<IngestProgress>): Promise<void> => inTurn(() => searchWith(entry, signal, progress)),

  source: ({ docId, at, from, to }: { docId: string; at: number; from: number; to: number }): Promise<SourceWindow | null> =>
    library.window(docId, at, from, to),

  preview: (docId: string): Promise<Preview | null> => library.preview(docId),

  remove: (docId: string): Promise<void> => inTurn(() => library.remove(docId)),

  clear: (_args: null): Promise<void> => inTurn(() => library.clear()),
};
