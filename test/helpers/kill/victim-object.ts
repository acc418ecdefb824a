// The Worker that is killed: one Durable Object with a host and all its runs.
import { DurableObject } from 'cloudflare:workers';
import { createDurableObjectCheckpointStore, type DurableObjectSqlStorage } from '../../../src/platform/workers/index.ts';
import { type Order, type Remains, Victim } from './victim.ts';

interface Bindings {
  readonly ADDRESS: string;
  readonly RUNS: { idFromName(name: string): unknown; get(id: unknown): { fetch(request: Request): Promise<Response> } };
}

export class Runs extends DurableObject {
  #victim: Victim | null = null;

  async fetch(request: Request): Promise<Response> {
    const { orders, remains } = await request.json() as { orders: Order[]; remains: Remains[] };
    const victim = (this.#victim ??= this.#start());
    victim.begin(orders);
    if (remains.length > 0) void victim.recover(remains);
    return new Response();
  }

  #start(): Victim {
    const { storage } = this.ctx as { storage: DurableObjectSqlStorage };
    const victim: Victim = new Victim({
      address: (this as unknown as { env: Bindings }).env.ADDRESS, leaseMs: 500,
      store: (gate) => createDurableObjectCheckpointStore({
        ...storage, sql: storage.sql,
        // The transaction has done its work and is not over: the process is killed while it computes.
        transactionSync: (work) => storage.transactionSync(() => {
          const answer = work();
          for (const runId of gate.armed) {
            console.log(JSON.stringify(victim.settledReport(runId)));
            for (;;);
          }
          return answer;
        }),
      }),
    });
    return victim;
  }
}

// eslint-disable-next-line import/no-default-export -- what workerd asks for
export default {
  fetch: (request: Request, { RUNS }: Bindings): Promise<Response> => RUNS.get(RUNS.idFromName('one')).fetch(request),
};
