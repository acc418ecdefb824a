import { StepDivergedError } from '../base/error-classes.ts';
import { endRun, wake } from '../workflow/engine.ts';
import type { ExecutionJournal, Note, Wait } from '../workflow/execution.ts';
import type { Patch } from '../workflow/patch.ts';
import { tick } from '../workflow/run.ts';
import { armBy } from './alarm.ts';
import type { DurableExecution } from './execution.ts';
import { applyNote, newJournal, type NoteKind } from './waits.ts';

// What the calls of an execution have in common. Each has a number, given when it is made, and commits what it leaves
// when it knows it; so a later one may commit first. A further try makes the same calls, and they answer in the order in
// which they answered before: then the numbers are the same again, whatever the calls had been waiting for.

/** Microtasks that a step has to go on after an answer, before another one comes and before it may count as one that only waits. */
const PATIENCE = 16;

/** The calls of one try. */
export interface Calls {
  /** Those that have not answered, and those of them that wait for a time or an event. */
  pending: number;
  waiting: number;
  /** The execution does nothing but wait. */
  idle: boolean;
  /** State written before the newest call of `run` and not committed yet, and how much was before that. */
  early: Patch;
  taken: number;
  /** Place in the order of the tries before, and its end. */
  turn: number;
  readonly turns: number;
  /** Number of the newest commit they made: before its call is made again, no other answer can have come. */
  readonly reach: number;
  /** Calls that could answer, and whose turn has not come. */
  readonly held: Map<number, () => void>;
  /** One has just answered. */
  answering: boolean;
  /** Answers that no commit has taken along yet, as in the order. */
  answered: number[];
}

/** Does nothing it still does count? */
export function isInert(x: DurableExecution): boolean { return x.over || x.owner.ended; }

/** For a call whose execution is over. */
export function never<T>(): Promise<T> { return new Promise<T>(() => undefined); }

/** Was this commit made by an earlier try? */
export function isMade({ skip, journal }: DurableExecution, number: number): boolean {
  return number <= skip && !journal?.open.has(number);
}

/** The calls of the try, from the first one on. */
export function callsOf(x: DurableExecution): Calls {
  return (x.calls ??= newCalls(x, (x.journal ??= newJournal())));
}

/** Number a call. Gives what an earlier try left of it; null when nothing the execution does counts any more. */
export function beginCall(x: DurableExecution, kind: NoteKind, name: string): { readonly number: number; readonly note: Note | undefined } | null {
  if (isInert(x)) return null;
  const journal = (x.journal ??= newJournal());
  const calls = callsOf(x);
  const number = ++x.commits;
  const note = journal.notes.get(number);
  if (isMade(x, number) && (note?.kind !== kind || note.name !== name)) {
    diverge(x, number);
    return null;
  }
  if (number <= x.skip) dropWrites(x);
  if (note === undefined) journal.open.add(number);
  calls.pending++;
  settle(x);
  advance(x);
  return { number, note };
}

/** A commit without an answer is made, now or by an earlier try: it takes everything written so far along. */
export function moveOn(x: DurableExecution, number: number): void {
  const { calls, journal } = x;
  journal?.open.delete(number);
  if (calls !== undefined) x.patch = joined(takeWrites(calls, Infinity), x.patch);
  if (number <= x.skip) x.patch = null;
  remember(x);
  advance(x);
}

/** Commit what a call leaves, with the state in the patch. */
export function record(x: DurableExecution, number: number, note: Note): Promise<void> | void {
  const { owner: run, commits } = x;
  remember(x);
  if (run.status === 'waiting') wake(run);
  tick(run);
  x.commits = number;
  const done = run.port.commit(x, null, false, [number, note]);
  x.commits = commits;
  // A port that does not store has made it at once.
  if (done === undefined) applyNote(run, x, number, note);
  return done;
}

/** Resolves when it is the call's turn to answer. */
export async function answer(x: DurableExecution, number: number): Promise<void> {
  const calls = x.calls as Calls;
  await new Promise<void>((resolve) => {
    calls.held.set(number, resolve);
    advance(x);
  });
}

/** Make a call that is over when its time has come, or its events have. */
export async function waitFor(x: DurableExecution, kind: NoteKind, name: string, value: unknown): Promise<Note> {
  const call = beginCall(x, kind, name);
  if (call === null) return never();
  const { number } = call;
  let { note } = call;
  if (note === undefined) {
    note = { kind, name, value };
    const { patch } = x;
    x.patch = joined(takeWrites(x.calls as Calls, Infinity), patch);
    await record(x, number, note);
    if (isInert(x)) return never();
  }
  await untilOver(x, number, note);
  await answer(x, number);
  return note;
}

async function untilOver(x: DurableExecution, number: number, note: Note): Promise<void> {
  const { owner: run } = x;
  const calls = x.calls as Calls;
  const wait = [...run.waits ?? []].find((one) => one.note === note);
  if (wait === undefined) return;
  if (note.kind === 'sleep' && ((wait.due as number) <= run.clock.now() || answeredBefore(x, number))) {
    run.waits?.delete(wait);
    return;
  }
  calls.waiting++;
  const over = new Promise<void>((resolve) => {
    wait.go = () => {
      wait.go = null;
      calls.waiting--;
      settle(x);
      resolve();
    };
  });
  armBy(run, wait.due);
  settle(x);
  await over;
}

/** A sleep that was over before is over, whatever the clock says now. */
function answeredBefore(x: DurableExecution, number: number): boolean {
  const { turns } = x.calls as Calls;
  return (x.journal as ExecutionJournal).order.some((value, i) => i % 2 === 0 && i < turns && value === number);
}

/** The step asks for something else than before: end the run. */
export function diverge(x: DurableExecution, number: number): void {
  const note = x.journal?.notes.get(number);
  const before = note === undefined ? 'to send, publish or check in' : `for ${note.kind}${note.name === '' ? '' : ` '${note.name}'`}`;
  x.over = true;
  endRun(x.owner, 'failed', new StepDivergedError(`Step '${x.step}' ran again and did not repeat itself: call ${number} was ${before}. Take time, random and what comes from outside through ctx.run`, { step: x.step, commit: number }));
}

function newCalls(x: DurableExecution, { open, order }: ExecutionJournal): Calls {
  x.more().ends.push(() => { stop(x); });
  let reach = x.skip;
  while (open.has(reach)) reach--;
  return { pending: 0, waiting: 0, idle: false, early: [], taken: 0, turn: 0, turns: order.length, reach, held: new Map(), answering: false, answered: [] };
}

/** The try is over: none of its calls answers. */
function stop(x: DurableExecution): void {
  const calls = x.calls as Calls;
  for (const wait of x.owner.waits ?? []) if (isOf(wait, x)) wait.go = null;
  calls.held.clear();
  calls.waiting = calls.pending = 0;
  settle(x);
}

function isOf(wait: Wait, x: DurableExecution): boolean { return wait.id === x.id && wait.step === x.record.index; }

/** Let the run know whether the execution does anything but wait. */
function settle(x: DurableExecution): void {
  const { owner: run } = x;
  const calls = x.calls as Calls;
  const idle = calls.waiting > 0 && calls.waiting === calls.pending;
  if (idle === calls.idle) return;
  calls.idle = idle;
  run.idle += idle ? 1 : -1;
  run.delayed += idle ? 1 : -1;
  if (idle) run.port.kick(run);
  else wake(run);
}

/** Let a call answer whose turn it is: first as they did before, then as they come. One at a time, so that each has made its next call before another answers. */
function advance(x: DurableExecution): void {
  const { calls } = x;
  if (calls === undefined || calls.answering || calls.held.size === 0) return;
  const { held, turn, turns, reach } = calls;
  const { order } = x.journal as ExecutionJournal;
  const [number] = turn < turns ? [order[turn] as number] : held.keys();
  const go = held.get(number as number);
  if (go === undefined || x.commits < (turn < turns ? order[turn + 1] as number : reach)) return;
  held.delete(number as number);
  if (turn < turns) calls.turn += 2;
  else calls.answered.push(number as number, x.commits);
  calls.answering = true;
  go();
  void goOn(x, calls);
}

/** What the step does with an answer, most often its next call, belongs to the same piece of work. */
async function goOn(x: DurableExecution, calls: Calls): Promise<void> {
  for (let i = 0; i < PATIENCE; i++) await Promise.resolve();
  calls.answering = false;
  calls.pending--;
  advance(x);
  settle(x);
}

/** The commit that is made takes along in which order calls have answered so far. */
export function remember(x: DurableExecution): void {
  const { calls, journal } = x;
  if (calls === undefined || calls.answered.length === 0) return;
  journal?.order.push(...calls.answered);
  calls.answered = [];
}

/** State written before the `written`-th write. */
export function takeWrites(calls: Calls, written: number): Patch | null {
  const taken = calls.early.splice(0, Math.max(0, written - calls.taken));
  calls.taken += taken.length;
  return taken.length === 0 ? null : taken;
}

function dropWrites(x: DurableExecution): void {
  if (x.calls !== undefined) takeWrites(x.calls, Infinity);
  x.patch = null;
}

function joined(first: Patch | null, second: Patch | null): Patch | null {
  return first === null || second === null ? first ?? second : [...first, ...second];
}
