import type { Clock } from '../../base/clock.ts';
import { PersistError } from '../../base/error-classes.ts';
import type { CheckpointStore, MaybePromise } from '../../spec/checkpoint.ts';
import { type AnyWorkflow, createLocalHost, type LocalHost } from '../../durable/index.ts';
import type { Execution } from '../../workflow/execution.ts';
import type { Run } from '../../workflow/run.ts';
import type { Step } from '../../workflow/step.ts';
import { wrapSteps } from '../wrap-steps.ts';
import type { Simulation } from './simulation.ts';
import type { Actor, Operation } from './world.ts';

/** What a workflow that is made for each worker is given. */
export interface SimulatedHost {
  /** The worker's time: virtual, and possibly wrong. */
  readonly clock: Clock;
  /** Chance, from 0 up to 1: the same for the same seed. */
  readonly random: () => number;
}

/** What a worker calls a lease, milliseconds; its third is when it renews it. */
export const LEASE_MS = 1000;
/** Longest wait between two looks for something, milliseconds: a clock that was an hour ahead may have written down when to look. */
export const MAX_IDLE_MS = 60_000;

/** One process of the simulated system: the shipped host over a store that it reaches by messages, with a clock of its own. */
export class SimulatedWorker implements Actor {
  readonly name: string;
  dead = false;
  pausedUntil = 0;
  /** What its clock is off, milliseconds. */
  skewMs: number;
  readonly clock: Clock;
  readonly host: LocalHost;
  readonly workflows: readonly AnyWorkflow[];
  /** The runs it works on, as its steps see them. */
  readonly runs: Map<string, Run> = new Map();
  readonly #simulation: Simulation;
  /** Requests on their way, and what they do when they arrive. */
  readonly #sent = new Map<Operation, () => unknown>();
  readonly #calls = new Set<(error: Error) => void>();
  /** Steps that have been called and have not ended. */
  #working = 0;
  /** What they wait for did not come when it was given time. */
  #waited = false;
  /** The store answers at once instead of by messages. */
  readonly #direct: boolean;

  constructor(simulation: Simulation, name: string) {
    const { world, faults } = simulation;
    this.#simulation = simulation;
    this.name = name;
    this.skewMs = Math.round((world.random() * 2 - 1) * faults.clockSkewMs);
    this.#direct = world.random.chance(0.15);
    this.clock = {
      now: () => world.now + this.skewMs,
      // The host renews its leases for as long as it has a run: nobody waits for that.
      after: (delayMs, fire) => world.add(this, `timer ${delayMs}`, delayMs, fire, delayMs === LEASE_MS / 3),
      cancel: (timer) => world.remove(timer as Operation),
    };
    this.workflows = simulation.workflows.map((workflow) => this.#simulated(typeof workflow === 'function' ? workflow({ clock: this.clock, random: world.random }) : workflow));
    this.host = createLocalHost({ store: this.#port(simulation.store), workflows: this.workflows, owner: name, leaseMs: LEASE_MS, clock: this.clock });
    void this.#look();
  }

  /** Its steps may wait for something that is not simulated: give that some time, once. */
  async waitForOthers(): Promise<void> {
    if (this.#working === 0 || this.#waited || this.#simulation.world.has(this)) return;
    this.#waited = !await this.#simulation.world.turn();
  }

  /** What a client in this worker's process gets. @throws Error when the process dies first. */
  call<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#calls.add(reject);
      work().then(resolve, reject).finally(() => this.#calls.delete(reject));
    });
  }

  /** The process is gone. What it had sent may still arrive. */
  die(): void {
    const { world, network } = this.#simulation;
    this.dead = true;
    for (const operation of world.take(this)) {
      const arrive = this.#sent.get(operation);
      const cut = /^(answer: )?commit \S+ \d+\.(\d+)$/.exec(operation.what);
      if (cut !== null) this.#simulation.crashPoints.add(`${cut[1] === undefined ? 'before' : 'after'} ${cut[2]}`);
      if (arrive !== undefined && world.random.chance(0.5)) world.add(network, `late ${operation.what}`, world.random.below(2 * LEASE_MS), arrive);
    }
    for (const reject of this.#calls) reject(new Error(`${this.name} died`));
  }

  /** Look for runs that nobody works on, less often the longer there are none. */
  async #look(): Promise<void> {
    const { world } = this.#simulation;
    for (let idleMs = LEASE_MS / 4; ; idleMs = Math.min(2 * idleMs, MAX_IDLE_MS)) {
      await world.wait(this, 'looks for work', world.random() * idleMs, true);
      try {
        if ((await this.host.recover()).length > 0) idleMs = LEASE_MS / 8;
      } catch (error) {
        world.trace.add(`${this.name} could not look: ${String(error)}`);
        idleMs = LEASE_MS / 8;
      }
      if (this.dead) return;
    }
  }

  /** The workflow as this worker runs it: each step takes its time, and is watched. Time limits of runs are left out. */
  #simulated(workflow: AnyWorkflow): AnyWorkflow {
    const { world } = this.#simulation;
    const simulated = wrapSteps(workflow.definition(), (step) => (event, context) => {
      this.runs.set(context.runId(), (context as Execution).owner);
      this.#simulation.began(this, context as Execution);
      if (world.random.chance(0.3)) return step.run(event, context);
      this.#worksOn(1);
      return this.#slowly(step, () => step.run(event, context)).finally(() => this.#worksOn(-1));
    });
    return { name: workflow.name, definition: () => simulated, parse: (input) => workflow.parse(input) };
  }

  #worksOn(steps: 1 | -1): void {
    this.#working += steps;
    this.#waited = false;
  }

  async #slowly<T>(step: Step, run: () => T): Promise<Awaited<T>> {
    const { world } = this.#simulation;
    await world.wait(this, `begins ${step.name}`, this.#duration());
    const output = await run();
    await world.wait(this, `ends ${step.name}`, this.#duration());
    return output;
  }

  /** Most steps are quick, some take longer than a lease. */
  #duration(): number {
    const { random } = this.#simulation.world;
    return random.chance(0.04) ? LEASE_MS * (1 + random() * 2) : random() * 40;
  }

  /** The store, as it looks from here: calls are messages that take time, get lost or arrive twice. */
  #port(store: CheckpointStore): CheckpointStore {
    const { contract } = this.#simulation;
    const port: CheckpointStore = {
      // Whatever it is: here it has several processes around it, which die.
      capabilities: { persistent: true, shared: true },
      create: (id, run) => this.#send(`create ${id}`, () => store.create(id, run), (answer) => contract.create(id, run, answer)),
      claim: (id, owner, leaseMs, now) => {
        // By the clock of when it was sent: it may arrive after that has been put right.
        const { calm } = this.#simulation;
        return this.#send(`claim ${id}`, () => store.claim(id, owner, leaseMs, now), (answer) => contract.claim(id, owner, leaseMs, now, calm, answer));
      },
      commit: (id, commit) => this.#send(`commit ${id} ${commit.commitId}`, () => store.commit(id, commit), (answer) => contract.commit(id, commit, answer)),
      renew: (id, fence, leaseMs, now) => this.#send(`renew ${id}`, () => store.renew(id, fence, leaseMs, now), (answer) => contract.renew(id, fence, leaseMs, now, answer)),
      release: (id, fence, options) => this.#send(`release ${id}`, () => store.release(id, fence, options), (answer) => contract.release(id, fence, options.wakeAt, options.seenInput, answer)),
      putInput: (id, inputId, data) => this.#send(`input ${id} ${inputId}`, () => store.putInput(id, inputId, data), (answer) => contract.putInput(id, inputId, data, answer)),
      readInputs: (id, afterSeq) => this.#send(`inputs ${id}`, () => store.readInputs(id, afterSeq)),
      due: (now, limit) => this.#send('due', () => store.due(now, limit)),
      readStream: (id, afterSeq, limit) => this.#send(`stream ${id} ${afterSeq}`, () => store.readStream(id, afterSeq, limit)),
      read: (id) => this.#send(`read ${id}`, () => store.read(id)),
      status: (id) => this.#send(`status ${id}`, () => store.status(id)),
      list: (query) => this.#send('list', () => store.list(query)),
      delete: (id) => this.#send(`delete ${id}`, () => store.delete(id)),
    };
    return port;
  }

  #send<T>(what: string, ask: () => MaybePromise<T>, check: (answer: T) => void = () => undefined): MaybePromise<T> {
    const watched = (answer: T): T => {
      this.#simulation.guard(() => check(answer));
      return answer;
    };
    const apply = (): MaybePromise<T> => {
      const answer = ask();
      return answer instanceof Promise ? answer.then(watched) : watched(answer);
    };
    if (this.dead) return new Promise(() => undefined);
    if (this.#direct) return apply();
    return new Promise((resolve, reject) => { this.#request(what, apply, resolve, reject); });
  }

  #request<T>(what: string, apply: () => MaybePromise<T>, resolve: (answer: T) => void, reject: (error: Error) => void): void {
    const { world, faults, counts, network } = this.#simulation;
    const { random } = world;
    const unanswered = (): void => {
      if (random.chance(0.5)) {
        counts.resent++;
        this.#request(what, apply, resolve, reject);
      } else world.add(this, `no answer: ${what}`, LEASE_MS / 10, () => reject(new PersistError(`No answer: ${what}`, { retryable: true })));
    };
    const operation = world.add(this, what, this.#latency(), async () => {
      this.#sent.delete(operation);
      if (random.chance(faults.lostRequest)) {
        counts.lostRequests++;
        return unanswered();
      }
      const answer = await apply();
      if (random.chance(faults.duplicate)) {
        counts.resent++;
        world.add(network, `again ${what}`, random.below(2 * LEASE_MS), apply);
      }
      if (random.chance(faults.lostReply)) {
        counts.lostReplies++;
        return unanswered();
      }
      world.add(this, `answer: ${what}`, this.#latency(), () => resolve(answer));
    });
    this.#sent.set(operation, apply);
  }

  #latency(): number {
    const { world: { random }, faults } = this.#simulation;
    return random.chance(faults.delay) ? random() * 2 * LEASE_MS : random() * 8;
  }
}
