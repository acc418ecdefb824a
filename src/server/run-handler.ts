import { type Clock, systemClock } from '../base/clock.ts';
import { AuthError, RunNotFoundError, ValidationError } from '../base/error-classes.ts';
import type { AnyWorkflow, WorkflowHost } from '../durable/index.ts';
import { Origins } from './origins.ts';
import { badRequest, problem, Refusal } from './problem.ts';
import { answerOf } from './run-routes.ts';

/** What a request asks for. */
export interface RunAction {
  readonly type: 'start' | 'list' | 'status' | 'events' | 'result' | 'respond' | 'pause' | 'resume' | 'abort';
  /** Absent for `start` and `list`. */
  readonly runId?: string;
  /** Of `respond`. */
  readonly requestId?: string;
}

/** Options of a run handler; all but the host and the workflows are optional. */
export interface RunHandlerOptions {
  /** Where the runs are. */
  readonly host: WorkflowHost;
  /** The workflows that may be started; runs of others in the same store do not exist for this handler. */
  readonly workflows: readonly AnyWorkflow[];
  /** Path before `/runs`, such as '/api'. Default none. */
  readonly basePath?: string;
  /**
   * Called first, before a body is read or the host is asked: may this request do this? False answers 403; a Response is
   * sent as it is. Default: everybody may do everything.
   */
  readonly authorize?: (request: Request, action: RunAction) => boolean | Response | Promise<boolean | Response>;
  /** Origins whose pages may use the server, also with cookies, such as 'https://app.example.com'. Default none. */
  readonly allowOrigins?: readonly string[];
  /** Answers requests to all other paths. Default: 404. */
  readonly fallback?: (request: Request) => Response | Promise<Response>;
  /** Told why a request was answered with 5xx; clients are not told. Default: nobody is. */
  readonly onError?: (error: unknown, request: Request) => void;
  /** Where time comes from. Default: the host. */
  readonly clock?: Clock;
}

/**
 * Serve durable runs over HTTP: a function from Request to Response, for `Deno.serve`, a Worker's `fetch`, `serve` of
 * `blazen-ts/node`, or any other server of that standard. The guide lists routes, answers and status codes.
 *
 * @example
 * const host = createLocalHost({ store, workflows: [workflow] });
 * const handler = createRunHandler({ host, workflows: [workflow], basePath: '/api' });
 * const response = await handler(new Request('https://example.com/api/runs'));
 *
 * @throws ValidationError for a base path or an origin that cannot be one.
 */
export function createRunHandler(options: RunHandlerOptions): (request: Request) => Promise<Response> {
  const { host, workflows, basePath = '', authorize, allowOrigins = [], fallback, onError, clock = systemClock } = options;
  if (!/^(?:\/[^/?#]+)*$/.test(basePath)) throw new ValidationError(`Cannot serve runs under '${basePath}': write the path as in '/api', without a slash at its end`, { path: 'basePath' });
  const origins = new Origins(allowOrigins);
  const known = new Map(workflows.map((workflow) => [workflow.name, workflow]));

  const answer = async (request: Request, action: RunAction): Promise<Response> => {
    if (request.method === 'POST') origins.check(request);
    const allowed = await authorize?.(request, action) ?? true;
    if (allowed instanceof Response) return allowed;
    if (!allowed) throw new Refusal(403, new AuthError(`This request may not ${action.type} here`, { status: 403 }));
    if (action.runId !== undefined && !known.has((await host.status(action.runId))?.workflow ?? '')) {
      throw new RunNotFoundError(`No run ${action.runId} is stored`, { runId: action.runId });
    }
    return answerOf({ host, workflows: known, basePath, clock }, request, action);
  };

  return async (request) => {
    const { pathname } = new URL(request.url);
    try {
      const actions = pathname.startsWith(`${basePath}/`) ? actionsAt(pathname.slice(basePath.length + 1).split('/')) : null;
      if (actions === null && fallback !== undefined) return await fallback(request);
      const preflight = actions && origins.preflight(request);
      return preflight ?? origins.answer(request, await dispatch(request, pathname, actions, answer));
    } catch (error) {
      const response = problem(error);
      if (response.status >= 500) onError?.(error, request);
      return origins.answer(request, response);
    }
  };
}

type Actions = Readonly<Record<string, RunAction>>;

async function dispatch(request: Request, pathname: string, actions: Actions | null, answer: (request: Request, action: RunAction) => Promise<Response>): Promise<Response> {
  if (actions === null) throw new Refusal(404, new ValidationError(`There is nothing at ${pathname}`));
  const head = request.method === 'HEAD';
  const action = actions[head ? 'GET' : request.method];
  if (action === undefined) {
    const allow = Object.keys(actions).join(', ');
    throw new Refusal(405, new ValidationError(`${pathname} takes ${allow}, not ${request.method}`), { allow });
  }
  const response = await answer(request, action);
  if (!head) return response;
  await response.body?.cancel();
  return new Response(null, response);
}

/** What can be done at a path, by method; null when there is nothing. */
function actionsAt(segments: readonly string[]): Actions | null {
  const [runs, id, verb, request] = segments;
  if (runs !== 'runs' || segments.includes('')) return null;
  if (id === undefined) return { GET: { type: 'list' }, POST: { type: 'start' } };
  const at = (type: RunAction['type']): RunAction => ({ type, runId: decode(id) });
  switch (segments.length) {
    case 2: return { GET: at('status') };
    case 3:
      if (verb === 'events' || verb === 'result') return { GET: at(verb) };
      if (verb === 'pause' || verb === 'resume' || verb === 'abort') return { POST: at(verb) };
      return null;
    case 4: return verb === 'inputs' ? { POST: { ...at('respond'), requestId: decode(request as string) } } : null;
    default: return null;
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`'${segment}' in the path is not UTF-8`);
  }
}
