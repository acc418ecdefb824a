import { abortError } from '../base/abort.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { delay } from '../base/delay.ts';
import { enrichError } from '../base/enrich-error.ts';
import { AuthError, NetworkError, ResponseFormatError } from '../base/error-classes.ts';
import { isBlazenError } from '../base/errors.ts';
import { decodeJson } from '../base/json-codec.ts';
import type { StreamItem } from '../durable/index.ts';
import { SseDecoder } from '../http/index.ts';
import type { RunOutcome, RunView } from './outcome.ts';

/** Options of a client of runs; all but the address are optional. */
export interface RunsClientOptions {
  /** Address of the server, up to `/runs`: 'https://example.com/api', or '/api' in a page. */
  readonly url: string;
  /** Default: the host's. */
  readonly fetch?: (url: string, init?: RequestInit) => Promise<Response>;
  /** Sent with every request; a function is asked each time, so that a token can be renewed. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
  /** Where time comes from. Default: the host. */
  readonly clock?: Clock;
}

/** Durable runs on a server. Errors are the typed ones of the server; NetworkError when it cannot be reached. */
export interface RunsClient {
  /** Start a run; gives its id. Starting an id that exists changes nothing, so the call can be repeated. */
  start(workflow: string, input?: object, options?: { readonly runId?: string }): Promise<string>;
  /** @throws RunNotFoundError. */
  status(runId: string): Promise<RunView>;
  /** The result, as soon as the run has ended. @throws the error the run ended with; RunNotFoundError. */
  result<Result = unknown>(runId: string, options?: { readonly signal?: AbortSignal }): Promise<Result>;
  /**
   * The stream of a run from item `from` (default 1) to the run's end. A connection that breaks is made anew, and goes on
   * after the last item that came.
   */
  events(runId: string, from?: number, options?: { readonly signal?: AbortSignal }): AsyncGenerator<StreamItem, void, undefined>;
  /** Answer an input request. @throws ValidationError (`workflow.input`) when it is not open, RunEndedError, RunNotFoundError. */
  respond(runId: string, requestId: string, response: unknown): Promise<void>;
  /** @throws RunEndedError, RunNotFoundError; so do `resume` and `abort`. */
  pause(runId: string): Promise<void>;
  resume(runId: string): Promise<void>;
  abort(runId: string, reason?: string): Promise<void>;
}

/** A number no item has: for those who only want the outcome. */
const AFTER_ALL = 999_999_999_999_999;
/** Pause before a broken connection is made anew, and the longest of the doubled ones after it, milliseconds. */
const RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;

/** A client of `createRunHandler`, for pages and other programs. */
export function runsClient({ url, fetch: send = (...args) => fetch(...args), headers = {}, clock = systemClock }: RunsClientOptions): RunsClient {
  const call = async (path: string, init: RequestInit, extra: Record<string, string>): Promise<Response> => {
    const own = typeof headers === 'function' ? await headers() : headers;
    const response = await send(`${url}/runs${path}`, { ...init, headers: { ...own, ...extra } }).catch((cause: unknown) => {
      throw new NetworkError(`Cannot reach ${url}`, { cause });
    });
    if (response.ok) return response;
    const body = await response.json().catch(() => null) as { error?: unknown } | null;
    const error = enrichError(body?.error);
    if (error instanceof Error) throw error;
    if (response.status === 401 || response.status === 403) throw new AuthError(`${url} answered ${response.status}: this client may not do that`, { status: response.status });
    throw new ResponseFormatError(`${url} answered ${response.status}, and not as a server of runs does`, { status: response.status, retryable: response.status >= 500 });
  };
  const read = async <T>(response: Response): Promise<T> => decodeJson(await response.text()) as T;
  const post = async <T>(path: string, body: object): Promise<T> => read(await call(path, { method: 'POST', body: JSON.stringify(body) }, { 'content-type': 'application/json' }));
  const at = (runId: string, ...rest: string[]): string => [runId, ...rest].map((part) => `/${encodeURIComponent(part)}`).join('');

  /** Gives the outcome at the end; null when the signal ended it. */
  async function* follow(runId: string, from: number, signal: AbortSignal | undefined): AsyncGenerator<StreamItem, RunOutcome | null, undefined> {
    let last = from - 1;
    let wait = RETRY_MS;
    while (!signal?.aborted) {
      let outcome: RunOutcome | null = null;
      const items: StreamItem[] = [];
      const decoder = new SseDecoder((data, event) => {
        if (event === 'end') outcome = decodeJson(data) as RunOutcome;
        else items.push(decodeJson(data) as StreamItem);
      });
      try {
        const response = await call(at(runId, 'events'), signal === undefined ? {} : { signal }, { accept: 'text/event-stream', 'last-event-id': String(last) });
        const reader = (response.body as ReadableStream<Uint8Array>).getReader();
        try {
          for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
            decoder.push(chunk.value);
            for (const item of items.splice(0)) {
              last = item.seq ?? last;
              wait = RETRY_MS;
              yield item;
            }
          }
        } finally {
          void reader.cancel().catch(() => undefined);
        }
      } catch (error) {
        // A stream that breaks off rejects with an error of the runtime.
        if (isBlazenError(error) && !error.retryable) throw error;
      }
      if (outcome !== null) return outcome;
      await delay(wait, signal, clock).catch(() => undefined);
      wait = Math.min(2 * wait, MAX_RETRY_MS);
    }
    return null;
  }

  return {
    start: async (workflow, input, options) => (await post<RunView>('', { workflow, input, ...options })).runId,
    status: async (runId) => read(await call(at(runId), {}, {})),
    async result<Result>(runId: string, { signal }: { readonly signal?: AbortSignal } = {}) {
      const items = follow(runId, AFTER_ALL, signal);
      let step = await items.next();
      while (!step.done) step = await items.next();
      if (step.value === null) throw abortError(signal as AbortSignal, 'Waiting for the result');
      const { status, result, error } = step.value;
      if (status === 'completed') return result as Result;
      throw enrichError(Object.assign(new Error(error?.message), error));
    },
    async *events(runId, from = 1, { signal } = {}) { yield* follow(runId, from, signal); },
    respond: async (runId, requestId, response) => void await post(at(runId, 'inputs', requestId), { response }),
    pause: async (runId) => void await post(at(runId, 'pause'), {}),
    resume: async (runId) => void await post(at(runId, 'resume'), {}),
    abort: async (runId, reason) => void await post(at(runId, 'abort'), { reason }),
  };
}
