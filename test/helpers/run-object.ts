// The Worker of the killed-runs test: each run of the workflows that are killed in an object of its own, served over HTTP.
import {
  type DurableObjectNamespace, type DurableObjectState, durableObjectHost, workflowObject,
} from '../../src/platform/workers/index.ts';
import { createRunHandler } from '../../src/server/index.ts';
import { type Subject, subjects } from './kill/workflows.ts';

interface Bindings {
  /** Where effects are posted to, with a slash at the end. */
  readonly ADDRESS: string;
  readonly RUNS: DurableObjectNamespace;
}

function subjectsOf({ ADDRESS }: Bindings): Readonly<Record<string, Subject>> {
  return subjects({
    effect: async (context, label) => {
      const [runId = ''] = context.runId().split('/');
      await (await fetch(`${ADDRESS}effect`, { method: 'POST', body: JSON.stringify({ runId, label, key: context.idempotencyKey }) })).arrayBuffer();
    },
  });
}

const workflowsOf = (env: Bindings) => Object.values(subjectsOf(env)).map(({ workflow }) => workflow);

/** Objects made, and how many changes of runs until this process stops inside one. */
const process = { objects: 0, changes: Infinity };

/** The storage of an object that stops the whole process inside a transaction, when it has done its work and is not over. */
function stopping(state: DurableObjectState): DurableObjectState {
  const { storage } = state;
  let changed = false;
  const sql: typeof storage.sql = {
    exec: (query, ...values) => {
      changed ||= query.startsWith('INSERT OR REPLACE INTO blazen_run_heads');
      return storage.sql.exec(query, ...values);
    },
  };
  const own: Partial<DurableObjectState['storage']> = {
    sql,
    transactionSync: (work) => storage.transactionSync(() => {
      changed = false;
      const answer = work();
      if (changed && --process.changes < 0) {
        console.log('held');
        for (;;);
      }
      return answer;
    }),
  };
  return {
    storage: new Proxy(storage, { get: (target, key) => own[key as 'sql'] ?? (target[key as 'get']).bind(target) }),
    acceptWebSocket: (socket) => state.acceptWebSocket(socket),
    getWebSockets: () => state.getWebSockets(),
  };
}

export class Runs extends workflowObject({ workflows: workflowsOf }) {
  constructor(state: DurableObjectState, env: Bindings) {
    super(stopping(state), env);
    process.objects++;
  }
}

// eslint-disable-next-line import/no-default-export -- what workerd asks for
export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    const [, word, count] = new URL(request.url).pathname.split('/');
    if (word === 'objects') return Response.json(process.objects);
    if (word === 'stop') {
      process.changes = Number(count);
      return new Response();
    }
    return createRunHandler({ host: durableObjectHost({ namespace: env.RUNS }), workflows: workflowsOf(env) })(request);
  },
};
