import type { Clock } from '../base/clock.ts';
import { BlazenError } from '../base/errors.ts';
import { PersistError, PersistFencedError, SerializationError } from '../base/error-classes.ts';
import type { CheckpointCommit, CheckpointStatus, CheckpointStore, CommitOutcome } from '../spec/checkpoint.ts';
import type { WorkflowEvent } from '../events/index.ts';
import { kick, rest, wake } from '../workflow/engine.ts';
import { type Execution, type Note, stepFailed } from '../workflow/execution.ts';
import type { Emission } from '../workflow/patch.ts';
import { applyCommit, applyEnd, applyInput, forget, resolvePatch } from '../workflow/reducer.ts';
import { type CommitPort, type FinalStatus, type Run, tick } from '../workflow/run.ts';
import { nextDue } from './alarm.ts';
import { encodeBase } from './base-codec.ts';
import { type Change, commitOf, tell } from './change-codec.ts';
import { applyNote } from './waits.ts';

/** Changes after which the stored state is written anew. */
const COMPACT_AFTER = 256;
/** Published events that one commit takes before it is sent off. */
const MAX_GROUPED = 256;

/** Something for the store; without a change, the whole state. */
interface Task { readonly change: Change | null; readonly done: (() => void) | undefined }
const COMPACTION: Task = { change: null, done: undefined };

/** What an execution published in this tick, the state it wrote before that, and the number of its last commit in it. */
interface Published { readonly items: WorkflowEvent[]; readonly patch: unknown[]; commit: number }

const NOTHING: readonly never[] = [];
/** Stands for a commit that is on its way. */
const LATER: Promise<void> = /* @__PURE__ */ Promise.resolve();

/**
 * Makes every change of a run durable before it becomes visible: one at a time, in the order they come. Events that a
 * step publishes within one tick share a commit.
 */
export class Journal implements CommitPort {
  busy = false;
  readonly #store: CheckpointStore;
  readonly #clock: Clock;
  readonly #fence: number;
  #version: number;
  #since = 0;
  /** Nobody knows what is stored: nothing more is. */
  #broken = false;
  readonly #tasks: Task[] = [];
  readonly #published = new Map<Execution, Published>();
  readonly #idle: (() => void)[] = [];

  /** @param version the store's, which counts commits. */
  constructor(store: CheckpointStore, clock: Clock, fence: number, version: number) {
    this.#store = store;
    this.#clock = clock;
    this.#fence = fence;
    this.#version = version;
  }

  commit(x: Execution, out: Emission, final: boolean, note?: readonly [commit: number, note: Note]): Promise<void> {
    let { patch } = x;
    let items: readonly WorkflowEvent[] = NOTHING;
    if (note !== undefined) {
      // What was published after the call that commits now is a commit of its own, before this one: the call is open in it.
      if ((this.#published.get(x)?.commit ?? 0) > x.commits) this.#flush(x);
      x.journal?.open.delete(note[0]);
    }
    if (this.#published.size > 0) {
      const group = this.#gathered(x);
      ({ items } = group);
      patch = patch === null ? group.patch : [...group.patch, ...patch];
    }
    x.patch = null;
    // What it emits is fixed now: nothing it still does may count.
    if (final) x.over = true;
    const change = commitOf(x, patch, out, items, final, x.commits, note?.[1] ?? null);
    // Nobody waits for what a step gives in the end.
    if (!final) return this.#submit(x.owner, change);
    this.#queue(x.owner, change);
    return LATER;
  }

  publish(x: Execution, event: WorkflowEvent): boolean {
    let group = this.#published.get(x);
    if (group === undefined) {
      this.#published.set(x, (group = { items: [], patch: [], commit: 0 }));
      queueMicrotask(() => this.#flush(x));
    }
    group.items.push(event);
    // State written later belongs to a later commit, though this one may be sent off after it.
    if (x.patch !== null) group.patch.push(...x.patch);
    x.patch = null;
    group.commit = x.commits;
    if (group.items.length === MAX_GROUPED) this.#flush(x);
    return this.#tasks.length < MAX_GROUPED;
  }

  input(run: Run, event: WorkflowEvent, inputId: string | null = null): void {
    this.#queue(run, { kind: 'input', event, inputId });
  }

  end(run: Run, status: FinalStatus, value: unknown): void {
    this.#queue(run, { kind: 'end', status, value });
  }

  kick(run: Run): void { kick(run); }

  /** @internal Set by who looks after the run's inputs. */
  expire: ((run: Run, request: WorkflowEvent) => void) | undefined;

  /** Write the whole state, so that the run is found quickly and cheaply later. @param consumed ids of inputs that took effect. */
  async compact(run: Run, status: CheckpointStatus, consumed: readonly string[]): Promise<void> {
    for (const x of this.#published.keys()) this.#flush(x);
    // Looked at again after every wait: what came meanwhile goes first.
    while (this.busy) await new Promise<void>((resolve) => { this.#idle.push(resolve); });
    if (run.ended) return;
    this.busy = true;
    try {
      this.#take(run, null, await this.#compact(run, { consumed, status, wakeAt: status === 'waiting' ? nextDue(run) : null }));
    } catch (error) {
      // It may have been stored: what came next would be taken for it.
      this.#broken = true;
      throw error;
    } finally {
      this.busy = false;
    }
    // What came meanwhile.
    this.#work(run);
    await this.settled();
  }

  /** Give the run back, put to sleep or (`due`) for somebody else to go on with. @param seenInput number of the newest input looked at. */
  async release(run: Run, seenInput: number, due: boolean): Promise<void> {
    await this.#store.release(run.id, this.#fence, { seenInput, ...(due ? { wakeAt: this.#clock.now() } : undefined) });
  }

  /** False when somebody else has the run. */
  async renew(run: Run, leaseMs: number): Promise<boolean> {
    return this.#store.renew(run.id, this.#fence, leaseMs, this.#clock.now());
  }

  /** Another process has the run: stop working on it here. */
  abandon(run: Run): void {
    applyEnd(run, 'failed', fenced(run));
    rest(run);
  }

  /** Resolves when nothing is on its way to the store. */
  async settled(): Promise<void> {
    while (this.busy) await new Promise<void>((resolve) => { this.#idle.push(resolve); });
  }

  #flush(x: Execution): void {
    const { items, patch, commit } = this.#gathered(x);
    // Also of a try that has thrown meanwhile: the next one skips what it published.
    if (items.length === 0 || x.owner.ended) return;
    this.#queue(x.owner, commitOf(x, patch, null, items, false, commit, null));
  }

  #gathered(x: Execution): Published {
    const group = this.#published.get(x);
    this.#published.delete(x);
    return group ?? { items: [], patch: [], commit: 0 };
  }

  #submit(run: Run, change: Change): Promise<void> {
    return new Promise((resolve) => { this.#queue(run, change, resolve); });
  }

  #queue(run: Run, change: Change, done?: () => void): void {
    if (this.#broken) return;
    this.#tasks.push({ change, done });
    if (this.busy) return;
    this.busy = true;
    // Never while an event is being routed: a run that is told again must take its turns in the same order.
    if (run.pumping === 1) this.#workSoon(run);
    else this.#work(run);
  }

  #workSoon(run: Run): void { queueMicrotask(() => { this.#work(run); }); }

  /** Store and apply what is queued, and write the state anew when there is much to read. A store that answers at once is not waited for. */
  #work(run: Run): void {
    for (let task = this.#next(run); task !== null; task = this.#next(run)) {
      const { change, done } = task;
      this.busy = true;
      try {
        const answer = change === null ? this.#compact(run, {}) : this.#append(run, change);
        if (typeof answer !== 'string') {
          void this.#finish(run, task, answer);
          return;
        }
        this.#take(run, change, answer);
      } catch (error) {
        this.#lost(run, change, error);
      }
      this.busy = false;
      done?.();
    }
    kick(run);
    if (run.ended) rest(run);
  }

  /** Go on when the store has answered. */
  async #finish(run: Run, { change, done }: Task, answer: PromiseLike<CommitOutcome>): Promise<void> {
    try {
      this.#take(run, change, await answer);
    } catch (error) {
      this.#lost(run, change, error);
    }
    tick(run);
    this.busy = false;
    done?.();
    this.#work(run);
  }

  #next(run: Run): Task | null {
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      const { change, done } = task;
      // The first end wins: what is queued behind it, of the run or of a scope, is never stored.
      if (!run.ended && !(change?.kind === 'commit' && run.scopes?.dropped.has(change.execution))) return task;
      done?.();
    }
    if (this.#idle.length > 0) for (const resolve of this.#idle.splice(0)) resolve();
    // What is about to be published counts as made already: not with the next commit.
    return this.#since >= COMPACT_AFTER && this.#published.size === 0 && !run.ended && run.status === 'running' ? COMPACTION : null;
  }

  /** Take in what the store has taken in. */
  #take(run: Run, change: Change | null, outcome: CommitOutcome): void {
    if (outcome === 'fenced') throw fenced(run);
    if (outcome === 'conflict') throw new PersistError(`Cannot go on with run ${run.id}: the stored run is not the one this process knows`);
    this.#version++;
    this.#since = change === null ? 0 : this.#since + 1;
    if (change !== null && !run.ended) this.#apply(run, change);
  }

  /** The whole state, in place of the changes. */
  #compact(run: Run, fields: Partial<CheckpointCommit>): CommitOutcome | Promise<CommitOutcome> {
    const version = this.#version;
    return this.#store.commit(run.id, { fence: this.#fence, version, commitId: `${this.#fence}.${version}`, now: this.#clock.now(), base: encodeBase(run, 'state'), ...fields });
  }

  #append(run: Run, change: Change): CommitOutcome | Promise<CommitOutcome> {
    // State operations become values here, in commit order, so that what is stored is what is applied.
    if (change.kind === 'commit' && change.patch !== null) resolvePatch(run, change.patch);
    // One reading of the clock for the change, the store, and what begins after it.
    const now = this.#clock.now();
    run.elapsed = now - run.startedAt;
    const { delta, items, status } = tell(run, change);
    const version = this.#version;
    const commit: { -readonly [Field in keyof CheckpointCommit]: CheckpointCommit[Field] } = {
      fence: this.#fence, version, commitId: `${this.#fence}.${version}`, now, delta, items, status: status ?? 'running',
    };
    if (status !== null) commit.wakeAt = null;
    if (change.kind === 'input' && change.inputId !== null) commit.consumed = [change.inputId];
    return this.#store.commit(run.id, commit);
  }

  #apply(run: Run, change: Change): void {
    if (change.kind === 'commit') {
      const { execution, patch, out, items, final, commit, calls } = change;
      for (const item of items) run.show(item, true);
      // The execution may have made further calls meanwhile.
      const { commits } = execution;
      execution.commits = commit;
      if (run.scopes) run.scopes.commit(execution, patch, out, final);
      else applyCommit(run, execution, patch, out, final);
      execution.commits = commits;
      if (calls !== null && calls.note !== null) applyNote(run, execution, commit, calls.note);
      if (final) forget(run, execution);
    } else if (change.kind === 'input') {
      wake(run);
      if (run.scopes) run.scopes.input(change.event);
      else applyInput(run, change.event);
    } else applyEnd(run, change.status, change.value);
  }

  /** A change could not be stored: nothing more may become visible here. What cannot be written is the step's own mistake. */
  #lost(run: Run, change: Change | null, error: unknown): void {
    if (error instanceof SerializationError && change?.kind === 'commit') {
      const { execution: x } = change;
      const told = run.scopes?.failure(x, error) ?? null;
      this.#tasks.unshift({
        change: told ? { ...change, patch: null, out: told, items: [], final: true } : { kind: 'end', status: 'failed', value: stepFailed(x, error) },
        done: undefined,
      });
      return;
    }
    applyEnd(run, 'failed', error instanceof BlazenError ? error : new PersistError(`Cannot store run ${run.id}`, { cause: error, retryable: true }));
  }
}

function fenced(run: Run): PersistFencedError {
  return new PersistFencedError(`Cannot go on with run ${run.id}: another process has taken it over`, { runId: run.id });
}
