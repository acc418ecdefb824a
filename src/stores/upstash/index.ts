/**
 * Redis over HTTP, as Upstash offers it: in browsers' servers, Workers, Deno and Node. Give the client to `createRedisMemory`
 * or `createRedisCheckpointStore`. Subpath export `blazen-ts/stores/upstash`.
 *
 * @module
 */
export { upstash } from './client.ts';
export type { UpstashCallOptions, UpstashClient, UpstashOptions } from './client.ts';
