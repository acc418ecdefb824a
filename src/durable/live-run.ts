import type { Clock } from '../base/clock.ts';
import type { CheckpointInput, CheckpointStore, ClaimedCheckpoint } from '../spec/checkpoint.ts';
import { type EventLike, INPUT_EXPIRED, INPUT_RESPONSE, WorkflowEvent } from '../events/index.ts';
import { abortRun, kick } from '../workflow/engine.ts';
import type { Deadlines } from '../workflow/deadlines.ts';
import type { Feed } from '../workflow/feed.ts';
import type { RunLog } from '../workflow/run-log.ts';
import type { Definition, Run } from '../workflow/run.ts';
import { armBy, nextDue, reopen, takeExpiry } from './alarm.ts';
import { type ControlEvent, decodeInput, encodeInput, isControl, type Wish } from './control.ts';
import { foldRun } from './fold.ts';
import { Journal } from './journal.ts';
import { continueLater, continueRun, discard, pauseRun } from './pause.ts';
import { CountedLog, StoredFeed } from './stored-feed.ts';

/** What a run needs of the host that works on it. */
export interface Keeper {
  readonly store: CheckpointStore;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly deadlines: Deadlines;
  /** The host no longer works on the run. @param wakeAt when the run has something to do again; null for never. */
  let(live: LiveRun, wakeAt: number | null): void;
  /** The run was given back, and an input came while that happened. */
  wake(runId: string): void;
}

/** A run that a host works on: from its claim until it ends, waits, is paused or is lost. */
export class LiveRun {
  readonly run: Run;
  /** Resolves when the host has let go of the run and given it back. */
  readonly released: Promise<void>;
  /** The host no longer works on it. */
  gone = false;
  readonly #keeper: Keeper;
  readonly #journal: Journal;
  /** Number of the newest input looked at. */
  #seenInput: number;
  /** Answers whose request is not open yet. */
  #early: { readonly id: string; readonly event: EventLike }[] = [];
  /** Ids of control inputs that took effect and are still in the store. */
  readonly #steered: string[];
  #renewal: unknown = null;

  /** Begins at once, as `wish` says; the steps a little later. */
  constructor(keeper: Keeper, definition: Definition, claimed: ClaimedCheckpoint, { ids, abort, paused }: Wish) {
    const { store, clock } = keeper;
    this.#keeper = keeper;
    this.#journal = new Journal(store, clock, claimed.fence, claimed.version);
    this.#journal.expire = (_run, request) => void this.#expire(request);
    this.run = foldRun(definition, claimed, clock, this.#journal);
    (this.run as { deadlines: Deadlines }).deadlines = keeper.deadlines;
    (this.run as { stream: Feed<WorkflowEvent> }).stream = new StoredFeed(this.run.stream as Feed<WorkflowEvent>, this.#journal);
    (this.run as { log: RunLog }).log = new CountedLog(this.run.log.seq);
    this.#steered = ids;
    this.#seenInput = 0;
    this.#renewLater();
    if (abort !== null) abortRun(this.run, abort.reason);
    else if (paused !== true) {
      this.#feed(claimed.inputs.filter(({ id }) => !ids.includes(id)));
      void continueLater(this.run);
    }
    // A paused run leaves them in the store until it goes on.
    this.#seenInput = claimed.inputs.at(-1)?.seq ?? 0;
    this.released = this.#watch();
  }

  /** Take in what has come since. */
  async look(): Promise<void> {
    const inputs = await this.#keeper.store.readInputs(this.run.id, this.#seenInput);
    if (this.gone) return;
    this.#feed(inputs);
    kick(this.run);
  }

  /** Stop working on it and give it back as it is. */
  async close(): Promise<void> {
    this.#let();
    discard(this.run);
    await this.#journal.release(this.run, this.#seenInput, true);
  }

  #feed(inputs: readonly CheckpointInput[]): void {
    for (const { id, seq, data } of inputs) {
      if (seq <= this.#seenInput) continue;
      this.#seenInput = seq;
      const event = decodeInput(data);
      if (isControl(event)) this.#steer(id, event);
      else if (this.#isEarly(event)) this.#early.push({ id, event });
      else this.#take(id, event);
    }
  }

  #take(inputId: string, event: EventLike): void {
    const input = (taken: WorkflowEvent): void => { this.#journal.input(this.run, taken, inputId); };
    if (event.type === INPUT_EXPIRED) takeExpiry(this.run, event['request_id'], input);
    else input(new WorkflowEvent(event));
  }

  /** Nobody answered in time. That is an input under the request's id, like an answer: the store tells which came first. */
  async #expire(request: WorkflowEvent): Promise<void> {
    const id = String((request as unknown as EventLike)['request_id']);
    try {
      await this.#keeper.store.putInput(this.run.id, id, encodeInput({ type: INPUT_EXPIRED, request_id: id }, 'request'));
      await this.look();
    } catch {
      // The store cannot be reached now: it is tried again when the lease is renewed.
      reopen(request);
    }
  }

  /** Let somebody's wish take effect. */
  #steer(inputId: string, { action, reason }: ControlEvent): void {
    this.#steered.push(inputId);
    if (action === 'abort') abortRun(this.run, reason);
    else if (action === 'pause') void pauseRun(this.run);
    else continueRun(this.run);
  }

  /** Is this an answer to a request that is not open? */
  #isEarly(event: EventLike): boolean {
    const open = this.run.requests as unknown as readonly EventLike[];
    return (event.type === INPUT_RESPONSE || event.type === INPUT_EXPIRED) && !open.some((request) => request['request_id'] === event['request_id']);
  }

  /** Answers that came before their requests; false when there is none. */
  #feedEarly(): boolean {
    const ready = this.#early.filter(({ event }) => !this.#isEarly(event));
    this.#early = this.#early.filter((answer) => !ready.includes(answer));
    for (const { id, event } of ready) this.#take(id, event);
    return ready.length > 0;
  }

  /** Waits until the run rests: one that waits or is paused is stored whole and given back, so that it costs this process nothing. */
  async #watch(): Promise<void> {
    const { run } = this;
    const { store } = this.#keeper;
    try {
      while (!this.gone && !run.ended) {
        const { status } = run;
        if (status !== 'waiting' && status !== 'paused') await run.wait();
        else if (status === 'paused' || !this.#feedEarly()) {
          await this.#journal.compact(run, status, this.#steered);
          // An answer may have come meanwhile.
          if (run.status !== status || this.gone) continue;
          const wakeAt = status === 'waiting' ? nextDue(run) : null;
          discard(run);
          this.#let(wakeAt);
          await this.#journal.release(run, this.#seenInput, false);
          // So may one while the run was being put to sleep.
          if ((await store.readInputs(run.id, this.#seenInput)).length > 0) this.#keeper.wake(run.id);
        }
      }
    } catch {
      // The store cannot be reached, or somebody else has the run: whoever finds it due goes on with it.
    }
    this.#let();
  }

  #renewLater(): void {
    const { clock, leaseMs } = this.#keeper;
    this.#renewal = clock.after(leaseMs / 3, () => void this.#renew());
    (this.#renewal as { unref?(): void }).unref?.();
  }

  async #renew(): Promise<void> {
    try {
      if (!await this.#journal.renew(this.run, this.#keeper.leaseMs)) this.#journal.abandon(this.run);
      // Inputs that other processes stored.
      else if (!this.gone && !this.run.ended) {
        await this.look();
        armBy(this.run, nextDue(this.run));
      }
    } catch {
      // The store cannot be reached now: the next try, or the next commit, will tell.
    }
    if (!this.gone && !this.run.ended) this.#renewLater();
  }

  #let(wakeAt: number | null = null): void {
    if (this.gone) return;
    this.gone = true;
    this.#keeper.clock.cancel(this.#renewal);
    this.#keeper.let(this, wakeAt);
    this.run.stream?.close();
    this.run.fire();
  }
}
