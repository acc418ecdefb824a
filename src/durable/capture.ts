import { SnapshotError } from '../base/error-classes.ts';
import type { EventLike, WorkflowEvent } from '../events/index.ts';
import type { Execution } from '../workflow/execution.ts';
import type { Queue } from '../workflow/queue.ts';
import { RunLog } from '../workflow/run-log.ts';
import type { Definition, Run, StepState } from '../workflow/run.ts';
import { readAt } from '../workflow/state-cells.ts';
import { remember } from './calls.ts';
import type { DurableExecution } from './execution.ts';
import { recordScopes } from './scope-record.ts';
import { BODY_VERSION, type Entries, type ExecutionRecord, type NoteRecord, type SnapshotBody, type StepStateRecord } from './snapshot-body.ts';
import { isAsleep, isWait, type WaitState } from './waits.ts';

/** The graph of a workflow as a snapshot keeps it. */
export function graphOf(definition: Definition): SnapshotBody['steps'] {
  return definition.steps.map((step) => [step.name, step.types]);
}

/**
 * Everything a run is, as plain data that shares nothing with it that can change.
 *
 * @param history log records and stream items to keep, at most. Default all that the run keeps.
 * @throws SnapshotError when the run has ended.
 */
export function capture(run: Run, session: SnapshotBody['session'] = { refs: [], dropped: [] }, history: number = Infinity): SnapshotBody {
  if (run.ended) throw new SnapshotError(`Cannot take a snapshot of run ${run.id}: it is ${run.status}`);
  const now = run.clock.now();
  return {
    v: BODY_VERSION,
    workflow: run.definition.name,
    steps: graphOf(run.definition),
    runId: run.id,
    startedAt: run.startedAt,
    takenAt: Math.floor(now),
    remainingMs: run.timeout === null ? run.remainingMs : Math.max(1, run.timeout.at - now),
    version: run.version,
    routed: run.routed,
    state: stateOf(run),
    queue: listOf(run.queue),
    executions: executionsOf(run),
    requests: [...run.requests] as unknown as EventLike[],
    stepStates: recordsOf(run.stepStates),
    ...(run.scopes && { scopes: recordScopes(run.scopes, recordsOf) }),
    unhandled: [...run.unhandled],
    log: logOf(run, history),
    stream: run.stream === null ? { seq: 0, columns: [] } : { seq: run.stream.seq, columns: run.stream.columns.slice(-2 * Math.min(history, run.stream.seq) || run.stream.columns.length) },
    session,
  };
}

function recordsOf(states: readonly StepState[]): StepStateRecord[] {
  return states.flatMap((state, step): StepStateRecord[] => [{
    step, taken: state.taken, need: state.need, waiting: listOf(state.waiting).map(({ event, id }) => ({ event: event as unknown as EventLike, id })),
    gathered: [...state.byType].map(([type, events]) => [type, [...events] as unknown as EventLike[]]),
  }]);
}

/** The newest records of the log; an error becomes its name and message, the part of it that can be told elsewhere. */
function logOf({ log }: Run, history: number): SnapshotBody['log'] {
  const tail = new RunLog(log.capacity);
  Object.assign(tail, { seq: log.seq, lost: log.lost, columns: log.columns, base: log.base === null ? null : new Map(log.base) });
  tail.keep(history);
  const columns = tail.columns.map((value) => (value instanceof Error ? { name: value.name, message: value.message } : value));
  return { seq: tail.seq, columns, base: [...tail.base ?? []] };
}

function stateOf(run: Run): Entries {
  const entries: [string, unknown][] = [];
  for (const [key, cell] of run.cells ?? []) if (cell.value !== undefined) entries.push([key, cell.value]);
  return entries;
}

/** In the order in which they began; those that only wait for their turn come last. */
function executionsOf(run: Run): ExecutionRecord[] {
  const records: ExecutionRecord[] = [];
  for (let x = run.newest; x !== null; x = x.previous) records.unshift(recordOf(run, x));
  for (const { step, event, id, again } of run.ready) {
    if (again === undefined) records.push({ step: step.index, id, event: event as unknown as EventLike, commits: 0, attempt: 1, seen: [] });
  }
  return records;
}

function recordOf(run: Run, x: Execution): ExecutionRecord {
  const commits = Math.max(x.commits, x.skip);
  return { step: x.record.index, id: x.id, event: x.event as unknown as EventLike, commits, attempt: x.attempt, seen: commits > 0 ? [...seenBy(run, x)] : [], ...callsOf(run, x as DurableExecution) };
}

/** The values that an execution saw where they have changed since. */
export function seenBy(run: Run, x: Execution): Map<string, unknown> {
  const seen = new Map(x.seen);
  for (const [key, cell] of run.cells ?? []) if (cell.version > x.view && !seen.has(key)) seen.set(key, readAt(run.cells, key, x.view));
  return seen;
}

/** What the calls of an execution left, and whether it does nothing but wait for one of them. */
function callsOf(run: Run, x: DurableExecution): Partial<ExecutionRecord> | undefined {
  const { journal } = x;
  if (journal === undefined) return undefined;
  // What has answered by now has answered in every try that goes on from here.
  remember(x);
  journal.stored = journal.order.length;
  return {
    ...(x.calls?.idle === true || isAsleep(run, x) ? { idle: true } : undefined),
    notes: [...journal.notes].map(([commit, note]): NoteRecord => [commit, note.kind, note.name, isWait(note) ? { ...note.value as WaitState } : note.value]),
    open: [...journal.open],
    order: [...journal.order],
  };
}

function listOf<Item extends WorkflowEvent | { readonly event: WorkflowEvent; readonly id: number }>(queue: Queue<Item>): (Item & EventLike)[] {
  return queue.list() as (Item & EventLike)[];
}
