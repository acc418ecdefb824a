// The Worker of the overhead test: objects that run the chain, and others that write its commits again.
import { decodeJson, encodeJson } from '../../src/base/json-codec.ts';
import type { CheckpointStore } from '../../src/spec/index.ts';
import {
  createDurableObjectCheckpointStore, type DurableObjectNamespace, type DurableObjectState, durableObjectHost, workflowObject,
} from '../../src/platform/workers/index.ts';
import { chain, writeAgain, type Written, writtenFor } from './overhead.ts';

interface Bindings { readonly RUNS: DurableObjectNamespace }

export class Runs extends workflowObject({ workflows: [chain] }) {
  readonly #store: CheckpointStore;
  #written: Written | null = null;

  constructor(state: DurableObjectState, env: Bindings) {
    super(state, env);
    this.#store = createDurableObjectCheckpointStore(state.storage);
  }

  override async fetch(request: Request): Promise<Response> {
    const [, word, runId = ''] = new URL(request.url).pathname.split('/');
    if (word === 'written') return new Response(encodeJson(await writtenFor(this.#store, runId)));
    if (word === 'learn') this.#written = decodeJson(await request.text()) as Written;
    else if (word === 'again') await writeAgain(this.#store, this.#written as Written, runId);
    else return super.fetch(request);
    return new Response();
  }
}

// eslint-disable-next-line import/no-default-export -- what workerd asks for
export default {
  async fetch(request: Request, { RUNS }: Bindings): Promise<Response> {
    const [, word, runId = ''] = new URL(request.url).pathname.split('/');
    if (word !== 'run') return RUNS.get(RUNS.idFromName(runId) as never).fetch(request.url, { method: 'POST', body: await request.text() });
    const host = durableObjectHost({ namespace: RUNS });
    return Response.json(await host.result(await host.start(chain, {}, { runId })));
  },
};
