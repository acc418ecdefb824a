import { encodeJson } from '../../base/json-codec.ts';
import type { CheckpointStatus } from '../../spec/checkpoint.ts';
import type { EventLike } from '../../events/index.ts';
import type { Simulation } from './simulation.ts';
import { Violation } from './simulation-error.ts';
import type { SimulatedWorker } from './worker.ts';

/** How one run of a simulation ended. */
export interface SimulatedOutcome {
  readonly runId: string;
  readonly workflow: string;
  readonly status: CheckpointStatus;
  /** What it gave; undefined unless it completed. */
  readonly result: unknown;
  /** Name and message of the error it ended with; null when it completed. */
  readonly error: string | null;
  /** The events of its stream, in order. */
  readonly stream: readonly EventLike[];
  /** Names of the steps that were executed, one for each execution however often it began, sorted. */
  readonly executions: readonly string[];
}

type End = Pick<SimulatedOutcome, 'result' | 'error'>;

/** How the runs ended, which every worker must tell alike. @param began names of the steps by the executions' keys, for each run. */
export async function outcomesOf(
  simulation: Simulation, runIds: readonly string[], names: readonly string[], began: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Promise<SimulatedOutcome[]> {
  const outcomes: SimulatedOutcome[] = [];
  for (const [i, runId] of runIds.entries()) {
    const stream = (await simulation.stream(runId)).map(({ event }) => event);
    const { status } = (await simulation.store.status(runId)) as { status: CheckpointStatus };
    const ends: End[] = [];
    for (const worker of simulation.workers) ends.push(await endOf(simulation, worker, runId));
    const [first, ...others] = ends.map((end) => encodeJson(end));
    const other = others.findIndex((end) => end !== first);
    if (other >= 0) throw new Violation(`${simulation.workers[other + 1]?.name} gives ${others[other]} as the end of ${runId}, ${simulation.workers[0]?.name} gives ${first}`);
    outcomes.push({ runId, workflow: names[i] as string, status, stream, executions: [...began.get(runId)?.values() ?? []].sort(), ...ends[0] as End });
  }
  return outcomes;
}

async function endOf({ world }: Simulation, worker: SimulatedWorker, runId: string): Promise<End> {
  let end: End | null = null;
  worker.host.result(runId).then(
    (result) => { end = { result, error: null }; },
    (error: unknown) => { end = { result: undefined, error: String(error) }; },
  );
  for (let i = 0; i < 1000; i++) {
    await world.settle();
    if (end !== null) return end;
    if (!await world.next()) break;
  }
  throw new Violation(`${worker.name} does not give the result of ${runId}, which has ended`);
}
