import type { EventLike } from '../events/index.ts';
import type { Execution, Note } from '../workflow/execution.ts';
import type { Run } from '../workflow/run.ts';
import { remember } from './calls.ts';
import type { DurableExecution } from './execution.ts';
import { revive } from './restore.ts';
import type { ExecutionRecord, NoteRecord } from './snapshot-body.ts';
import { addWait, isAsleep, isWait, newJournal, type WaitState } from './waits.ts';

/** What the calls of an execution left, and whether it does nothing but wait for one of them. */
export function recordCalls(execution: Execution): Partial<ExecutionRecord> | undefined {
  const x = execution as DurableExecution;
  const { journal } = x;
  if (journal === undefined) return undefined;
  // What has answered by now has answered in every try that goes on from here.
  remember(x);
  journal.stored = journal.order.length;
  return {
    ...(x.calls?.idle === true || isAsleep(x.owner, x) ? { idle: true } : undefined),
    notes: [...journal.notes].map(([commit, note]): NoteRecord => [commit, note.kind, note.name, isWait(note) ? { ...note.value as WaitState } : note.value]),
    open: [...journal.open],
    order: [...journal.order],
  };
}

/** What the execution's calls left; true when its function is to be called only when one of them is over. */
export function restoreCalls(run: Run, x: Execution, { notes = [], open = [], order = [], idle }: ExecutionRecord): boolean {
  if (notes.length === 0 && open.length === 0 && order.length === 0) return false;
  const journal = (x.journal = newJournal());
  for (const number of open) journal.open.add(number);
  journal.order.push(...order);
  journal.stored = order.length;
  const answered = new Set(order.filter((_, i) => i % 2 === 0));
  for (const [commit, kind, name, value] of notes) {
    const note = reviveNote(kind, name, value);
    journal.notes.set(commit, note);
    if (!answered.has(commit)) addWait(run, x, commit, note, idle ? x : null);
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
