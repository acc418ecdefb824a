import ky, { HTTPError } from 'ky';
import type { FetchLike } from './client.ts';

/** Statuses after which the same request may succeed. */
const RETRY_STATUSES = [408, 409, 425, 429, 500, 502, 503, 504, 529];
const MAX_WAIT_MS = 60_000;

/**
 * A transport that repeats requests which are safe to repeat (embeddings, uploads, polling) after transient failures, with
 * Retry-After honoured up to a minute.
 *
 * @param custom the transport below; its answers are judged the same way.
 * @param maxRetries further tries after the first. Default 3.
 */
export function createRetryingFetch(custom?: FetchLike, maxRetries: number = 3): FetchLike {
  return async (url, init) => {
    try {
      return await ky(url, {
        ...(init as object), timeout: false, ...(custom ? { fetch: adapt(custom) } : {}),
        retry: {
          limit: maxRetries, methods: ['get', 'post', 'put', 'delete'], statusCodes: RETRY_STATUSES, afterStatusCodes: RETRY_STATUSES,
          maxRetryAfter: MAX_WAIT_MS, backoffLimit: MAX_WAIT_MS / 2, jitter: true,
        },
      });
    } catch (error) {
      if (error instanceof HTTPError) return error.response;
      throw error;
    }
  };
}

/** ky calls with a Request; our port is called with an address and its init. */
function adapt(custom: FetchLike): (input: unknown) => Promise<Response> {
  return async (input) => {
    const request = input as Request;
    const headers: Record<string, string> = {};
    request.headers.forEach((value, name) => { headers[name] = value; });
    const body = request.method === 'GET' ? {} : { body: await request.arrayBuffer() };
    return custom(request.url, { method: request.method, headers, signal: request.signal, ...body });
  };
}
