import ky from 'ky';

/** How requests leave: the shape of `fetch`, called with an address and its init. Any replacement of it fits. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/**
 * The port every request goes through.
 *
 * @param custom replaces the default, which is ky over the runtime's fetch, without retries or timeouts of its own:
 *   both belong to the callers, who know what was already delivered.
 */
export function createFetch(custom?: FetchLike): FetchLike {
  return custom ?? kyFetch;
}

const kyFetch: FetchLike = (url, init) => ky(url, { ...init, retry: 0, timeout: false, throwHttpErrors: false } as object);
