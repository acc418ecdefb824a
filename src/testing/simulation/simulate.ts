import { ValidationError } from '../../base/error-classes.ts';
import { encodeJson } from '../../base/json-codec.ts';
import type { CheckpointStore } from '../../spec/checkpoint.ts';
import type { EventLike } from '../../events/index.ts';
import { type AnyWorkflow, InMemoryCheckpointStore } from '../../durable/index.ts';
import { ALL_FAULTS, noCounts, NO_FAULTS, type SimulationCounts, type SimulationFaults } from './faults.ts';
import type { SimulatedOutcome } from './outcome.ts';
import { type Scenario, Simulation } from './simulation.ts';
import { SimulationError, Violation } from './simulation-error.ts';
import { Trace } from './trace.ts';
import type { SimulatedHost } from './worker.ts';

/** A workflow, or a function that makes it for each worker with that worker's clock. */
export type SimulatedWorkflow = AnyWorkflow | ((host: SimulatedHost) => AnyWorkflow);

/** Options of a simulation; all optional. */
export interface SimulateOptions {
  /** Seed of the first history. Default 1. */
  readonly seed?: number;
  /** Histories, with the seeds that follow each other. Default 1. */
  readonly seeds?: number;
  /** What goes wrong: all of it by default, `{ crash: 0.1, pause: 0 }` changes some of it, `false` is nothing. */
  readonly faults?: Partial<SimulationFaults> | false;
  /** Input of the runs. */
  readonly input?: unknown;
  /** Answers an input request. Default: `true`. */
  readonly answer?: (request: EventLike) => unknown;
  /** Workers on the store. Default 2. */
  readonly workers?: number;
  /** A new, empty store for each history. Default: `InMemoryCheckpointStore`. */
  readonly store?: () => CheckpointStore;
  /**
   * What must hold for each run at its end: throws or gives false when it does not. Default: status, result, executions and
   * the stream, whatever its order, are those of the undisturbed run. Give it for a workflow whose outcome depends on
   * the order in which its steps end.
   */
  readonly check?: (outcome: SimulatedOutcome) => unknown;
}

/** What happened in a simulation. */
export interface SimulationReport extends SimulationCounts {
  /** Histories that were simulated. */
  readonly seeds: number;
  /** Commits around which a worker died: `before 3`, when that of version 3 had not arrived, `after 3`, when it had and the worker did not know. */
  readonly crashPoints: readonly string[];
  /** Virtual time they took together, milliseconds. */
  readonly virtualMs: number;
  /** Hash of everything that happened: the same for the same workflow, options and seeds. */
  readonly hash: string;
}

/**
 * Run workflows on several workers over one store while everything goes wrong that can: crashes at any moment, workers
 * that stand still beyond their lease, clocks that are off and set, lost, repeated and late messages. Time is virtual and
 * chance comes from a seed. Engine, host and store are the shipped ones. After a while nothing goes wrong any more, and
 * every run must come to the end that it comes to undisturbed.
 *
 * Watched on the way: each answer of the store is what its contract says; nothing is dispatched before it is stored and
 * nothing runs again after its last commit; what a worker has in memory is what the store tells; streams have no gaps;
 * each input is consumed once; no healthy worker loses a lease; no run is stuck.
 *
 * Steps must wait for nothing but their context and `clock`: what else they wait for happens in real time, and a seed
 * may then not repeat. Time limits of whole runs are left out.
 *
 * @throws SimulationError with the seed and the trace when something is wrong; ValidationError for options that cannot work.
 * @example
 * const report = await simulate(workflow, { input: { amount: 3 }, seeds: 500 });
 * console.log(report.crashes, report.commits);
 */
export async function simulate(workflows: SimulatedWorkflow | readonly SimulatedWorkflow[], options: SimulateOptions = {}): Promise<SimulationReport> {
  const { seed = 1, seeds = 1, faults = {}, input, answer = () => true, workers = 2, store = () => new InMemoryCheckpointStore(), check } = options;
  if (!(seeds >= 1 && workers >= 1 && Number.isSafeInteger(seed))) throw new ValidationError(`Cannot simulate ${seeds} histories from seed ${seed} with ${workers} workers`);
  const scenario: Scenario = {
    workflows: Array.isArray(workflows) ? workflows as SimulatedWorkflow[] : [workflows as SimulatedWorkflow],
    store, input, answer, workers, faults: faults === false ? NO_FAULTS : { ...ALL_FAULTS, ...faults },
  };
  const undisturbed = check === undefined ? await runOne({ ...scenario, workers: 1, faults: NO_FAULTS }, 0, () => undefined) : null;
  const expected = undisturbed?.outcomes.map(describe);
  const total = { ...noCounts(), seeds, virtualMs: 0 };
  const points = new Set<string>();
  const hashes = new Trace();
  for (let i = 0; i < seeds; i++) {
    const { simulation } = await runOne(scenario, seed + i, async (outcome, run) => {
      if (expected !== undefined) compare(outcome, expected[run] as Description);
      else if (await check?.(outcome) === false) throw new Violation(`The check of ${outcome.runId} failed: ${encodeJson(outcome)}`);
    });
    for (const [count, n] of Object.entries(simulation.counts)) total[count as keyof SimulationCounts] += n as number;
    total.virtualMs += simulation.world.elapsed;
    for (const point of simulation.crashPoints) points.add(point);
    hashes.add(simulation.world.trace.hash);
  }
  return { ...total, crashPoints: [...points].sort(), hash: hashes.hash };
}

async function runOne(
  scenario: Scenario, seed: number, check: (outcome: SimulatedOutcome, run: number) => unknown,
): Promise<{ readonly simulation: Simulation; readonly outcomes: readonly SimulatedOutcome[] }> {
  const simulation = new Simulation(scenario, seed);
  try {
    const outcomes = await simulation.run();
    for (const [run, outcome] of outcomes.entries()) await check(outcome, run);
    return { simulation, outcomes };
  } catch (cause) {
    const violation = cause instanceof Error ? cause.message : String(cause);
    const trace = simulation.world.trace.shortened();
    const where = seed === 0 ? 'even undisturbed' : `with seed ${seed}`;
    throw new SimulationError(`The simulation failed ${where}: ${violation}\n${trace.join('\n')}`, { seed, violation, trace, cause });
  }
}

type Description = Readonly<Record<'status' | 'result' | 'error' | 'executions' | 'stream', string>>;

/** What must be the same in every history: ids that tell the order of events are left out. */
function describe({ runId, status, result, error, executions, stream }: SimulatedOutcome): Description {
  // Input requests and scopes that were not given an id.
  const plain = (value: unknown): string => encodeJson(value).replaceAll(new RegExp(`${runId}/\\d+(\\.\\d+)?|\\b\\d+(?=\\.\\d+\\.\\d+\\b)`, 'g'), runId);
  // What a stalled run says that nobody accepts depends on the order.
  const reasons = String(error).split(/: |; /).sort().join('; ');
  return { status, result: plain(result), error: reasons, executions: executions.join(), stream: stream.map(plain).sort().join('\n') };
}

function compare(outcome: SimulatedOutcome, expected: Description): void {
  const actual = describe(outcome);
  for (const part of Object.keys(expected) as (keyof Description)[]) {
    if (actual[part] !== expected[part]) throw new Violation(`The ${part} of ${outcome.runId} is\n${actual[part]}\nand undisturbed it is\n${expected[part]}`);
  }
}
