import { createWorkerHost, type WorkerHost } from 'blazen-ts/local';
import { scriptUrl } from '../trusted-types.ts';
import type { methods } from '../worker/methods.ts';
// oxlint-disable-next-line import/default -- vite makes this module: the URL of the built worker
import workerUrl from '../worker/worker.ts?worker&url';

/** The page's line to its worker. */
export type DemoWorker = WorkerHost<typeof methods>;

/** Everything that takes time happens there: parsing, cutting, embedding, searching, storing. */
export function createDemoWorker(): DemoWorker {
  return createWorkerHost<typeof methods>({ spawn: () => new Worker(scriptUrl(workerUrl), { type: 'module', name: 'documents' }) });
}

/** What went wrong, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
