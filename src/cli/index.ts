/**
 * The command line program `blazen-ts`.
 *
 * @module
 */
export { runCli } from './run-cli.ts';
export { UsageError } from './output.ts';
export type { Output } from './output.ts';
