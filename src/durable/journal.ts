import type { Clock } from '../base/clock.ts';
import { BlazenError } from '../base/errors.ts';
import { PersistError, PersistFencedError, SerializationError } from '../base/error-classes.ts';
import type { CheckpointCommit, CheckpointItem, CheckpointStatus, CheckpointStore, CommitOutcome } from '../spec/checkpoint.ts';
import { START, STOP, type WorkflowEvent } from '../events/index.ts';
import { kick, rest, wake } from '../workflow/engine.ts';
import { type Execution, type Note, stepFailed } from '../workflow/execution.ts';
import type { Emission } from '../workflow/patch.ts';
import { applyCommit, applyEnd, applyInput, forget, resolvePatch } from '../workflow/reducer.ts';
import { type CommitPort, type FinalStatus, type Run, tick } from '../workflow/run.ts';
import { nextDue } from './alarm.ts';
import { encodeBase } from './base-codec.ts';
import { type CallsTold, type Change, emittedBy, encodeChange, endOf } from './change-codec.ts';
import { applyNote } from './waits.ts';
import { toUtf8, writeJson } from './write-json.ts';

/** Changes after which the stored state is written anew. */
const COMPACT_AFTER = 256;
/** Published events that one commit takes before it is sent off. */
const MAX_GROUPED = 256;

interface Task { readonly change: Change; readonly done: () => void }

/** What an execution published in this tick, the state it wrote before that, and the number of its last commit in it. */
interface Published { readonly items: WorkflowEvent[]; readonly patch: unknown[]; commit: number }

const nothing = (): void => undefined;
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
    // What was published after the call that commits now is a commit of its own.
    if (note !== undefined && (this.#published.get(x)?.commit ?? 0) > x.commits) this.#flush(x);
    const { items, patch } = this.#take(x);
    // What it emits is fixed now: nothing it still does may count.
    if (final) x.over = true;
    if (x.patch !== null) patch.push(...x.patch);
    x.patch = null;
    const change: Change = { kind: 'commit', execution: x, patch: patch.length > 0 ? patch : null, out, items, final, commit: x.commits, calls: callsOf(x, note?.[1] ?? null) };
    if (!final) return this.#submit(x.owner, change);
    // Nobody waits for what a step gives in the end.
    this.#queue(x.owner, change, nothing);
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
    this.#queue(run, { kind: 'input', event, inputId }, nothing);
  }

  end(run: Run, status: FinalStatus, value: unknown): void {
    this.#queue(run, { kind: 'end', status, value }, nothing);
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
      await this.#compactNow(run, { consumed, status, wakeAt: status === 'waiting' ? nextDue(run) : null });
    } catch (error) {
      // It may have been stored: what came next would be taken for it.
      this.#broken = true;
      throw error;
    } finally {
      this.busy = false;
    }
    // What came meanwhile.
    await this.#work(run);
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
    const { items, patch, commit } = this.#take(x);
    // Also of a try that has thrown meanwhile: the next one skips what it published.
    if (items.length === 0 || x.owner.ended) return;
    this.#queue(x.owner, { kind: 'commit', execution: x, patch: patch.length > 0 ? patch : null, out: null, items, final: false, commit, calls: callsOf(x, null) }, nothing);
  }

  #take(x: Execution): Published {
    const group = this.#published.get(x);
    this.#published.delete(x);
    return group ?? { items: [], patch: [], commit: 0 };
  }

  #submit(run: Run, change: Change): Promise<void> {
    return new Promise((resolve) => { this.#queue(run, change, resolve); });
  }

  #queue(run: Run, change: Change, done: () => void): void {
    if (this.#broken) return;
    this.#tasks.push({ change, done });
    if (this.busy) return;
    this.busy = true;
    // Never while an event is being routed: a run that is told again must take its turns in the same order.
    if (run.pumping) queueMicrotask(() => void this.#work(run));
    else void this.#work(run);
  }

  /** Store and apply what is queued. A store that answers at once is not waited for. */
  async #work(run: Run): Promise<void> {
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      // The first end wins: what is queued behind it, of the run or of a scope, is never stored.
      if (!run.ended && !(task.change.kind === 'commit' && run.scopes?.dropped.has(task.change.execution))) {
        this.busy = true;
        try {
          const answer = this.#append(run, task.change);
          this.#check(run, answer instanceof Promise ? await answer : answer);
          if (!run.ended) this.#apply(run, task.change);
        } catch (error) {
          this.#lost(run, task.change, error);
        }
        this.busy = false;
      }
      task.done();
    }
    for (const resolve of this.#idle.splice(0)) resolve();
    // What is about to be published counts as made already: not with the next commit.
    if (this.#since >= COMPACT_AFTER && this.#published.size === 0 && !run.ended && run.status === 'running') {
      this.busy = true;
      try {
        await this.#compactNow(run, {});
      } catch (error) {
        this.#lost(run, null, error);
      }
      this.busy = false;
      if (this.#tasks.length > 0) { await this.#work(run); return; }
    }
    tick(run);
    kick(run);
    if (run.ended) rest(run);
  }

  async #compactNow(run: Run, fields: Partial<CheckpointCommit>): Promise<void> {
    const base = encodeBase(run, 'state');
    this.#check(run, await this.#store.commit(run.id, { ...this.#head(), base, ...fields }));
    this.#since = 0;
  }

  #head(): { fence: number; version: number; commitId: string; now: number } {
    return { fence: this.#fence, version: this.#version, commitId: `${this.#fence}.${this.#version}`, now: this.#clock.now() };
  }

  #append(run: Run, change: Change): CommitOutcome | Promise<CommitOutcome> {
    // State operations become values here, in commit order, so that what is stored is what is applied.
    if (change.kind === 'commit' && change.patch !== null) resolvePatch(run, change.patch);
    const emitted = emittedBy(run, change);
    const path = change.kind === 'commit' ? change.execution.step : change.kind;
    const texts = emitted.map((event) => writeJson(event, path));
    const status = endOf(change, emitted);
    const delta = encodeChange(change, run, emitted, texts);
    const items = itemsOf(run, change, emitted, texts);
    const version = this.#version;
    const commit: { -readonly [Field in keyof CheckpointCommit]: CheckpointCommit[Field] } = {
      fence: this.#fence, version, commitId: `${this.#fence}.${version}`, now: this.#clock.now(), delta, items, status: status ?? 'running',
    };
    if (status !== null) commit.wakeAt = null;
    if (change.kind === 'input' && change.inputId !== null) commit.consumed = [change.inputId];
    return this.#store.commit(run.id, commit);
  }

  #check(run: Run, outcome: CommitOutcome): void {
    if (outcome === 'fenced') throw fenced(run);
    if (outcome === 'conflict') throw new PersistError(`Cannot go on with run ${run.id}: the stored run is not the one this process knows`);
    this.#version++;
    this.#since++;
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
        done: () => undefined,
      });
      return;
    }
    applyEnd(run, 'failed', error instanceof BlazenError ? error : new PersistError(`Cannot store run ${run.id}`, { cause: error, retryable: true }));
  }
}

/** What is stored with a commit of an execution that has made calls. */
function callsOf({ journal }: Execution, note: Note | null): CallsTold | null {
  if (journal === undefined) return null;
  const { open, order, stored } = journal;
  journal.stored = order.length;
  return { note, open: [...open], answered: order.slice(stored) };
}

function fenced(run: Run): PersistFencedError {
  return new PersistFencedError(`Cannot go on with run ${run.id}: another process has taken it over`, { runId: run.id });
}

/** What the change shows to the readers of the run, as durable items. */
function itemsOf(run: Run, change: Change, emitted: readonly WorkflowEvent[], texts: readonly string[]): CheckpointItem[] {
  const items: CheckpointItem[] = [];
  let seq = run.stream?.seq ?? 0;
  const show = (event: string, published: boolean): void => { items.push({ seq: ++seq, data: toUtf8(`{"event":${event},"published":${published}}`) }); };
  if (change.kind === 'commit') for (const event of change.items) show(writeJson(event, 'stream'), true);
  for (let i = 0; i < emitted.length; i++) {
    const { type } = emitted[i] as WorkflowEvent;
    if (type === STOP) break;
    if (type !== START) show(texts[i] as string, false);
  }
  return items;
}
