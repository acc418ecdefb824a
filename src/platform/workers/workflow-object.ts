import { systemClock } from '../../base/clock.ts';
import { PersistCorruptError, PersistError, RunNotFoundError, SnapshotError, WorkflowNotFoundError } from '../../base/error-classes.ts';
import { decodeJson } from '../../base/json-codec.ts';
import { type AnyWorkflow, createLocalHost, type LocalHost } from '../../durable/index.ts';
import type { EventLike } from '../../events/index.ts';
import type { CheckpointSummary } from '../../spec/checkpoint.ts';
import { isFinalStatus } from '../../spec/checkpoint-rules.ts';
import type { DurableObjectState, HibernatingSocket } from './durable-object.ts';
import { DurableObjectCheckpointStore } from './durable-object-checkpoint-store.ts';
import { errorResponse, valueResponse } from './run-messages.ts';
import { RunSockets } from './run-sockets.ts';

/** What an object of runs is made of. */
export interface WorkflowObjectOptions<Env> {
  /** The workflows its runs may be of; a function gets the bindings of the Worker, where keys are. */
  readonly workflows: readonly AnyWorkflow[] | ((env: Env) => readonly AnyWorkflow[]);
  /** How long the object keeps a run that has ended, milliseconds; then it is empty. Default: for ever. */
  readonly keepMs?: number;
}

/** The object of one run. Cloudflare calls it; a Worker talks to it through `durableObjectHost`. */
export interface WorkflowObject {
  fetch(request: Request): Promise<Response>;
  alarm(): Promise<void>;
  webSocketMessage(socket: HibernatingSocket, message: string | ArrayBuffer): void;
  webSocketClose(socket: HibernatingSocket): void;
}

/** Why a run does not go on, and how often that was tried. */
export interface RunProblem {
  readonly name: string;
  readonly message: string;
  readonly attempts: number;
  /** Of the last one, milliseconds since 1970. */
  readonly at: number;
}

/**
 * A Durable Object class whose objects each are the home of one run: its state, inputs and stream lie in the object's
 * SQLite database, and its alarm goes on with the run when the object was evicted or killed, when time has come, and
 * after failures. Export it from the Worker and bind it as a class with SQLite storage.
 *
 * @example
 * const hello = new Workflow('hello').addStep('greet', ['blazen::StartEvent'], () => ({ type: 'blazen::StopEvent', result: 'hello' }));
 * export class Runs extends workflowObject({ workflows: [hello] }) {}
 */
export function workflowObject<Env = unknown>({ workflows, keepMs = Infinity }: WorkflowObjectOptions<Env>): new (state: DurableObjectState, env: Env) => WorkflowObject {
  return class extends RunObject {
    constructor(state: DurableObjectState, env: Env) {
      super(state, () => (typeof workflows === 'function' ? workflows(env) : workflows), keepMs);
    }
  };
}

/** While a run is worked on the alarm is never further away than this: so late is it gone on with when the object dies. */
const HEARTBEAT_MS = 1000;
/** How long one call of the alarm stays with a run; Cloudflare allows 15 minutes. */
const ALARM_MS = 60_000;
const LONGEST_DELAY_MS = 3_600_000;
/** Nobody else has the store, so the lease keeps nobody out: renewing it often would only cost. */
const LEASE_MS = 600_000;
const PROBLEM = 'blazen_run_problem';

class RunObject implements WorkflowObject {
  readonly #state: DurableObjectState;
  readonly #workflows: () => readonly AnyWorkflow[];
  readonly #keepMs: number;
  #store: DurableObjectCheckpointStore;
  #sockets: RunSockets;
  #known: readonly AnyWorkflow[] | null = null;
  #made: LocalHost | null = null;
  /** Calls that may be taking the run up. */
  #busy = 0;
  #settled: Promise<void> = Promise.resolve();
  #following = false;

  constructor(state: DurableObjectState, workflows: () => readonly AnyWorkflow[], keepMs: number) {
    this.#state = state;
    this.#workflows = workflows;
    this.#keepMs = keepMs;
    this.#store = new DurableObjectCheckpointStore(state.storage);
    this.#sockets = new RunSockets(state, this.#store);
  }

  async fetch(request: Request): Promise<Response> {
    try {
      if (request.headers.get('upgrade') === 'websocket') return await this.#connect(new URL(request.url).searchParams);
      const { runId, method, args } = decodeJson(await request.text()) as { runId: string; method: string; args: unknown[] };
      return valueResponse(await this.#call(runId, method, args));
    } catch (error) {
      return errorResponse(error);
    }
  }

  /** Alarms that throw are dropped after a few tries; this one only does when it cannot set the next. */
  async alarm(): Promise<void> {
    await this.#arm();
    try {
      const [run] = this.#store.list({ limit: 1 }).runs;
      if (run === undefined || this.#keptUntil(run) <= systemClock.now()) return await this.#clear();
      await this.#work(run.runId, () => this.#wake(run));
      await this.#restOrTimeout();
    } catch {
      // It is recorded, and the next alarm is set.
    }
  }

  webSocketMessage(socket: HibernatingSocket, message: string | ArrayBuffer): void { this.#sockets.heard(socket, message); }

  webSocketClose(socket: HibernatingSocket): void { this.#sockets.left(socket); }

  async #call(runId: string, method: string, args: unknown[]): Promise<unknown> {
    switch (method) {
      case 'start': return this.#work(runId, () => this.#host.start(this.#workflow(args[0] as string), args[1] as never, { runId }));
      case 'deliver': return this.#work(runId, () => this.#host.deliver(runId, args[0] as string, args[1]));
      case 'send': return this.#work(runId, () => this.#host.send(runId, args[0] as EventLike, args[1] as string));
      case 'abort': return this.#work(runId, () => this.#host.abort(runId, args[0] as string | undefined));
      case 'pause': return this.#work(runId, () => this.#host.pause(runId));
      case 'resume': return this.#work(runId, () => this.#host.resume(runId));
      case 'requests': return this.#host.requests(runId);
      case 'status': return this.#status(runId);
      case 'result': return this.#result(runId);
      default: throw new TypeError(`An object of runs has no method '${method}'`);
    }
  }

  async #status(runId: string): Promise<CheckpointSummary & { readonly problem?: RunProblem } | null> {
    const run = this.#store.status(runId);
    const problem = await this.#problem();
    return run === null || problem === undefined ? run : { ...run, problem };
  }

  /** A result that there is, else null: the caller waits for the end by a socket, so that the object may sleep. */
  async #result(runId: string): Promise<{ readonly result: unknown } | null> {
    const run = this.#find(runId);
    if (isFinalStatus(run.status)) return { result: await this.#host.result(runId) };
    if (await this.#isWanting(run)) await this.#work(runId, () => this.#wake(run));
    return null;
  }

  async #connect(query: URLSearchParams): Promise<Response> {
    const run = this.#find(query.get('run') ?? '');
    const from = query.get('from');
    const response = this.#sockets.accept(run.runId, from === null ? null : Number(from) - 1);
    if (await this.#isWanting(run)) this.#work(run.runId, () => this.#wake(run)).catch(() => undefined);
    else void this.#follow(run.runId);
    return response;
  }

  /** Do what may take the run up. Before, the alarm is set; when the run rests again, it is set to when it is due. */
  async #work<T>(runId: string, work: () => Promise<T>): Promise<T> {
    this.#busy++;
    let failure: unknown;
    try {
      void this.#arm();
      return await work();
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      this.#busy--;
      this.#settled = this.#settle(runId, failure);
    }
  }

  /** Go on with a run whatever its lease says: it is of an object that is gone. */
  async #wake({ runId, workflow, status }: CheckpointSummary): Promise<void> {
    if (isFinalStatus(status)) return;
    this.#workflow(workflow);
    await this.#host.wake(runId);
  }

  async #settle(runId: string, failure: unknown): Promise<void> {
    try {
      void this.#follow(runId);
      await this.#host.rest(runId);
    } catch (error) {
      failure ??= error;
    }
    try {
      // Somebody works on it, or is about to, and will be here again.
      if (this.#busy > 0 || this.#isActive) return;
      const { storage } = this.#state;
      const run = this.#store.status(runId);
      const unfit = failure instanceof SnapshotError || failure instanceof PersistCorruptError;
      if (run !== null && (unfit || this.#isStuck(run))) return await this.#fail(failure ?? this.#reason(run));
      const next = run === null ? Infinity : Math.min(this.#keptUntil(run), run.dueAt ?? Infinity);
      void (next === Infinity ? storage.deleteAlarm() : storage.setAlarm(next));
      this.#sockets.flush();
      if (await this.#problem() !== undefined) void storage.delete(PROBLEM);
    } catch {
      // The alarm is still set.
    }
  }

  /** Why nobody works on a run, when nobody has said it. */
  #reason({ runId, workflow }: CheckpointSummary): unknown {
    try {
      this.#workflow(workflow);
      return new PersistError(`Cannot go on with run ${runId}: its state could not be stored`);
    } catch (error) {
      return error;
    }
  }

  /** Try again later, each time after twice as long. */
  async #fail(error: unknown): Promise<void> {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const attempts = ((await this.#problem())?.attempts ?? 0) + 1;
    const at = systemClock.now();
    void this.#state.storage.put(PROBLEM, { name, message, attempts, at } satisfies RunProblem);
    void this.#state.storage.setAlarm(at + Math.min(HEARTBEAT_MS * 2 ** attempts, LONGEST_DELAY_MS));
    this.#sockets.fail(error);
  }

  /** Show those who are connected what the run shows. */
  async #follow(runId: string): Promise<void> {
    if (this.#following || !this.#sockets.open) return;
    this.#following = true;
    try {
      this.#sockets.flush();
      for await (const { seq, event } of this.#host.stream(runId, (this.#store.status(runId)?.streamSeq ?? 0) + 1)) {
        if (seq === null) this.#sockets.live(event);
        else this.#sockets.flush();
        if (!this.#sockets.open) break;
      }
    } catch {
      // Whoever settles the run tells them.
    }
    this.#following = false;
  }

  /** When nothing of a run is kept any more. */
  #keptUntil({ status, updatedAt }: CheckpointSummary): number { return isFinalStatus(status) ? updatedAt + this.#keepMs : Infinity; }

  /** Keep nothing: an object without storage is none. */
  async #clear(): Promise<void> {
    this.#made = null;
    this.#store = new DurableObjectCheckpointStore(this.#state.storage);
    this.#sockets = new RunSockets(this.#state, this.#store);
    void this.#state.storage.deleteAlarm();
    await this.#state.storage.deleteAll();
  }

  async #restOrTimeout(): Promise<void> {
    let timer: unknown;
    await Promise.race([this.#settled, new Promise<void>((resolve) => { timer = systemClock.after(ALARM_MS, resolve); })]);
    systemClock.cancel(timer);
  }

  #arm(): Promise<void> { return this.#state.storage.setAlarm(systemClock.now() + HEARTBEAT_MS); }

  async #problem(): Promise<RunProblem | undefined> { return await this.#state.storage.get(PROBLEM) as RunProblem | undefined; }

  get #isActive(): boolean { return this.#made !== null && this.#made.active.length > 0; }

  /** Should somebody work on the run although nobody does? */
  #isStuck({ status, dueAt }: CheckpointSummary): boolean {
    return !isFinalStatus(status) && !this.#isActive && (status === 'running' || (dueAt !== null && dueAt <= systemClock.now()));
  }

  /** Is it worth trying to go on with the run at once? */
  async #isWanting(run: CheckpointSummary): Promise<boolean> {
    return this.#isStuck(run) || (!this.#isActive && await this.#problem() !== undefined);
  }

  #find(runId: string): CheckpointSummary {
    const run = this.#store.status(runId);
    if (run === null) throw new RunNotFoundError(`No run ${runId} is stored`, { runId });
    return run;
  }

  /** Made when first needed: what a constructor throws would stop the alarm too. */
  get #host(): LocalHost {
    return (this.#made ??= createLocalHost({
      store: this.#store, workflows: (this.#known ??= this.#workflows()), owner: 'object', leaseMs: LEASE_MS,
      // Objects of one isolate may not fire one another's timers: not the clock that all runs share.
      clock: { ...systemClock, elapsed: () => performance.now() },
    }));
  }

  #workflow(name: string): AnyWorkflow {
    const workflow = (this.#known ??= this.#workflows()).find((known) => known.name === name);
    if (workflow === undefined) throw new WorkflowNotFoundError(`The object of runs does not know workflow '${name}': pass it in 'workflows'`, { workflow: name });
    return workflow;
  }
}
