import { Memory } from 'blazen-ts/memory';
import { askWorkflow, ingestWorkflow, loadDocument } from 'blazen-ts/rag';
import type { WorkflowHandler } from 'blazen-ts/workflow';
import { HttpError, toErrorResponse } from './http-error.ts';
import { eventStream } from './event-stream.ts';
import { readAsk, readFiles } from './read-request.ts';

/** Where the texts of documents survive. */
export interface DocumentTable {
  all(): { readonly name: string; readonly text: string }[];
  get(name: string): string | null;
  put(name: string, text: string): void;
}

const MAX_DOCUMENTS = 200;
/** Runs whose events can still be read. */
const MAX_RUNS = 50;

/**
 * Serve the RAG workflows: a function from Request to Response, for any host that has these two.
 *
 * The index lives in memory and is made again from the table when the host starts anew.
 */
export function createRagServer(table: DocumentTable): (request: Request) => Promise<Response> {
  const memory = new Memory();
  const runs = new Map<string, WorkflowHandler>();
  const ingest = ingestWorkflow({ memory, onDocument: ({ source }, { name }) => table.put(name, source) });
  const ask = askWorkflow({ memory });
  let restored: Promise<unknown> | null = null;

  const restore = async (): Promise<void> => {
    const files = table.all();
    if (files.length > 0) await ingestWorkflow({ memory }).run({ files });
  };

  /** The run's events when the client wants a stream, else its result. */
  const answer = async (request: Request, run: WorkflowHandler): Promise<Response> => {
    runs.set(run.runId(), run);
    const [oldest] = runs.keys();
    if (runs.size > MAX_RUNS && oldest !== undefined) runs.delete(oldest);
    const headers = { 'x-run-id': run.runId(), location: `/runs/${run.runId()}/events` };
    if (request.headers.get('accept')?.includes('text/event-stream')) return eventStream(run, 0, headers);
    return Response.json((await run.result()).data, { headers });
  };

  const routes: readonly (readonly [method: string, path: RegExp, handle: (request: Request, part: string) => Promise<Response> | Response])[] = [
    ['POST', /^\/documents$/, async (request) => {
      const files = await readFiles(request);
      const known = new Set([...table.all(), ...files].map(({ name }) => name));
      if (known.size > MAX_DOCUMENTS) throw new HttpError(413, 'too_many_documents', `At most ${MAX_DOCUMENTS} documents can be kept`);
      return answer(request, await ingest.runWithHandler({ files }));
    }],
    ['GET', /^\/documents$/, () => Response.json({ documents: table.all().map(({ name, text }) => ({ name, length: text.length })) })],
    ['GET', /^\/documents\/(.+)$/, async (_request, part) => {
      const name = decode(part);
      const text = name === null ? null : table.get(name);
      if (name === null || text === null) throw new HttpError(404, 'not_found', 'There is no document of this name');
      // The text that citations point into. As plain text: a stranger's HTML must not run on this origin.
      return new Response((await loadDocument({ name, text })).text, { headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } });
    }],
    ['POST', /^\/questions$/, async (request) => answer(request, await ask.runWithHandler(await readAsk(request)))],
    ['GET', /^\/runs\/([\w-]+)\/events$/, (request, id) => {
      const run = runs.get(id);
      if (run === undefined) throw new HttpError(404, 'not_found', `There is no run of this id; the last ${MAX_RUNS} are kept until the host restarts`);
      const last = Number(request.headers.get('last-event-id') ?? 0);
      return eventStream(run, Number.isSafeInteger(last) && last > 0 ? last : 0, {});
    }],
  ];

  return async (request) => {
    try {
      await (restored ??= restore().catch((error: unknown) => {
        restored = null;
        throw error;
      }));
      const { pathname } = new URL(request.url);
      const matching = routes.filter(([, path]) => path.test(pathname));
      if (matching.length === 0) throw new HttpError(404, 'not_found', `There is nothing at ${pathname}`);
      const route = matching.find(([method]) => method === request.method);
      if (route === undefined) throw new HttpError(405, 'method_not_allowed', `${pathname} takes ${matching.map(([method]) => method).join(', ')}`);
      return await route[2](request, route[1].exec(pathname)?.[1] ?? '');
    } catch (error) {
      return toErrorResponse(error);
    }
  };
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
