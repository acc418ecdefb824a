// What the calls of executions leave behind, as far as it is part of a run's state.
import { wake } from '../workflow/engine.ts';
import type { Execution, ExecutionJournal, Note, Wait } from '../workflow/execution.ts';
import type { WorkflowEvent } from '../events/index.ts';
import type { Run } from '../workflow/run.ts';

/** Kinds of notes: a value of `run`, the due time of `sleep`, and the state of `waitFor` and `collect`. */
export type NoteKind = 'run' | 'sleep' | 'waitFor' | 'collect';

/** What a call of `waitFor` or `collect` left: changes as events come. */
export interface WaitState {
  readonly need: number;
  readonly match: Readonly<Record<string, unknown>> | null;
  readonly due: number | null;
  /** Number of the first event that counts: told when the call is committed. */
  after: number;
  readonly events: WorkflowEvent[];
  timedOut: boolean;
}

/** Routed when a call waited too long. */
export const WAIT_TIMED_OUT = 'blazen::WaitTimedOut';

export function newJournal(): ExecutionJournal { return { notes: new Map(), open: new Set<number>(), order: [], stored: 0 }; }

/** Remember what a commit left. */
export function applyNote(run: Run, x: Execution, commit: number, note: Note): void {
  const journal = (x.journal ??= newJournal());
  journal.notes.set(commit, note);
  journal.open.delete(commit);
  if (isWait(note)) (note.value as WaitState).after = run.routed + run.queue.size;
  addWait(run, x, commit, note);
}

export function isWait(note: Note): boolean { return note.kind === 'waitFor' || note.kind === 'collect'; }

/** When the note's call is over at the latest; null for never, undefined when it is over. */
export function dueOf({ kind, value }: Note): number | null | undefined {
  if (kind === 'run') return undefined;
  if (kind === 'sleep') return value as number;
  const { need, events, timedOut, due } = value as WaitState;
  return events.length >= need || timedOut ? undefined : due;
}

/** Let the run know a call that is not over. @param sleeper the execution, when it is not to run before that. */
export function addWait(run: Run, x: Execution, commit: number, note: Note, sleeper: Execution | null = null): void {
  const due = dueOf(note);
  if (due !== undefined) (run.waits ??= new Set()).add({ id: x.id, step: x.record.index, commit, note, due, go: null, sleeper });
}

/** A call is over: answer it. */
export function proceed(run: Run, wait: Wait): void {
  run.waits?.delete(wait);
  wait.go?.();
  if (wait.sleeper !== null) rouse(run, wait.sleeper);
}

/** Let an execution whose function has not been called again be dispatched. */
export function rouse(run: Run, x: Execution): void {
  for (const wait of run.waits ?? []) if (wait.sleeper === x) wait.sleeper = null;
  run.idle--;
  run.ready.push({ step: x.record, event: x.event, id: x.id, again: x });
  wake(run);
}

/** Is this execution put off until it has something to go on with? */
export function isAsleep(run: Run, x: Execution): boolean {
  for (const wait of run.waits ?? []) if (wait.sleeper === x) return true;
  return false;
}
