import { type Clock, systemClock } from '../base/clock.ts';
import { PersistError, ValidationError } from '../base/error-classes.ts';
import { uuid } from '../base/id.ts';
import { decodeJson, encodeJson } from '../base/json-codec.ts';
import type { CheckpointInput, CheckpointStore, CheckpointSummary, InputOutcome } from '../spec/checkpoint.ts';
import { type EventLike, INPUT_RESPONSE, START, WorkflowEvent } from '../events/index.ts';
import { abortRun, kick, outcomeOf } from '../workflow/engine.ts';
import type { InputOf } from '../workflow/index.ts';
import { type Definition, Run } from '../workflow/run.ts';
import { Signal } from '../workflow/signal.ts';
import { capture } from './capture.ts';
import { foldRun } from './fold.ts';
import { Journal } from './journal.ts';
import { continueLater } from './pause.ts';
import { storedItems, type StreamItem } from './stream-item.ts';

/** Any workflow, whatever its types. */
export interface AnyWorkflow {
  readonly name: string;
  /** @internal */
  definition(): Definition;
  /** @internal */
  parse(input: unknown): object | undefined;
}

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

interface Live {
  readonly run: Run;
  readonly journal: Journal;
  /** Number of the newest input looked at. */
  seenInput: number;
  renewal: unknown;
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
export class LocalHost {
  readonly #store: CheckpointStore;
  readonly #clock: Clock;
  readonly #owner: string;
  readonly #leaseMs: number;
  readonly #definitions = new Map<string, Definition>();
  readonly #live = new Map<string, Live>();
  /** Fired when a run is taken up. */
  readonly #taken = new Signal();
  #closed = false;

  constructor({ store, workflows, owner = uuid(), leaseMs = 30_000, clock = systemClock }: LocalHostOptions) {
    this.#store = store;
    this.#owner = owner;
    this.#leaseMs = leaseMs;
    this.#clock = clock;
    for (const workflow of workflows) this.#definitions.set(workflow.name, workflow.definition());
  }

  /**
   * Start a run. When it answers, the run is stored and will be finished, by this host or another. Starting a run id that
   * exists changes nothing.
   *
   * @throws ValidationError when the host does not know the workflow or the input does not fit.
   */
  async start<W extends AnyWorkflow>(workflow: W, input?: InputOf<W>, { runId = uuid() }: { readonly runId?: string } = {}): Promise<string> {
    this.#check();
    const definition = this.#definition(workflow.name);
    const event = new WorkflowEvent(workflow.parse(input) ?? {});
    (event as { type: string }).type = START;
    const seed = new Run(definition, runId, this.#clock, UNSTORED, true);
    seed.queue.push(event);
    const base = new TextEncoder().encode(encodeJson(capture(seed), 'input'));
    await this.#store.create(runId, { workflow: workflow.name, base, now: seed.startedAt });
    await this.#take(runId);
    return runId;
  }

  /**
   * Go on with runs that nobody works on although somebody should: call it at start, and from time to time.
   *
   * @param limit runs to take over, at most. Default 100. @returns ids of the runs taken over.
   */
  async recover(limit: number = 100): Promise<string[]> {
    this.#check();
    const taken: string[] = [];
    for (const runId of await this.#store.due(this.#clock.now(), limit)) if (await this.#take(runId)) taken.push(runId);
    return taken;
  }

  /**
   * Answer an input request of a run, wherever it is. The first answer with an id counts; it is never lost once this has
   * answered 'stored'.
   */
  async deliver(runId: string, requestId: string, response: unknown): Promise<InputOutcome> {
    this.#check();
    const event = { type: INPUT_RESPONSE, request_id: requestId, response };
    const outcome = await this.#store.putInput(runId, requestId, new TextEncoder().encode(encodeJson(event, 'response')));
    if (outcome === 'stored') await this.#takeInputs(runId);
    return outcome;
  }

  /** What is known about a run; null for an unknown one. */
  async status(runId: string): Promise<CheckpointSummary | null> { return this.#store.status(runId); }

  /**
   * The result of a run. Of one that waits, it comes when this host goes on with it to its end.
   *
   * @throws the error the run ended with (as stored: name, message and code, when it ended elsewhere); ValidationError for
   * an unknown run.
   */
  async result(runId: string): Promise<unknown> {
    for (;;) {
      const live = this.#live.get(runId);
      while (live !== undefined && !live.run.ended && live === this.#live.get(runId)) await live.run.wait();
      // A run that was lost to another host may have ended there.
      const lost = live?.run.value instanceof PersistError ? live.run : null;
      if (live?.run.ended && lost === null) return (await outcomeOf(live.run)).data;
      const stored = await this.#store.read(runId);
      if (stored === null) throw new ValidationError(`No run ${runId} is stored`);
      const run = foldRun(this.#definition(stored.workflow), stored, this.#clock, UNSTORED);
      if (run.ended) return (await outcomeOf(run)).data;
      if (lost !== null) return (await outcomeOf(lost)).data;
      if (!this.#live.has(runId)) await this.#taken.wait();
    }
  }

  /**
   * The stream of a run from item `from` on, to the end of the run; of a run that another host works on, to what is stored.
   * Durable items come in order and without gaps, live ones in between while this host works on the run.
   */
  async *stream(runId: string, from: number = 1): AsyncGenerator<StreamItem, void, undefined> {
    let seq = from - 1;
    for (;;) {
      const run = this.#live.get(runId)?.run;
      const status = run?.status ?? (await this.#store.status(runId))?.status;
      // Attached before the store is read, so that nothing is missed in between.
      const reader = run?.stream?.read(run.stream.seq + 1);
      try {
        for (let more = true; more;) {
          for await (const item of storedItems(this.#store, runId, seq)) {
            ({ seq } = item);
            yield item;
          }
          more = false;
          // Wakes at the next item that is durable or live, or when the run is put away.
          while (reader !== undefined && !more) {
            const { seq: last } = reader;
            const { value, done } = await reader.next();
            if (done) break;
            if (reader.seq === last) yield { seq: null, event: value as unknown as EventLike, published: true };
            else more = reader.seq > seq;
          }
        }
      } finally {
        void reader?.return();
      }
      const resting = status === 'waiting' || status === 'paused';
      if (this.#closed || (run === undefined ? !resting : run.ended)) return;
      if (!this.#live.has(runId)) await this.#taken.wait();
    }
  }

  /** Stop a run of this host. */
  abort(runId: string, reason?: unknown): void {
    const live = this.#live.get(runId);
    if (live !== undefined) abortRun(live.run, reason);
  }

  /** Ids of the runs this host works on now. */
  get active(): readonly string[] { return [...this.#live.keys()]; }

  /** Stop working: runs are given back as they are, for another host to go on with. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const [runId, live] of this.#live) {
      this.#forget(runId, live);
      live.run.status = 'pausing';
      await live.journal.release(live.run, live.seenInput);
    }
    this.#taken.fire();
  }

  async #take(runId: string): Promise<boolean> {
    if (this.#live.has(runId)) return false;
    const claimed = await this.#store.claim(runId, this.#owner, this.#leaseMs, this.#clock.now());
    if (claimed === null) return false;
    const journal = new Journal(this.#store, this.#clock, claimed.fence, claimed.version);
    const run = foldRun(this.#definition(claimed.workflow), claimed, this.#clock, journal);
    const live: Live = { run, journal, seenInput: 0, renewal: null };
    this.#live.set(runId, live);
    this.#taken.fire();
    this.#feed(live, claimed.inputs);
    this.#renewLater(runId, live);
    void this.#watch(runId, live);
    void continueLater(run);
    return true;
  }

  /** Inputs that came while nobody worked on the run, or by way of another host. */
  async #takeInputs(runId: string): Promise<void> {
    const live = this.#live.get(runId);
    if (live === undefined) {
      await this.#take(runId);
      return;
    }
    this.#feed(live, await this.#store.readInputs(runId, live.seenInput));
    kick(live.run);
  }

  #feed(live: Live, inputs: readonly CheckpointInput[]): void {
    for (const { id, seq, data } of inputs) {
      if (seq <= live.seenInput) continue;
      live.seenInput = seq;
      live.journal.input(live.run, new WorkflowEvent(decodeJson(new TextDecoder().decode(data)) as EventLike), id);
    }
  }

  /** Waits until the run rests: one that waits is stored whole and given back, so that it costs this process nothing. */
  async #watch(runId: string, live: Live): Promise<void> {
    const { run, journal } = live;
    while (!run.ended && run.status !== 'waiting') await run.wait();
    if (!run.ended) {
      await journal.compact(run, 'waiting');
      // An answer may have come meanwhile.
      if ((run.status as string) !== 'waiting') { void this.#watch(runId, live); return; }
      this.#forget(runId, live);
      await journal.release(run, live.seenInput);
      // An answer that was stored while the run was being put to sleep wakes it again.
      if (!this.#closed && (await this.#store.readInputs(runId, live.seenInput)).length > 0) await this.#take(runId);
      return;
    }
    this.#forget(runId, live);
  }

  #renewLater(runId: string, live: Live): void {
    live.renewal = this.#clock.after(this.#leaseMs / 3, () => void this.#renew(runId, live));
    (live.renewal as { unref?(): void }).unref?.();
  }

  async #renew(runId: string, live: Live): Promise<void> {
    if (this.#live.get(runId) !== live) return;
    try {
      if (!await live.journal.renew(live.run, this.#leaseMs)) live.journal.abandon(live.run);
    } catch {
      // The store cannot be reached now: the next try, or the next commit, will tell.
    }
    if (!live.run.ended) this.#renewLater(runId, live);
  }

  #forget(runId: string, live: Live): void {
    this.#clock.cancel(live.renewal);
    this.#live.delete(runId);
    live.run.stream?.close();
    live.run.fire();
  }

  #definition(name: string): Definition {
    const definition = this.#definitions.get(name);
    if (definition === undefined) throw new ValidationError(`This host does not know workflow '${name}': pass it in 'workflows'`);
    return definition;
  }

  #check(): void {
    if (this.#closed) throw new ValidationError('This host is closed');
  }
}

/** For runs that are only looked at. */
const UNSTORED = {
  busy: true, commit: () => undefined, publish: () => true, input: () => undefined, end: () => undefined, kick: () => undefined,
} as const;

/** A host for durable runs in this process. */
export function createLocalHost(options: LocalHostOptions): LocalHost { return new LocalHost(options); }
