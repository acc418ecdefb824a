/**
 * @module Durable runs over HTTP: a handler of the fetch standard for any server, with events as server-sent events, and
 * the client for it. Subpath export `blazen-ts/server`.
 */
export { createRunHandler } from './run-handler.ts';
export type { RunAction, RunHandlerOptions } from './run-handler.ts';
export { runsClient } from './runs-client.ts';
export type { RunsClient, RunsClientOptions } from './runs-client.ts';
export type { RunOutcome, RunView } from './outcome.ts';
export type { ErrorJson } from './problem.ts';
