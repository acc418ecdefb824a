// Pause, snapshot and resume as functions, for the small workflow of `blazen-ts/workflow`: the methods of the workflow of
// `blazen-ts/durable` are made of the same parts, and a program that uses only these loads none of the others.
import { type Clock, systemClock } from '../base/clock.ts';
import { followSignal, immediate } from '../workflow/engine.ts';
import type { WorkflowHandler } from '../workflow/index.ts';
import type { Definition, Run } from '../workflow/run.ts';
import { capture, sessionOf } from './capture.ts';
import { continueLater, continueRun, pauseRun } from './pause.ts';
import { restore } from './restore.ts';
import { BODY_VERSION, type SnapshotBody } from './snapshot-body.ts';
import { checkVersion, readJson, writeJson } from './snapshot-json.ts';

/** A workflow, whatever its types, and the handler of its runs. */
export interface Resumable<Handler> {
  /** @internal */
  definition(): Definition;
  /** @internal */
  handle(run: Run): Handler;
}

/** Options of a resume; all optional. */
export interface ResumeRunOptions {
  /** Aborts the run. */
  readonly signal?: AbortSignal;
  /** Where time comes from. Default: the host. */
  readonly clock?: Clock;
}

export const FORMAT = 'blazen-ts.snapshot';

/** Stop dispatching; resolves when nothing is in flight. A run that waits for input or has ended is paused at once. */
export function pause(handler: WorkflowHandler<unknown>): Promise<void> { return pauseRun(handler.run); }

/** Go on after `pause`. */
export function resumeInPlace(handler: WorkflowHandler<unknown>): void { continueRun(handler.run); }

/**
 * The run as it is now, as JSON text: what `String` makes of a `WorkflowSnapshot`. Take it while the run is paused or waits
 * for input if it is to go on elsewhere.
 *
 * @throws SnapshotError when the run has ended, or has what only the workflow of `blazen-ts/durable` keeps;
 * SerializationError naming the event or value that a snapshot cannot hold.
 * @example
 * const handler = await workflow.runWithHandler({ topic: 'tides' });
 * await pause(handler);
 * const saved = await snapshot(handler);
 */
export async function snapshot({ run }: WorkflowHandler<unknown>): Promise<string> {
  return JSON.stringify(await writeJson(FORMAT, BODY_VERSION, capture(run, sessionOf(run))));
}

/**
 * Go on with a run from the text of its snapshot, of this workflow or of the one of `blazen-ts/durable` with the same name
 * and steps. What was in flight runs again from its event; commits it had made are kept and not repeated.
 *
 * The checksum finds damage and does not tell who wrote the text: read one that comes from strangers with
 * `WorkflowSnapshot.from` first, which looks at every field.
 *
 * @throws SnapshotError when the snapshot is damaged, of another workflow or of a changed graph, or holds what only the
 * workflow of `blazen-ts/durable` can go on with; SnapshotVersionMismatchError when it was written by a newer version.
 * @example
 * const handler = await workflow.runWithHandler({ topic: 'tides' });
 * const resumed = await resume(workflow, await snapshot(handler));
 * console.log((await resumed.result()).data);
 */
export async function resume<Handler>(workflow: Resumable<Handler>, source: string, options: ResumeRunOptions = {}): Promise<Handler> {
  return readJson(FORMAT, BODY_VERSION, source, (body) => {
    checkVersion((body as SnapshotBody).v, BODY_VERSION);
    return resumeBody(workflow, body as SnapshotBody, options);
  });
}

/** Go on with the content of a snapshot, at once. */
export function resumeBody<Handler>(workflow: Resumable<Handler>, body: SnapshotBody, { signal, clock = systemClock }: ResumeRunOptions): Handler {
  const run = restore(workflow.definition(), body, clock, immediate);
  if (signal) followSignal(run, signal);
  void continueLater(run);
  return workflow.handle(run);
}
