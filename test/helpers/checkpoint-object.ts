// The Worker of the killed-object test: one Durable Object with writers in it. What it sends to the test leaves the object
// only when the database is on the disk.
import { DurableObject } from 'cloudflare:workers';
import { createDurableObjectCheckpointStore, type DurableObjectSqlStorage } from '../../src/platform/workers/index.ts';
import { checkHistory, commitForever } from './checkpoint-load.ts';

interface Bindings {
  readonly ADDRESS: string;
  readonly RUNS: { idFromName(name: string): unknown; get(id: unknown): { fetch(request: Request): Promise<Response> } };
}

export class Runs extends DurableObject {
  async fetch(request: Request): Promise<Response> {
    const storage = (this.ctx as { storage: DurableObjectSqlStorage }).storage;
    const { ADDRESS } = (this as unknown as { env: Bindings }).env;
    const { runIds, owners, lines } = await request.json() as { runIds: string[]; owners?: string[]; lines?: string[] };
    const report = (line: string): void => { void fetch(ADDRESS, { method: 'POST', body: line }).catch(() => {}); };
    for (const owner of owners ?? []) {
      void commitForever(createDurableObjectCheckpointStore(storage), { owner, runIds, leaseMs: 60, report })
        .catch((error: unknown) => report(`! ${String(error)}`));
    }
    return Response.json(lines === undefined ? null : await checkHistory(createDurableObjectCheckpointStore(storage), runIds, lines));
  }
}

// eslint-disable-next-line import/no-default-export -- what workerd asks for
export default {
  fetch: (request: Request, { RUNS }: Bindings): Promise<Response> => RUNS.get(RUNS.idFromName('one')).fetch(request),
};
