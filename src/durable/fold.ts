import { PersistCorruptError } from '../base/error-classes.ts';
import { enrichError } from '../base/enrich-error.ts';
import type { Clock } from '../base/clock.ts';
import type { WorkflowEvent } from '../events/index.ts';
import type { StoredCheckpoint } from '../spec/checkpoint.ts';
import { Execution, see } from '../workflow/execution.ts';
import { applyCommit, applyEnd, applyInput, forget, link, route } from '../workflow/reducer.ts';
import type { CommitPort, Definition, Run } from '../workflow/run.ts';
import { scopesOf } from '../workflow/scope-port.ts';
import type { Step } from '../workflow/step.ts';
import { decodeBase } from './base-codec.ts';
import { seenBy } from './capture.ts';
import { decodeChange, type Delta } from './change-codec.ts';
import { reviveNote } from './call-record.ts';
import { restore, revive } from './restore.ts';
import { applyNote, isAsleep, newJournal, rouse } from './waits.ts';

/** The port of runs that are only looked at. */
export const UNSTORED: CommitPort = {
  busy: true, commit: () => undefined, publish: () => true, input: () => undefined, end: () => undefined, kick: () => undefined,
};

/**
 * The run that a store holds: the stored state, and the changes after it applied by the reducer that applied them first.
 * No step is called. Executions that had not made their last commit stand ready to run again.
 *
 * @throws PersistCorruptError when what is stored is damaged; SnapshotError when it does not fit the workflow.
 */
export function foldRun(definition: Definition, stored: StoredCheckpoint, clock: Clock, port: CommitPort): Run {
  const run = restore(definition, decodeBase(stored.base, stored), clock, port);
  for (const bytes of stored.deltas) {
    const delta = decodeChange(bytes);
    if (delta.s === 1) scopesOf(run);
    routeTo(run, delta.q ?? 0);
    applyDelta(run, delta);
    if (run.ended) break;
  }
  if (!run.ended) {
    routeTo(run, 0);
    freshen(run);
    run.scopes?.touchAll();
  }
  if (run.stream !== null) {
    // The items stand in the store; numbers go on where it stopped.
    run.stream.columns = [];
    run.stream.seq = run.stream.lost = stored.streamSeq;
  }
  return run;
}

function applyDelta(run: Run, delta: Delta): void {
  run.elapsed = delta.t;
  const { scopes } = run;
  if (delta.n !== undefined) {
    if (scopes) scopes.input(revive(delta.n));
    else applyInput(run, revive(delta.n));
  } else if (delta.x !== undefined) applyEnd(run, delta.x.status, delta.x.error === undefined ? scopes?.stopped?.value : enrichError(Object.assign(new Error(delta.x.error.message), delta.x.error)));
  else if (delta.c !== undefined) {
    const [step, id, commit, view, final] = delta.c;
    const x = findExecution(run, step, id);
    if (x.view === Infinity) x.view = view;
    if (isAsleep(run, x)) rouse(run, x);
    x.commits = commit;
    x.skip = Math.max(x.skip, commit);
    const out = delta.e?.map(revive) ?? null;
    if (scopes) scopes.commit(x, delta.o ?? null, out, final === 1);
    else applyCommit(run, x, delta.o ?? null, out, final === 1);
    if (delta.k !== undefined) applyNote(run, x, commit, reviveNote(...delta.k));
    if (delta.h !== undefined || delta.d !== undefined || x.journal !== undefined) tellCalls(x, delta.h, delta.d);
    if (final === 1) {
      forget(run, x);
      drop(run, x);
    }
  }
}

/** Which calls were under way at a commit, and in which order others had answered. */
function tellCalls(x: Execution, open: readonly number[] = [], answered: readonly number[] = []): void {
  const journal = (x.journal ??= newJournal());
  journal.open = new Set(open);
  journal.order.push(...answered);
  journal.stored = journal.order.length;
}

function findExecution(run: Run, step: number, id: number): Execution {
  for (let x = run.newest; x !== null; x = x.previous) if (x.id === id && x.record.index === step) return x;
  throw new PersistCorruptError(`Cannot read run ${run.id}: a stored change belongs to an execution that never began (${id}.${step})`);
}

/** Begin what the queue starts, without calling anything, until so many events are left. */
function routeTo(run: Run, left: number): void {
  while (run.queue.size > left) if (!run.scopes?.skim()) route(run, stand);
  for (const [i, { step, event, id, again }] of run.ready.entries()) {
    if (again === undefined) run.ready[i] = { step, event, id, again: standing(run, step, event, id) };
  }
}

function stand(run: Run, step: Step, event: WorkflowEvent, id: number): void {
  run.ready.push({ step, event, id, again: standing(run, step, event, id) });
}

function standing(run: Run, step: Step, event: WorkflowEvent, id: number): Execution {
  // Which version it saw is told by its first stored commit; until then nothing it might have seen may be forgotten.
  const x = new (run.definition.execution ?? Execution)(run, step, event, id, Infinity);
  link(run, x);
  run.delayed++;
  return x;
}

/** The execution made its last commit: it need not run again. */
function drop(run: Run, x: Execution): void {
  const i = run.ready.findIndex((ready) => ready.again === x);
  if (i < 0) return;
  run.ready.splice(i, 1);
  run.delayed--;
}

/** Let every execution see what it saw: values that have changed since become its own, and the newest state is shared. */
function freshen(run: Run): void {
  for (let x = run.newest; x !== null; x = x.previous) {
    if (x.skip > 0) see(x, seenBy(x));
    x.commits = 0;
    x.view = run.version;
  }
  for (const cell of run.cells?.values() ?? []) cell.previous = null;
}
