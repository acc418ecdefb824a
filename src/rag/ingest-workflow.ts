import { IngestError, type IngestReason, ValidationError } from '../base/error-classes.ts';
import { StartEvent, stop } from '../events/index.ts';
import { type Chunk, chunkDocument, type MemoryEntry } from '../memory/index.ts';
import { collect, type Context, limit, Workflow } from '../workflow/index.ts';
import { FileFinished, FileFound, FileLoaded, type FileFailure, type IngestedDocument, RagProgress } from './events.ts';
import { loadDocument } from './load-document.ts';
import { documentId, type RagDocument, type RagFile } from './rag-file.ts';
import type { WritableMemory } from './rag-memory.ts';

/** Input of an ingestion. */
export interface IngestInput {
  readonly files: readonly RagFile[];
}

/** What an ingestion stored, and what it could not use. */
export interface IngestResult {
  /** In the order of the input. */
  readonly documents: readonly IngestedDocument[];
  /** Passages stored, of all documents. */
  readonly chunks: number;
  /** In the order of the input. */
  readonly failures: readonly FileFailure[];
}

/** How files become passages; everything but the memory has a default. */
export interface IngestOptions {
  /** Where passages go. */
  readonly memory: WritableMemory;
  /** Reads a file. Default: {@link loadDocument}, with its defaults. */
  readonly load?: (file: RagFile, options: { readonly signal: AbortSignal }) => RagDocument | Promise<RagDocument>;
  /** Cuts a document into passages. Default: `chunkDocument`, with its defaults. */
  readonly chunk?: (document: RagDocument, options: { readonly signal: AbortSignal }) => readonly Chunk[] | Promise<readonly Chunk[]>;
  /** Called, and awaited, before the `chunks` passages of a document are stored: the place to keep its text for showing citations. */
  readonly onDocument?: (document: RagDocument, info: { readonly docId: string; readonly name: string; readonly chunks: number }) => void | Promise<void>;
  /** Files under way at once, at least 1. Default 4. */
  readonly concurrency?: number;
}

/** A workflow that takes files in; the input is `{ files }`. */
export type IngestWorkflow = Workflow<IngestInput, IngestResult, string, string>;

interface Loaded { readonly file: RagFile; readonly document: RagDocument; readonly chunks: readonly Chunk[] }

/** Live values of one run: contents stay out of the events, so that the log stays small. */
interface Work {
  readonly files: readonly RagFile[];
  /** Place of the first file of each id. */
  readonly ids: ReadonlyMap<string, number>;
  readonly loaded: Map<number, Loaded>;
  /** Place of the next file to read. */
  next: number;
  done: number;
  failed: number;
  chunksDone: number;
  chunksTotal: number;
}

/** Old passages looked for at a time when a document got shorter. */
const SWEEP = 64;

/**
 * Define the workflow that reads files, cuts them into passages and stores these in a memory.
 *
 * A file that cannot be used is reported and stops no other. `RagProgress` events on the stream count files and passages.
 * An aborted run keeps what it has stored. A document taken in again under the same id replaces the old one.
 *
 * @example
 * const { data } = await ingestWorkflow({ memory }).run({ files: [{ name: 'notes.md', text }] });
 * data.documents.length; // 1
 */
export function ingestWorkflow(options: IngestOptions): IngestWorkflow {
  const { memory, load = loadDocument, chunk = chunkDocument, onDocument, concurrency = 4 } = options;
  const workflow = new Workflow<IngestInput, never, never>('ingest', { parseInput, timeoutMs: 0 })
    .step('plan', [StartEvent], (event, ctx) => {
      const { files } = event;
      const ids = new Map(files.map((file, index) => [documentId(file), index] as const).reverse());
      const work: Work = { files, ids, loaded: new Map(), next: 0, done: 0, failed: 0, chunksDone: 0, chunksTotal: 0 };
      ctx.session.set('work', work);
      ctx.set('files', files.length);
      report(ctx, null);
      return Array.from({ length: concurrency }, () => nextFile(work)).flat();
    })
    .step('load', [FileFound], async ({ index, name }, ctx) => {
      const work = workOf(ctx);
      const file = work.files[index] as RagFile;
      const docId = documentId(file);
      try {
        if (work.ids.get(docId) !== index) {
          throw new IngestError(`Cannot take in '${name}': another file has the same id. Give it an 'id' of its own`, { reason: 'duplicate' });
        }
        const document = await load(file, { signal: ctx.signal });
        const chunks = await chunk(document, { signal: ctx.signal });
        work.loaded.set(index, { file, document, chunks });
        work.chunksTotal += chunks.length;
        report(ctx, name);
        return FileLoaded({ index, name, docId, chunks: chunks.length });
      } catch (error) {
        return failed(ctx, index, error);
      }
    }, limit(concurrency))
    .step('store', [FileLoaded], async ({ index, name, docId }, ctx) => {
      const work = workOf(ctx);
      const { document, chunks } = work.loaded.get(index) as Loaded;
      work.loaded.delete(index);
      const before = work.chunksDone;
      try {
        await onDocument?.(document, { docId, name, chunks: chunks.length });
        await memory.addMany(entriesOf(docId, name, document, chunks), {
          signal: ctx.signal,
          onProgress: ({ done }) => {
            work.chunksDone = before + done;
            report(ctx, name);
          },
        });
        await sweep(memory, docId, chunks.length, ctx.signal);
      } catch (error) {
        // A wrong entry is this file's fault; a memory that cannot store fails the run.
        if (!(error instanceof ValidationError)) throw error;
        return failed(ctx, index, error);
      }
      work.chunksDone = before + chunks.length;
      work.done++;
      report(ctx, name);
      const { title, text: { length } } = document;
      return [FileFinished({ index, name, document: { docId, name, title, length, chunks: chunks.length }, failure: null }), ...nextFile(work)];
    }, limit(1))
    .step('finish', [FileFinished], (event) => {
      const finished = [...event.events].sort((a, b) => a.index - b.index);
      const documents = finished.flatMap(({ document }) => document ?? []);
      const failures = finished.flatMap(({ failure }) => failure ?? []);
      return stop<IngestResult>({ documents, chunks: documents.reduce((sum, document) => sum + document.chunks, 0), failures });
    }, collect((get) => get('files') as number));
  return workflow;
}

function parseInput(input: unknown): IngestInput {
  const files = (input as Partial<IngestInput> | null | undefined)?.files;
  if (!Array.isArray(files) || files.length === 0) throw new ValidationError("Cannot ingest: 'files' is not a list of files, or is empty", { path: 'files' });
  files.forEach((file: unknown, index) => {
    const name = (file as Partial<RagFile> | null)?.name;
    if (typeof name !== 'string' || name === '') throw new ValidationError(`Cannot ingest: file ${index} has no name`, { path: `files.${index}.name` });
  });
  return { files: files as readonly RagFile[] };
}

function workOf(ctx: Context): Work {
  return ctx.session.get('work') as Work;
}

function report(ctx: Context, name: string | null): void {
  const { files, done, failed, chunksDone, chunksTotal } = workOf(ctx);
  ctx.writeEventToStream(RagProgress({
    files: { done: done + failed, failed, total: files.length }, chunks: { done: chunksDone, total: chunksTotal }, name,
  }));
}

/** The event of the next file; one is read for each that is finished, so that few are in memory. */
function nextFile(work: Work): ReturnType<typeof FileFound>[] {
  const index = work.next++;
  const file = work.files[index];
  return file === undefined ? [] : [FileFound({ index, name: file.name })];
}

function failed(ctx: Context, index: number, error: unknown): (ReturnType<typeof FileFinished> | ReturnType<typeof FileFound>)[] {
  const work = workOf(ctx);
  const { name } = work.files[index] as RagFile;
  work.failed++;
  report(ctx, name);
  const message = error instanceof Error ? error.message : String(error);
  return [FileFinished({ index, name, document: null, failure: { name, reason: reasonOf(error), message } }), ...nextFile(work)];
}

/** The reason an error carries: also when it came from a worker and lost its class on the way. */
function reasonOf(error: unknown): IngestReason {
  const reason = (error as Partial<IngestError> | null)?.reason;
  if (typeof reason === 'string') return reason;
  return error instanceof ValidationError ? 'invalid' : 'unreadable';
}

function entriesOf(docId: string, name: string, { kind, title }: RagDocument, chunks: readonly Chunk[]): MemoryEntry[] {
  return chunks.map(({ index, text, start, end, page, headingPath }) => ({
    id: passageId(docId, index), text, docId, start, end, metadata: { name, kind, title, heading: headingPath, page },
  }));
}

function passageId(docId: string, index: number): string {
  return `${docId}#${index}`;
}

/** Remove what an older, longer version of the document left behind. */
async function sweep(memory: WritableMemory, docId: string, from: number, signal: AbortSignal): Promise<void> {
  for (let index = from; memory.deleteMany !== undefined; index += SWEEP) {
    const ids = Array.from({ length: SWEEP }, (_, i) => passageId(docId, index + i));
    if (await memory.deleteMany(ids, { signal }) === 0) return;
  }
}
