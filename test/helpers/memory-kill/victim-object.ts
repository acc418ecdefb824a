// A Durable Object that adds to its memory until workerd is killed. What it sends leaves it only when the database is on
// the disk.
import { DurableObject } from 'cloudflare:workers';
import { createDurableObjectMemory, type DurableObjectSqlStorage } from '../../../src/platform/workers/index.ts';
import { ingest } from './ingest.ts';

interface Bindings {
  readonly ADDRESS: string;
  readonly RUNS: { idFromName(name: string): unknown; get(id: unknown): { fetch(request: Request): Promise<Response> } };
}

export class Runs extends DurableObject {
  async fetch(request: Request): Promise<Response> {
    const { storage } = this.ctx as { storage: DurableObjectSqlStorage };
    const { ADDRESS } = (this as unknown as { env: Bindings }).env;
    const report = (line: string): void => { void fetch(ADDRESS, { method: 'POST', body: line }).catch(() => undefined); };
    const batchSize = Number(await request.text());
    // A turn between two batches, or nothing would leave the object.
    const backend = createDurableObjectMemory(storage);
    const put = backend.putMany.bind(backend);
    backend.putMany = async (entries, options) => {
      await put(entries, options);
      await new Promise((resolve) => { setTimeout(resolve); });
    };
    ingest(backend, batchSize, report).catch((error: unknown) => report(`! ${String(error)}`));
    return new Response(null);
  }
}

// eslint-disable-next-line import/no-default-export -- what workerd asks for
export default {
  fetch: (request: Request, { RUNS }: Bindings): Promise<Response> => RUNS.get(RUNS.idFromName('one')).fetch(request),
};
