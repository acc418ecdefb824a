import type { Clock } from '../base/clock.ts';
import { SnapshotError } from '../base/error-classes.ts';
import { COLLECTED, WorkflowEvent, type EventLike } from '../events/index.ts';
import { Execution, see } from '../workflow/execution.ts';
import type { Feed } from '../workflow/feed.ts';
import { link } from '../workflow/reducer.ts';
import { type CommitPort, type Definition, Run } from '../workflow/run.ts';
import type { Step } from '../workflow/step.ts';
import { changeOf, graphOf } from './graph.ts';
import { needsParts, partsFor } from './parts.ts';
import type { SnapshotBody } from './snapshot-body.ts';

/**
 * Rebuild a run from the body of a snapshot. Executions that were in flight stand ready to run again; nothing has started.
 *
 * @throws SnapshotError when the snapshot is of another workflow, or of another graph (see `adapt`).
 */
export function restore(definition: Definition, body: SnapshotBody, clock: Clock, port: CommitPort): Run {
  const { name, steps, timeoutMs } = definition;
  const { workflow, runId, startedAt, remainingMs, version, routed, requests, unhandled, state, queue, executions, log, stream } = body;
  if (name !== workflow) throw new SnapshotError(`Cannot resume a snapshot of workflow '${workflow}' with workflow '${name}'`);
  const difference = changeOf(graphOf(definition), body.steps);
  if (difference) throw new SnapshotError(`Cannot resume run ${runId}: the workflow has changed since the snapshot: ${difference}. Pass allowChanged to Workflow.resume`);
  const parts = partsFor(definition, needsParts(body));
  const run = new Run(definition, runId, clock, port, true, startedAt);
  Object.assign(run, { status: 'paused', remainingMs: timeoutMs && (remainingMs || timeoutMs), version, routed, unhandled, requests: requests.map(revive) });
  if (state.length) run.cells = new Map(state.map(([key, value]) => [key, { version, value, previous: null }]));
  for (const event of queue) run.queue.push(revive(event));
  parts?.restore(run, body);
  for (const record of executions) {
    const { id, commits: skip, attempt, seen } = record;
    const step = steps[record.step] as Step;
    const event = revive(record.event);
    const again = Object.assign(new (definition.execution ?? Execution)(run, step, event, id, version), { skip, attempt });
    if (seen.length) see(again, new Map(seen));
    link(run, again);
    run.delayed++;
    if (parts?.restoreCalls(run, again, record)) run.idle++;
    else run.ready.push({ step, event, id, again });
  }
  restoreFeed(run.log, log.seq, [...log.columns]);
  if (log.base.length) run.log.base = new Map(log.base);
  restoreFeed(run.stream as Feed<WorkflowEvent>, stream.seq, stream.columns.map((value, i) => (i % 2 ? value : revive(value as EventLike))));
  return run;
}

function restoreFeed(feed: Pick<Run['log'], 'columns' | 'lost' | 'seq' | 'width'>, seq: number, columns: unknown[]): void {
  Object.assign(feed, { columns, seq, lost: seq - columns.length / feed.width });
}

/** An event of the engine from stored data. */
export function revive(event: EventLike): WorkflowEvent {
  return new WorkflowEvent(event.type === COLLECTED ? { ...event, events: (event['events'] as EventLike[]).map(revive) } : event);
}
