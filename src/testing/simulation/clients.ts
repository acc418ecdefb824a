import { type EventLike, INPUT_REQUEST } from '../../events/index.ts';
import type { AnyWorkflow } from '../../durable/index.ts';
import type { Simulation } from './simulation.ts';
import { Violation } from './simulation-error.ts';
import { LEASE_MS, MAX_IDLE_MS, type SimulatedWorker } from './worker.ts';

// What the users of the simulated system do: whatever fails is tried again, with another worker.

/** Start a run, perhaps twice; start it again when it is not known whether it was started. Then answer what it asks. */
export async function drive(simulation: Simulation, runId: string, index: number): Promise<void> {
  const { world, client, scenario } = simulation;
  const start = (): Promise<string> => {
    const worker = simulation.pick();
    return worker.call(() => worker.host.start(worker.workflows[index] as AnyWorkflow, scenario.input as never, { runId }));
  };
  for (let started = false; !started;) {
    const tries = world.random.chance(0.2) && !simulation.calm ? [start(), start()] : [start()];
    started = (await Promise.allSettled(tries)).some(({ status }) => status === 'fulfilled');
    if (!started) await world.wait(client, `starts ${runId} again`, 100);
  }
  const answered = new Set<string>();
  for (let waitMs = 20; !await simulation.ended(runId); waitMs = Math.min(1.5 * waitMs, MAX_IDLE_MS)) {
    for (const request of await requestsOf(simulation, runId)) {
      const id = String(request['request_id']);
      if (answered.has(id)) continue;
      answered.add(id);
      waitMs = 20;
      simulation.own(() => respond(simulation, runId, id, scenario.answer(request)));
    }
    await world.wait(client, `looks at ${runId}`, waitMs);
  }
}

/** Answer until somebody has taken the answer; afterwards another one must not count. */
async function respond(simulation: Simulation, runId: string, id: string, response: unknown): Promise<void> {
  const { world, client } = simulation;
  const deliver = (value: unknown): Promise<unknown> => {
    const worker = simulation.pick();
    return worker.call(() => worker.host.deliver(runId, id, value));
  };
  await world.wait(client, `answers ${id}`, world.random() * LEASE_MS);
  for (let taken = false; !taken;) {
    const tries = world.random.chance(0.3) ? [deliver(response), deliver(response)] : [deliver(response)];
    taken = (await Promise.allSettled(tries)).some(({ status }) => status === 'fulfilled');
    if (!taken) await world.wait(client, `answers ${id} again`, 100);
  }
  if (!world.random.chance(0.3)) return;
  const late = await deliver({ late: true }).catch(() => 'unknown');
  if (late === 'stored') throw new Violation(`A second answer to ${id} of ${runId} was taken`);
}

/** Read the stream of a run to its end, from one worker after the other. */
export async function follow(simulation: Simulation, runId: string): Promise<void> {
  const { world, client, store } = simulation;
  const seen: string[] = [];
  const read = async (worker: SimulatedWorker): Promise<void> => {
    for await (const { seq, event } of worker.host.stream(runId, seen.length + 1)) {
      // A live item has no number, and is not kept.
      if (seq === null) continue;
      if (seq !== seen.length + 1) throw new Violation(`A reader of ${runId} got stream item ${seq} after ${seen.length}`);
      seen.push(JSON.stringify(event));
    }
  };
  for (let waitMs = LEASE_MS / 4; ; waitMs = Math.min(2 * waitMs, MAX_IDLE_MS)) {
    const [ended, before] = [await simulation.ended(runId), seen.length];
    const worker = simulation.pick();
    await worker.call(() => read(worker)).catch((error: unknown) => { if (error instanceof Violation) throw error; });
    if (ended && seen.length === (await store.status(runId))?.streamSeq) break;
    if (seen.length > before) waitMs = LEASE_MS / 4;
    await world.wait(client, `reads ${runId}`, waitMs);
  }
  const stored = (await simulation.stream(runId)).map(({ event }) => JSON.stringify(event));
  if (stored.join('\n') !== seen.join('\n')) throw new Violation(`A reader of ${runId} saw ${seen.join(' ')}; its stream is ${stored.join(' ')}`);
}

async function requestsOf(simulation: Simulation, runId: string): Promise<EventLike[]> {
  return (await simulation.stream(runId)).flatMap(({ event }) => (event.type === INPUT_REQUEST ? [event] : []));
}
