import { SnapshotError } from '../base/error-classes.ts';
import type { EventLike, WorkflowEvent } from '../events/index.ts';
import { Execution } from '../workflow/execution.ts';
import type { Run } from '../workflow/run.ts';
import { readAt } from '../workflow/state-cells.ts';
import { graphOf } from './graph.ts';
import { partsFor, type SnapshotParts } from './parts.ts';
import { BODY_VERSION, type ExecutionRecord, type SnapshotBody } from './snapshot-body.ts';

const NO_SESSION: SnapshotBody['session'] = { refs: [], dropped: [] };

/** What travels beside the run. @throws SnapshotError naming the session values that must not be left behind. */
export function sessionOf(run: Run): SnapshotBody['session'] {
  return partsFor(run.definition, run.session?.size)?.recordSession(run) ?? NO_SESSION;
}

/**
 * Everything a run is, as plain data that shares nothing with it that can change.
 *
 * @param feeds what is kept of its log and its stream.
 * @throws SnapshotError when the run has ended.
 */
export function capture(run: Run, session: SnapshotBody['session'] = NO_SESSION, { log, stream }: Pick<Run, 'log' | 'stream'> = run): SnapshotBody {
  const { definition, id: runId, status, startedAt, timeout, remainingMs, version, routed, queue, requests, stepStates, scopes, unhandled } = run;
  if (run.ended) throw new SnapshotError(`Cannot take a snapshot of run ${runId}: it is ${status}`);
  const parts = partsFor(definition, scopes ?? stepStates.length);
  const now = run.clock.now();
  return {
    v: BODY_VERSION,
    workflow: definition.name,
    steps: graphOf(definition),
    runId,
    startedAt,
    takenAt: Math.floor(now),
    remainingMs: timeout ? Math.max(1, timeout.at - now) : remainingMs,
    version,
    routed,
    state: [...run.cells ?? []].flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])),
    queue: plain(queue.list()),
    executions: executionsOf(run, parts),
    requests: plain(requests),
    stepStates: parts?.recordStates(stepStates) ?? [],
    ...(scopes && parts && { scopes: parts.recordScopes(scopes) }),
    unhandled: [...unhandled],
    // An error becomes its name and message, the part of it that can be told elsewhere.
    log: { seq: log.seq, columns: log.columns.map((value) => (value instanceof Error ? { name: value.name, message: value.message } : value)), base: [...log.base ?? []] },
    stream: { seq: stream?.seq ?? 0, columns: [...stream?.columns ?? []] },
    session,
  };
}

/** In the order in which they began; those that only wait for their turn come last. */
function executionsOf(run: Run, parts: SnapshotParts | undefined): ExecutionRecord[] {
  const records: ExecutionRecord[] = [];
  for (let x = run.newest; x; x = x.previous) records.unshift(recordOf(x, parts));
  for (const { step, event, id, again } of run.ready) if (!again) records.push(recordOf(new Execution(run, step, event, id, 0), parts));
  return records;
}

function recordOf(x: Execution, parts: SnapshotParts | undefined): ExecutionRecord {
  const commits = Math.max(x.commits, x.skip);
  return {
    step: x.record.index, id: x.id, event: x.event as unknown as EventLike, commits, attempt: x.attempt, seen: commits > 0 ? [...seenBy(x)] : [],
    ...parts?.recordCalls(x),
  };
}

/** The values that an execution saw where they have changed since. */
export function seenBy({ owner: { cells }, seen: known, view }: Execution): Map<string, unknown> {
  const seen = new Map(known);
  for (const [key, { version }] of cells ?? []) if (version > view && !seen.has(key)) seen.set(key, readAt(cells, key, view));
  return seen;
}

function plain(events: readonly WorkflowEvent[]): EventLike[] { return [...events] as unknown as EventLike[]; }
