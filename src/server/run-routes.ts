import type { Clock } from '../base/clock.ts';
import { RunEndedError, ValidationError, WorkflowNotFoundError } from '../base/error-classes.ts';
import { isRecord } from '../base/json.ts';
import { encodeJson } from '../base/json-codec.ts';
import type { CheckpointQuery, CheckpointStatus, CheckpointSummary } from '../spec/checkpoint.ts';
import type { AnyWorkflow, WorkflowHost } from '../durable/index.ts';
import { eventStream } from './event-stream.ts';
import { outcomeOf, type RunView } from './outcome.ts';
import { badRequest, Refusal } from './problem.ts';
import { readJson } from './read-json.ts';
import type { RunAction } from './run-handler.ts';

/** What all routes work with. */
export interface Served {
  readonly host: WorkflowHost;
  readonly workflows: ReadonlyMap<string, AnyWorkflow>;
  readonly basePath: string;
  readonly clock: Clock;
}

const STATUSES: readonly string[] = ['running', 'waiting', 'paused', 'completed', 'failed', 'aborted', 'timed_out'] satisfies CheckpointStatus[];
/** Longest wait for a result, seconds: proxies cut longer ones. */
const MAX_WAIT = 60;

/** The answer to a request that may be answered. */
export async function answerOf(served: Served, request: Request, { type, runId = '', requestId = '' }: RunAction): Promise<Response> {
  const { host, clock } = served;
  const query = new URL(request.url).searchParams;
  switch (type) {
    case 'start': return start(served, await readJson(request));
    case 'list': return json(200, await list(served, query));
    case 'status': return json(200, await view(host, runId));
    case 'events': return eventStream(host, runId, firstItem(request, query), clock);
    case 'result': return result(served, runId, request, query);
    case 'respond': return respond(host, runId, requestId, await readJson(request));
    case 'abort': {
      const { reason } = await readJson(request);
      if (reason !== undefined && typeof reason !== 'string') throw badRequest("'reason' must be a string", 'reason');
      await host.abort(runId, reason);
      break;
    }
    default: await host[type](runId);
  }
  return json(202, await view(host, runId));
}

async function start({ host, workflows, basePath }: Served, body: Record<string, unknown>): Promise<Response> {
  const { workflow: name, input, runId } = body;
  if (typeof name !== 'string') throw badRequest("'workflow' must be the name of a workflow", 'workflow');
  if (input !== undefined && !isRecord(input)) throw badRequest("'input' must be an object", 'input');
  // A path cannot hold '.' and '..' as a name.
  if (runId !== undefined && (typeof runId !== 'string' || /^\.{0,2}$/.test(runId) || /\p{Surrogate}/u.test(runId))) throw badRequest("'runId' must be a well-formed string, and not '.' or '..'", 'runId');
  const workflow = workflows.get(name);
  if (workflow === undefined) throw new WorkflowNotFoundError(`There is no workflow '${name}' here`, { workflow: name });
  const before = runId === undefined ? null : await host.status(runId);
  if (before !== null && before.workflow !== name) throw new Refusal(409, new ValidationError(`Run ${runId as string} exists and is of another workflow`, { path: 'runId' }));
  const id = await host.start(workflow, input as never, runId === undefined ? {} : { runId });
  return json(before === null ? 201 : 200, await view(host, id), { location: `${basePath}/runs/${encodeURIComponent(id)}` });
}

async function list({ host, workflows }: Served, query: URLSearchParams): Promise<{ readonly runs: readonly CheckpointSummary[]; readonly cursor: string | null }> {
  const status = query.get('status');
  const workflow = query.get('workflow');
  const limit = query.get('limit');
  if (status !== null && !STATUSES.includes(status)) throw badRequest(`there is no status '${status}'`, 'status');
  if (limit !== null && !/^[1-9]\d{0,2}$/.test(limit)) throw badRequest("'limit' must be a number from 1 to 999", 'limit');
  const { runs, cursor } = await host.list({
    cursor: query.get('cursor'),
    ...(status !== null && { status: status as CheckpointStatus }), ...(workflow !== null && { workflow }), ...(limit !== null && { limit: Number(limit) }),
  } satisfies CheckpointQuery);
  return { runs: runs.filter((run) => workflows.has(run.workflow)), cursor };
}

async function result({ host, clock }: Served, runId: string, request: Request, query: URLSearchParams): Promise<Response> {
  const wait = query.get('wait') ?? '0';
  if (!/^\d{1,4}$/.test(wait)) throw badRequest("'wait' must be a number of seconds", 'wait');
  if (wait !== '0') await ended(host, runId, Math.min(Number(wait), MAX_WAIT) * 1000, clock, request.signal);
  const outcome = await outcomeOf(host, runId);
  return outcome === null ? json(202, await view(host, runId)) : json(200, outcome);
}

/** Resolves when the run has ended, the time is over or the client has left. */
async function ended(host: WorkflowHost, runId: string, waitMs: number, clock: Clock, left: AbortSignal): Promise<void> {
  const over = new AbortController();
  const stop = (): void => over.abort();
  const timer = clock.after(waitMs, stop);
  left.addEventListener('abort', stop);
  // A stream ends with its run; what comes on it is of no interest here.
  const items = host.stream(runId, Number.MAX_SAFE_INTEGER, { signal: over.signal });
  while (!(await items.next()).done);
  clock.cancel(timer);
  left.removeEventListener('abort', stop);
}

async function respond(host: WorkflowHost, runId: string, requestId: string, body: Record<string, unknown>): Promise<Response> {
  if (!Object.hasOwn(body, 'response')) throw badRequest("'response' is missing", 'response');
  const open = (await host.requests(runId)).some((request) => request['request_id'] === requestId);
  const outcome = open ? await host.deliver(runId, requestId, body['response']) : 'already';
  if (outcome === 'stored') return json(202, await view(host, runId));
  const { status } = await view(host, runId);
  if (outcome === 'gone' || !['running', 'waiting', 'paused'].includes(status)) throw new RunEndedError(`Cannot answer '${requestId}': run ${runId} is ${status}`, { runId, status });
  throw new ValidationError(`Cannot answer '${requestId}': no such input request is open, or it has been answered`, { code: 'workflow.input' });
}

/** Number of the first item a reader wants: after the last it has, or what it asks for. */
function firstItem(request: Request, query: URLSearchParams): number {
  const last = request.headers.get('last-event-id');
  const from = last ?? query.get('from') ?? '1';
  if (!/^\d{1,15}$/.test(from)) throw badRequest(last === null ? "'from' must be the number of an item" : 'Last-Event-ID is not the number of an item', 'from');
  return Math.max(1, last === null ? Number(from) : Number(from) + 1);
}

async function view(host: WorkflowHost, runId: string): Promise<RunView> {
  const requests = await host.requests(runId);
  return { ...await host.status(runId) as CheckpointSummary, requests };
}

function json(status: number, value: unknown, headers: Record<string, string> = {}): Response {
  const body = encodeJson(value, 'answer');
  return new Response(body, { status, headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } });
}
