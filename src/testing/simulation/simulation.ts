import { decodeJson } from '../../base/json-codec.ts';
import { isFinalStatus } from '../../spec/checkpoint-rules.ts';
import type { CheckpointStore } from '../../spec/checkpoint.ts';
import type { EventLike } from '../../events/index.ts';
import type { AnyWorkflow } from '../../durable/index.ts';
import type { Execution } from '../../workflow/execution.ts';
import { drive, follow } from './clients.ts';
import { ContractWatch } from './contract.ts';
import { noCounts, NO_FAULTS, type SimulationCounts, type SimulationFaults } from './faults.ts';
import { compareWithStored } from './live-state.ts';
import { outcomesOf, type SimulatedOutcome } from './outcome.ts';
import { seededRandom } from './random.ts';
import { Violation } from './simulation-error.ts';
import { LEASE_MS, type SimulatedHost, SimulatedWorker } from './worker.ts';
import { type Actor, World } from './world.ts';

/** What a simulation is made of. */
export interface Scenario {
  readonly workflows: readonly (AnyWorkflow | ((host: SimulatedHost) => AnyWorkflow))[];
  readonly store: () => CheckpointStore;
  readonly input: unknown;
  readonly answer: (request: EventLike) => unknown;
  readonly workers: number;
  readonly faults: SimulationFaults;
}

/** Things that happen before a simulation that is not over by then is stuck: with clocks that are set, enough for a timer set by one that was an hour ahead. */
const PATIENCE = 10_000, LONG_PATIENCE = 100_000;
/** How often what a worker has in memory is compared with what the store tells. */
const COMPARE = 0.05;

/** One history of a few workers that work on the runs of some workflows over one store. */
export class Simulation {
  readonly world: World;
  readonly store: CheckpointStore;
  readonly workflows: Scenario['workflows'];
  readonly counts: SimulationCounts = noCounts();
  readonly contract: ContractWatch = new ContractWatch(this.counts);
  /** Commits that a worker died before, or after without having heard of it. */
  readonly crashPoints: Set<string> = new Set();
  /** Messages that nobody waits for. */
  readonly network: Actor = { name: 'network', dead: false, pausedUntil: 0 };
  /** Whoever starts runs, reads their streams and answers their questions. */
  readonly client: Actor = { name: 'client', dead: false, pausedUntil: 0 };
  readonly scenario: Scenario;
  faults: SimulationFaults;
  workers: SimulatedWorker[] = [];
  #spawned = 0;
  #violation: unknown = null;
  /** Clients that are not done. */
  #clients = 0;
  /** Keys of the executions that began, and their steps' names. */
  readonly #began = new Map<string, Map<string, string>>();

  constructor(scenario: Scenario, seed: number) {
    this.scenario = scenario;
    this.world = new World(seededRandom(seed));
    this.faults = scenario.faults;
    this.store = scenario.store();
    this.workflows = scenario.workflows;
  }

  /** Nothing goes wrong any more. */
  get calm(): boolean { return this.faults === NO_FAULTS; }

  /** Run it to the end. @throws whatever is wrong with it. */
  async run(): Promise<SimulatedOutcome[]> {
    const { world } = this;
    for (let i = 0; i < this.scenario.workers; i++) this.#spawn();
    const names = (this.workers[0] as SimulatedWorker).workflows.map(({ name }) => name);
    const runIds = names.map((_name, i) => `run-${i + 1}`);
    runIds.forEach((runId, i) => { this.own(() => follow(this, runId)); this.own(() => drive(this, runId, i)); });
    // In some histories nothing goes wrong at all: there a healthy worker is seen to keep what it has.
    const calmAfter = this.calm || world.random.chance(0.1) ? 0 : world.random.below(500);
    for (let happened = 0; ; happened++) {
      await world.settle();
      for (const worker of this.workers) await worker.waitForOthers();
      if (this.#violation !== null) throw this.#violation;
      if (world.random.chance(COMPARE)) await this.#compare();
      if (this.#clients === 0) break;
      if (happened === calmAfter && !this.calm) this.#becomeCalm();
      if (happened - calmAfter > (this.counts.clockJumps > 0 ? LONG_PATIENCE : PATIENCE)) throw new Violation(`The runs do not end: ${await this.#describe(runIds)}`);
      if (!this.calm && this.#disturb()) continue;
      if (!await world.next()) throw new Violation(`Nothing can happen any more: ${await this.#describe(runIds)}`);
    }
    if (!this.calm) this.#becomeCalm();
    return outcomesOf(this, runIds, names, this.#began);
  }

  /** A step is called. */
  began(worker: SimulatedWorker, { owner: run, id, record, idempotencyKey, attempt }: Execution): void {
    this.counts.executions++;
    const keys = this.#began.get(run.id) ?? new Map<string, string>();
    this.#began.set(run.id, keys);
    if (keys.has(idempotencyKey)) this.counts.repeated++;
    keys.set(idempotencyKey, record.name);
    this.world.trace.add(`${this.world.elapsed} ${worker.name} calls ${record.name} of ${idempotencyKey}, attempt ${attempt}`);
    this.guard(() => {
      const stored = this.contract.of(run.id);
      if (run.version > (stored?.changes ?? 0)) throw new Violation(`${worker.name} called ${record.name} of ${run.id} before what started it was stored`);
      if (stored?.holder === worker.name && stored.over.has(`${id}.${record.index}`)) throw new Violation(`${worker.name} ran ${idempotencyKey} (${record.name}) again after its last commit was stored`);
    });
  }

  /** One of the workers. */
  pick(): SimulatedWorker { return this.world.random.pick(this.workers); }

  /** Note what is wrong: whoever called must not be able to hide it. */
  guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#violation ??= error;
    }
  }

  #spawn(): void { this.workers.push(new SimulatedWorker(this, `w${++this.#spawned}`)); }

  own(work: () => Promise<void>): void {
    this.#clients++;
    work().catch((error: unknown) => { this.#violation ??= error; }).finally(() => { this.#clients--; });
  }

  /** Let something go wrong, or not. */
  #disturb(): boolean {
    const { world, faults, counts } = this;
    const worker = this.pick();
    if (world.random.chance(faults.crash)) {
      counts.crashes++;
      world.trace.add(`${world.elapsed} ${worker.name} dies`);
      this.#replace(worker);
      return true;
    }
    if (world.random.chance(faults.restart)) {
      counts.restarts++;
      world.trace.add(`${world.elapsed} ${worker.name} is closed`);
      this.workers.splice(this.workers.indexOf(worker), 1);
      this.#spawn();
      worker.host.close().catch(() => undefined).finally(() => worker.die());
      return true;
    }
    if (world.random.chance(faults.pause)) {
      counts.pauses++;
      worker.pausedUntil = world.now + Math.ceil(world.random() * 3 * LEASE_MS);
      world.trace.add(`${world.elapsed} ${worker.name} stands still until ${worker.pausedUntil - world.now + world.elapsed}`);
    }
    if (world.random.chance(faults.clockJump)) {
      counts.clockJumps++;
      worker.skewMs = Math.round((world.random() * 2 - 1) * faults.clockJumpMs);
      world.trace.add(`${world.elapsed} ${worker.name} has its clock set to ${worker.skewMs}`);
    }
    return false;
  }

  #replace(worker: SimulatedWorker): void {
    this.workers.splice(this.workers.indexOf(worker), 1);
    worker.die();
    this.#spawn();
  }

  /** From here on nothing goes wrong: what is left must come to its end. */
  #becomeCalm(): void {
    this.faults = NO_FAULTS;
    this.world.trace.add(`${this.world.elapsed} nothing goes wrong any more`);
    this.world.take(this.network);
    for (const worker of this.workers) worker.skewMs = worker.pausedUntil = 0;
  }

  /** Has the run ended, as the store tells it? */
  async ended(runId: string): Promise<boolean> {
    const status = await this.store.status(runId);
    return status !== null && isFinalStatus(status.status);
  }

  /** The whole stream of a run. */
  async stream(runId: string): Promise<{ readonly seq: number; readonly event: EventLike }[]> {
    const items = await this.store.readStream(runId, 0, Number.MAX_SAFE_INTEGER);
    return items.map(({ seq, data }, i) => {
      if (seq !== i + 1) throw new Violation(`Item ${i + 1} of the stream of ${runId} has the number ${seq}`);
      return { seq, event: (decodeJson(new TextDecoder().decode(data)) as { event: EventLike }).event };
    });
  }

  async #compare(): Promise<void> {
    const worker = this.pick();
    for (const [runId, run] of worker.runs) {
      const stored = await this.store.read(runId);
      if (stored !== null) compareWithStored(run, stored, worker.clock);
    }
  }

  async #describe(runIds: readonly string[]): Promise<string> {
    const all = runIds.map(async (runId) => {
      const status = await this.store.status(runId);
      return status === null ? `${runId} was not started` : `${runId} is ${status.status} after ${status.version} commits`;
    });
    return (await Promise.all(all)).join(', ');
  }
}
