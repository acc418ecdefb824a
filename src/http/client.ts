/** How requests leave: the shape of `fetch`, called with an address and its init. Any replacement of it fits. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/**
 * The port every request goes through: the given transport, else the runtime's own fetch.
 *
 * Retries and deadlines belong to the callers, who know what was already delivered.
 */
export function createFetch(custom?: FetchLike): FetchLike {
  // Looked up at each call: a page or a test may replace it later.
  return custom ?? ((url, init) => fetch(url, init));
}
