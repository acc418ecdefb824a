import { type Clock, systemClock, wholeMilliseconds } from '../base/clock.ts';
import {
  PersistCorruptError, PersistError, RunEndedError, RunNotFoundError, SnapshotError, ValidationError, WorkflowNotFoundError,
} from '../base/error-classes.ts';
import { uuid } from '../base/id.ts';
import type { CheckpointPage, CheckpointQuery, CheckpointStore, CheckpointSummary, InputOutcome } from '../spec/checkpoint.ts';
import { isFinalStatus } from '../spec/checkpoint-rules.ts';
import { type EventLike, INPUT_RESPONSE, START, toEvent, WorkflowEvent } from '../events/index.ts';
import { outcomeOf } from '../workflow/engine.ts';
import type { InputOf } from '../workflow/index.ts';
import { type Definition, Run } from '../workflow/run.ts';
import { withParts } from './all-parts.ts';
import { encodeBase } from './base-codec.ts';
import { Changes } from './changes.ts';
import { CONTROL, CONTROL_ID, type ControlEvent, encodeInput, wishOf } from './control.ts';
import { foldRun, UNSTORED } from './fold.ts';
import { type Keeper, LiveRun } from './live-run.ts';
import { SteadyDeadlines } from './steady-deadlines.ts';
import { storedItems, type StreamItem } from './stream-item.ts';
import { WakeUps } from './wake-ups.ts';
import type { AnyWorkflow, ReadOptions, StartOptions, WorkflowHost } from './workflow-host.ts';

/** Options of a local host; all but the store and the workflows are optional. */
export interface LocalHostOptions {
  readonly store: CheckpointStore;
  /** The workflows this host can run, found by their names. */
  readonly workflows: readonly AnyWorkflow[];
  /** Names this instance to the store; must be unique. Default: a new UUID. */
  readonly owner?: string;
  /** How long another host waits before it takes over a run of this one, milliseconds. Default 30,000. */
  readonly leaseMs?: number;
  /** Where time comes from. Default: the host. */
  readonly clock?: Clock;
}

/**
 * Runs workflows so that they survive their process: every change is stored before it becomes visible, and whatever host
 * finds a run whose host is gone goes on with it. Works with every `CheckpointStore`, in every runtime.
 *
 * @example
 * const host = createLocalHost({ store, workflows: [workflow] });
 * await host.recover();
 * const runId = await host.start(workflow, { amount: 3 });
 * await host.result(runId);
 */
export class LocalHost implements WorkflowHost {
  readonly #store: CheckpointStore;
  readonly #clock: Clock;
  readonly #owner: string;
  readonly #keeper: Keeper;
  readonly #definitions = new Map<string, Definition>();
  readonly #live = new Map<string, LiveRun>();
  /** Runs being taken up. */
  readonly #taking = new Map<string, Promise<boolean>>();
  readonly #changes: Changes;
  readonly #wakeUps: WakeUps;
  #closed = false;

  constructor({ store, workflows, owner = uuid(), leaseMs = 30_000, clock: given = systemClock }: LocalHostOptions) {
    const clock = wholeMilliseconds(given);
    this.#store = store;
    this.#owner = owner;
    this.#clock = clock;
    this.#keeper = { store, clock, leaseMs, deadlines: new SteadyDeadlines(clock), let: (live, wakeAt) => this.#forget(live, wakeAt), wake: (runId) => { if (!this.#closed) void this.#take(runId).catch(() => undefined); } };
    this.#wakeUps = new WakeUps(this.#keeper);
    this.#changes = new Changes(clock, store.capabilities.shared);
    for (const workflow of workflows) this.#definitions.set(workflow.name, withParts(workflow.definition()));
  }

  /**
   * Start a run. When it answers, the run is stored and will be finished, by this host or another. Starting a run id that
   * exists changes nothing.
   *
   * @throws WorkflowNotFoundError; ValidationError when the input does not fit.
   */
  async start<W extends AnyWorkflow>(workflow: W, input?: InputOf<W>, { runId = uuid() }: StartOptions = {}): Promise<string> {
    this.#check();
    const definition = this.#definition(workflow.name);
    const event = new WorkflowEvent(workflow.parse(input) ?? {});
    (event as { type: string }).type = START;
    const seed = new Run(definition, runId, this.#clock, UNSTORED, true);
    seed.queue.push(event);
    await this.#store.create(runId, { workflow: workflow.name, base: encodeBase(seed, 'input'), now: seed.startedAt });
    await this.#take(runId);
    return runId;
  }

  /**
   * Go on with runs that nobody works on although somebody should: call it at start, and from time to time. Runs of
   * workflows this host does not know, or knows in another version, are left to others; `result` tells why.
   *
   * @param limit runs to take over, at most. Default 100. @returns ids of the runs taken over.
   */
  async recover(limit: number = 100): Promise<string[]> {
    this.#check();
    const taken: string[] = [];
    const due = (await this.#store.due(this.#clock.now(), limit)).values();
    // Side by side: a store outside the process is waited for.
    await Promise.all(Array.from({ length: 16 }, async () => {
      for (const runId of due) {
        try {
          if (await this.#take(runId)) taken.push(runId);
        } catch (error) {
          if (!(error instanceof SnapshotError || error instanceof PersistCorruptError)) throw error;
        }
      }
    }));
    return taken;
  }

  async deliver(runId: string, requestId: string, response: unknown): Promise<InputOutcome> {
    return this.#put(runId, requestId, encodeInput({ type: INPUT_RESPONSE, request_id: requestId, response }, 'response'));
  }

  async send(runId: string, event: EventLike, eventId: string = uuid()): Promise<InputOutcome> {
    const { type } = toEvent(event);
    if (type.startsWith('blazen::')) throw new ValidationError(`Cannot send ${type}: it is an event of the engine`, { path: 'type' });
    return this.#put(runId, `event/${eventId}`, encodeInput(event, 'event'));
  }

  async status(runId: string): Promise<CheckpointSummary | null> { return this.#store.status(runId); }

  async list(query?: CheckpointQuery): Promise<CheckpointPage> { return this.#store.list(query); }

  async requests(runId: string): Promise<readonly EventLike[]> {
    const run = this.#live.get(runId)?.run ?? await this.#read(runId);
    return [...run.requests] as unknown as EventLike[];
  }

  async result(runId: string): Promise<unknown> {
    for (;;) {
      const live = this.#live.get(runId);
      const change = this.#changes.next(runId, live === undefined);
      try {
        while (live !== undefined && !live.run.ended && !live.gone) await live.run.wait();
        // A run that was lost to another host may have ended there.
        const lost = live?.run.value instanceof PersistError ? live.run : null;
        if (live?.run.ended && lost === null) return (await outcomeOf(live.run)).data;
        const run = await this.#read(runId);
        if (run.ended) return (await outcomeOf(run)).data;
        if (lost !== null) return (await outcomeOf(lost)).data;
        this.#check();
        await change.come;
      } finally {
        change.stop();
      }
    }
  }

  async *stream(runId: string, from: number = 1, { signal }: ReadOptions = {}): AsyncGenerator<StreamItem, void, undefined> {
    for (let seq = from - 1; !signal?.aborted && !this.#closed;) {
      const run = this.#live.get(runId)?.run;
      const change = this.#changes.next(runId, run === undefined, signal);
      // Attached before the store is read, so that nothing is missed in between.
      const reader = run?.stream?.read(run.stream.seq + 1);
      try {
        const summary = run === undefined || run.ended ? await this.#store.status(runId) : undefined;
        if (summary === null) throw notFound(runId);
        for (let more = true; more;) {
          for await (const item of storedItems(this.#store, runId, seq)) {
            if (signal?.aborted) return;
            ({ seq } = item);
            yield item;
          }
          more = false;
          // Wakes at the next item that is durable or live, or when the host lets go of the run.
          while (reader !== undefined && !more) {
            const { seq: last } = reader;
            const next = await Promise.race([reader.next(), change.come]);
            if (next === undefined || next.done) break;
            if (reader.seq === last) yield { seq: null, event: next.value as unknown as EventLike, published: true };
            else more = reader.seq > seq;
          }
        }
        if (summary !== undefined && isFinalStatus(summary.status)) return;
        await change.come;
      } finally {
        change.stop();
        void reader?.return();
      }
    }
  }

  async abort(runId: string, reason?: string): Promise<void> {
    const live = await this.#control(runId, { type: CONTROL, action: 'abort', ...(reason === undefined ? undefined : { reason }) });
    while (live !== undefined && !live.run.ended && !live.gone) await live.run.wait();
  }

  async pause(runId: string): Promise<void> {
    const live = await this.#control(runId, { type: CONTROL, action: 'pause' });
    // With a step in flight it takes as long as the step: not waited for.
    if (live?.run.status === 'paused') await live.released;
  }

  async resume(runId: string): Promise<void> { await this.#control(runId, { type: CONTROL, action: 'resume' }); }

  /** Ids of the runs this host works on now. */
  get active(): readonly string[] { return [...this.#live.keys()]; }

  /** Stop working: runs are given back as they are, for another host to go on with. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wakeUps.end();
    // One that cannot be given back now is free when its lease ends.
    await Promise.allSettled([...this.#live.values()].map((live) => live.close()));
    this.#changes.end();
  }

  /** @internal Go on with a run now, whether it is due or not. For a host that is alone with its store. */
  wake(runId: string): Promise<boolean> { return this.#take(runId); }

  /** @internal Resolves when this host has let go of a run; the caller wakes it when it is due. @throws PersistError that made it. */
  async rest(runId: string): Promise<void> {
    await this.#taking.get(runId);
    const live = this.#live.get(runId);
    if (live === undefined) return this.#wakeUps.clear(runId);
    await live.released;
    if (live.run.value instanceof PersistError) throw live.run.value;
    await this.rest(runId);
  }

  /** Store an input, and let the run take it in if this host can. */
  async #put(runId: string, inputId: string, data: Uint8Array): Promise<InputOutcome> {
    this.#check();
    const outcome = await this.#store.putInput(runId, inputId, data);
    if (outcome === 'stored') await this.#takeInputs(runId);
    return outcome;
  }

  async #control(runId: string, event: ControlEvent): Promise<LiveRun | undefined> {
    const outcome = await this.#put(runId, CONTROL_ID + uuid(), encodeInput(event, 'reason'));
    if (outcome === 'stored') return this.#live.get(runId);
    const summary = await this.#store.status(runId);
    if (summary === null) throw notFound(runId);
    throw new RunEndedError(`Cannot ${event.action} run ${runId}: it is ${summary.status}`, { runId, status: summary.status });
  }

  /** The run as it is stored, to look at. */
  async #read(runId: string): Promise<Run> {
    const stored = await this.#store.read(runId);
    if (stored === null) throw notFound(runId);
    return foldRun(this.#definition(stored.workflow), stored, this.#clock, UNSTORED);
  }

  /** Become the one who works on the run; false when that is not possible, or nothing is to be done. */
  #take(runId: string): Promise<boolean> {
    // Two claims of one owner would end each other.
    let taking = this.#taking.get(runId);
    if (taking === undefined) this.#taking.set(runId, (taking = this.#claim(runId).finally(() => this.#taking.delete(runId))));
    return taking;
  }

  async #claim(runId: string): Promise<boolean> {
    if (this.#live.has(runId)) return false;
    this.#wakeUps.clear(runId);
    const definition = this.#definitions.get((await this.#store.status(runId))?.workflow ?? '');
    const claimed = definition === undefined ? null : await this.#store.claim(runId, this.#owner, this.#keeper.leaseMs, this.#clock.now());
    if (definition === undefined || claimed === null) return false;
    const wish = wishOf(claimed.inputs);
    const asleep = claimed.status === 'paused' && wish.paused !== false && wish.abort === null;
    if (asleep || this.#closed) {
      // A paused run keeps its inputs until it goes on.
      await this.#store.release(runId, claimed.fence, asleep ? { seenInput: claimed.inputs.at(-1)?.seq ?? 0 } : { seenInput: 0, wakeAt: this.#clock.now() });
      return false;
    }
    let live: LiveRun;
    try {
      live = new LiveRun(this.#keeper, definition, claimed, wish);
    } catch (error) {
      // It is for a host with another version of the workflow; the others that are due here come first.
      await this.#store.release(runId, claimed.fence, { seenInput: claimed.inputs.at(-1)?.seq ?? 0, wakeAt: this.#clock.now() + this.#keeper.leaseMs });
      throw error;
    }
    if (!live.gone) this.#live.set(runId, live);
    this.#changes.tell(runId);
    return true;
  }

  /** Inputs that came while nobody worked on the run, or by way of another host. */
  async #takeInputs(runId: string): Promise<void> {
    // One that is taken up now comes with all of them.
    const before = this.#live.has(runId) || this.#taking.has(runId);
    await this.#take(runId);
    if (before) await this.#live.get(runId)?.look();
  }

  #forget(live: LiveRun, wakeAt: number | null): void {
    const { id } = live.run;
    if (this.#live.get(id) === live) this.#live.delete(id);
    if (wakeAt !== null && !this.#closed) this.#wakeUps.set(id, wakeAt);
    this.#changes.tell(id);
  }

  #definition(name: string): Definition {
    const definition = this.#definitions.get(name);
    if (definition === undefined) throw new WorkflowNotFoundError(`This host does not know workflow '${name}': pass it in 'workflows'`, { workflow: name });
    return definition;
  }

  #check(): void {
    if (this.#closed) throw new ValidationError('This host is closed');
  }
}

function notFound(runId: string): RunNotFoundError { return new RunNotFoundError(`No run ${runId} is stored`, { runId }); }

/** A host for durable runs in this process. */
export function createLocalHost(options: LocalHostOptions): LocalHost { return new LocalHost(options); }
