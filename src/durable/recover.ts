import { type Clock, systemClock } from '../base/clock.ts';
import { ValidationError } from '../base/error-classes.ts';
import type { CheckpointStatus, CheckpointStore } from '../spec/checkpoint.ts';
import { createLocalHost, type LocalHost } from './local-host.ts';
import type { AnyWorkflow } from './workflow-host.ts';

/** What is going on again. */
export interface Recovered {
  /** The host that works on the runs; close it in the end. */
  readonly host: LocalHost;
  /** The runs it took up. */
  readonly runIds: readonly string[];
}

/**
 * Go on with everything in a store that nobody works on although somebody should: a host on the store, which has taken up
 * all runs that are due.
 *
 * @example
 * const { host, runIds } = await recover(store, [workflow]);
 * for (const runId of runIds) console.log(await host.result(runId));
 */
export async function recover(store: CheckpointStore, workflows: readonly AnyWorkflow[]): Promise<Recovered> {
  const host = createLocalHost({ store, workflows });
  const runIds = new Set<string>();
  for (let before = -1; runIds.size > before;) {
    before = runIds.size;
    for (const runId of await host.recover()) runIds.add(runId);
  }
  return { host, runIds: [...runIds] };
}

const ENDED: readonly CheckpointStatus[] = ['completed', 'failed', 'aborted', 'timed_out'];

/**
 * Delete the runs that ended long ago, with their streams: for every store, at any time, beside any host. A run that has
 * not ended is never deleted, however old it is.
 *
 * @param olderThanMs time since the end of a run, milliseconds.
 * @param clock where time comes from. Default: the host.
 * @returns how many were deleted.
 * @throws ValidationError when the age is not a number of milliseconds.
 */
export async function deleteEnded(store: CheckpointStore, olderThanMs: number, clock: Clock = systemClock): Promise<number> {
  if (!(olderThanMs >= 0)) throw new ValidationError(`Cannot delete runs that ended ${olderThanMs} ms ago: give the age in milliseconds`, { path: 'olderThanMs' });
  const latest = clock.now() - olderThanMs;
  const old: string[] = [];
  for (const status of ENDED) {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await store.list({ status, ...(cursor === undefined ? undefined : { cursor }) });
      for (const run of page.runs) if (run.updatedAt <= latest) old.push(run.runId);
      ({ cursor } = page);
    }
  }
  // Only now: a list may skip runs when others are deleted under it.
  let deleted = 0;
  for (const runId of old) if (await store.delete(runId)) deleted++;
  return deleted;
}
