import type { Clock } from '../base/clock.ts';
import { SnapshotError } from '../base/error-classes.ts';
import { COLLECTED, WorkflowEvent, type EventLike } from '../events/index.ts';
import { Execution, type Note, see } from '../workflow/execution.ts';
import { Queue } from '../workflow/queue.ts';
import { link } from '../workflow/reducer.ts';
import { type CommitPort, type Definition, type Ready, Run, type StepState } from '../workflow/run.ts';
import type { Step } from '../workflow/step.ts';
import { stateOf } from '../workflow/step-state.ts';
import { graphOf } from './capture.ts';
import { restoreScopes } from './scope-record.ts';
import type { ExecutionRecord, SnapshotBody, StepStateRecord } from './snapshot-body.ts';
import { addWait, isAsleep, isWait, newJournal, type WaitState } from './waits.ts';

/** How strictly a snapshot must fit the workflow. */
export interface FitOptions {
  /** Resume although the graph has changed; steps are matched by name. Default false. */
  readonly allowChanged?: boolean;
}

/**
 * Rebuild a run from the body of a snapshot. Executions that were in flight stand ready to run again; nothing has started.
 *
 * @throws SnapshotError when the snapshot is of another workflow, or the graph has changed in a way that matters.
 */
export function restore(definition: Definition, body: SnapshotBody, clock: Clock, port: CommitPort, options: FitOptions = {}): Run {
  const steps = matchSteps(definition, body, options);
  const run = new Run(definition, body.runId, clock, port, true, body.startedAt);
  run.status = 'paused';
  run.remainingMs = definition.timeoutMs && (body.remainingMs || definition.timeoutMs);
  run.version = body.version;
  run.routed = body.routed;
  run.requests = body.requests.map(revive);
  run.unhandled = body.unhandled;
  if (body.state.length > 0) run.cells = new Map(body.state.map(([key, value]) => [key, { version: body.version, value, previous: null }]));
  for (const event of body.queue) run.queue.push(revive(event));
  const statesOf = (records: readonly StepStateRecord[]): StepState[] => {
    const states: StepState[] = [];
    for (const { step: index, need, gathered } of records) {
      states[(steps[index] as Step).index] = { taken: 0, need, waiting: new Queue<Ready>(), byType: new Map(gathered.map(([type, events]) => [type, events.map(revive)])) };
    }
    return states;
  };
  run.stepStates = statesOf(body.stepStates);
  if (body.scopes !== undefined) restoreScopes(run, body.scopes, statesOf);
  // The limits of today count what is in flight, also where there was none when the snapshot was taken.
  for (const { step: index } of body.executions) {
    const step = steps[index] as Step;
    if (step.policies.some(({ places }) => places !== undefined)) stateOf(run, step).taken++;
  }
  for (const { step, waiting } of body.stepStates) for (const { event, id } of waiting) admitAgain(run, steps[step] as Step, revive(event), id);
  for (const record of body.executions) {
    const { step: index, id, event, commits, attempt, seen } = record;
    const x = new (definition.execution ?? Execution)(run, steps[index] as Step, revive(event), id, run.version);
    x.skip = commits;
    x.attempt = attempt;
    if (seen.length > 0) see(x, new Map(seen));
    link(run, x);
    run.delayed++;
    if (restoreCalls(run, x, record)) run.idle++;
    else run.ready.push({ step: x.record, event: x.event, id, again: x });
  }
  restoreFeeds(run, body, changeOf(graphOf(definition), body.steps) !== '');
  return run;
}

/** What the execution's calls left; true when its function is to be called only when one of them is over. */
function restoreCalls(run: Run, x: Execution, { notes = [], open = [], order = [], idle }: ExecutionRecord): boolean {
  if (notes.length === 0 && open.length === 0 && order.length === 0) return false;
  const journal = (x.journal = newJournal());
  for (const number of open) journal.open.add(number);
  journal.order.push(...order);
  journal.stored = order.length;
  const answered = new Set(order.filter((_, i) => i % 2 === 0));
  for (const [commit, kind, name, value] of notes) {
    const note = reviveNote(kind, name, value);
    journal.notes.set(commit, note);
    if (!answered.has(commit)) addWait(run, x, commit, note, idle && run.definition.offer ? x : null);
  }
  return isAsleep(run, x);
}

/** What a call left, from stored data. */
export function reviveNote(kind: string, name: string, value: unknown): Note {
  const note = { kind, name, value };
  if (!isWait(note)) return note;
  const state = value as WaitState;
  return { ...note, value: { ...state, events: state.events.map((event) => revive(event as unknown as EventLike)) } };
}

/** An event that was held back: whether it still is, is up to the step's policies of today. */
function admitAgain(run: Run, step: Step, event: WorkflowEvent, id: number): void {
  let admitted: WorkflowEvent | null = event;
  // What was collected is not collected again.
  for (const policy of step.policies) if (admitted !== null && policy.admit && !policy.waitsFor) admitted = policy.admit(run, step, admitted, id);
  if (admitted !== null) run.ready.push({ step, event: admitted, id });
}

function restoreFeeds(run: Run, body: SnapshotBody, changed: boolean): void {
  const { log, stream } = run;
  // Records name steps by their place in the graph: those of another graph could not be read.
  log.columns = changed ? [] : body.log.columns.map((value, i) => (i % 8 === 5 ? reviveAll(value) : value));
  log.seq = body.log.seq;
  log.lost = log.seq - log.columns.length / log.width;
  const base = changed ? body.state : body.log.base;
  if (base.length > 0) log.base = new Map(base);
  if (stream === null) return;
  stream.columns = body.stream.columns.map((value, i) => (i % 2 === 0 ? revive(value as EventLike) : value));
  stream.seq = body.stream.seq;
  stream.lost = stream.seq - stream.columns.length / stream.width;
}

/** The definition's step for each step of the snapshot. @throws SnapshotError naming what has changed. */
function matchSteps(definition: Definition, body: SnapshotBody, { allowChanged = false }: FitOptions): (Step | undefined)[] {
  if (definition.name !== body.workflow) throw new SnapshotError(`Cannot resume a snapshot of workflow '${body.workflow}' with workflow '${definition.name}'`);
  const byName = new Map(definition.steps.map((step) => [step.name, step]));
  // A snapshot that came from the reference does not tell the graph.
  if (!allowChanged && body.steps.length > 0) {
    const difference = changeOf(graphOf(definition), body.steps);
    if (difference) throw new SnapshotError(`Cannot resume run ${body.runId}: the workflow has changed since the snapshot: ${difference}. Pass allowChanged to resume all the same`);
  }
  const needed = new Set([...body.executions, ...body.stepStates, ...(body.scopes?.stepStates ?? []).flatMap(([, states]) => states)].map(({ step }) => step));
  return body.steps.map(([name], index) => {
    const step = byName.get(name);
    if (step === undefined && needed.has(index)) throw new SnapshotError(`Cannot resume run ${body.runId}: step '${name}', which it is in the middle of, no longer exists`);
    return step;
  });
}

function changeOf(now: SnapshotBody['steps'], then: SnapshotBody['steps']): string {
  for (let i = 0; i < Math.max(now.length, then.length); i++) {
    const [is, was] = [now[i], then[i]];
    if (is === undefined) return `step '${was?.[0]}' is gone`;
    if (was === undefined) return `step '${is[0]}' is new`;
    if (is[0] !== was[0]) return `step ${i + 1} is '${is[0]}' and was '${was[0]}'`;
    if (is[1].join() !== was[1].join()) return `step '${is[0]}' accepts ${is[1].join(', ')} and accepted ${was[1].join(', ')}`;
  }
  return '';
}

/** An event of the engine from stored data. */
export function revive(event: EventLike): WorkflowEvent {
  return new WorkflowEvent(event.type === COLLECTED ? { ...event, events: (event['events'] as EventLike[]).map(revive) } : event);
}

function reviveAll(payload: unknown): unknown {
  if (Array.isArray(payload)) return payload.map((event: EventLike) => revive(event));
  return typeof (payload as EventLike | null)?.type === 'string' ? revive(payload as EventLike) : payload;
}
