import { withParts } from '../../durable/all-parts.ts';
import { decodeBase } from '../../durable/base-codec.ts';
import { decodeChange } from '../../durable/change-codec.ts';
import type { DurableExecution } from '../../durable/execution.ts';
import { restore } from '../../durable/restore.ts';
import { kick, wake } from '../../workflow/engine.ts';
import type { Execution } from '../../workflow/execution.ts';
import { FakeClock } from '../fake-clock.ts';
import { wrapSteps } from '../wrap-steps.ts';
import { seededRandom } from '../simulation/random.ts';
import type { SimulatedWorkflow } from '../simulation/simulate.ts';
import type { Recording } from './recording.ts';
import { type Divergence, ReplayPort } from './replay-port.ts';

/** How a replay went. */
export interface ReplayReport {
  /** Commits that came out as recorded, from the first on. */
  readonly commits: number;
  /** Where it first did something else; null when all came out as recorded. */
  readonly divergence: Divergence | null;
}

/**
 * Run the steps of a recorded run again and compare: each gets the event and the state that it had, what came from outside
 * and what `ctx.run` gave comes from the recording, commits count in the recorded order, and time is virtual. What steps do
 * outside by other ways than `ctx.run`, they do again: replay with doubles of what they call. A step that takes the time, a
 * random number or an answer of a service into what it commits diverges, unless it takes it through `ctx.run`.
 *
 * @param workflow the workflow, or a function that makes it with the virtual clock, as for `simulate`.
 * @throws SnapshotError when the recording is of another workflow, or its graph has changed; PersistCorruptError when it
 * is damaged.
 * @example
 * const { divergence } = await replay(await recordingOf(store, 'run-1'), workflow);
 * if (divergence !== null) console.log(divergence.step, divergence.what, divergence.recorded, divergence.replayed);
 */
export async function replay(recording: Recording, workflow: SimulatedWorkflow): Promise<ReplayReport> {
  const body = decodeBase(recording.base, recording);
  const clock = new FakeClock(body.takenAt);
  const deltas = recording.changes.map(({ delta }) => decodeChange(delta));
  const port = new ReplayPort(deltas, recording.changes.map(({ items }) => items));
  const made = typeof workflow === 'function' ? workflow({ clock, random: seededRandom(1) }) : workflow;
  const definition = wrapSteps(withParts(made.definition()), (step) => async (event, context) => {
    await port.sees(context as Execution);
    return step.run(event, context);
  });
  const { execution } = definition;
  const run = restore({ ...definition, ...(execution && { execution: remembering(execution as typeof DurableExecution, port) }) }, body, clock, port);
  run.status = 'waiting';
  wake(run);
  for (let moved = true; moved && port.divergence === null;) {
    kick(run);
    await clock.advance(port.ahead(run));
    moved = port.advance(run) || (!run.ended && port.position < recording.changes.length && await clock.advanceToNext());
  }
  if (port.position < recording.changes.length) port.missing((step) => definition.steps[step]?.name ?? '');
  return { commits: port.position, divergence: port.divergence };
}

/** Executions that are given what `run` gave when they were recorded. */
function remembering(execution: typeof DurableExecution, port: ReplayPort): typeof DurableExecution {
  return class extends execution {
    override run<T>(name: string, fn: () => T | PromiseLike<T>): Promise<T> {
      const note = port.noteOf(this, this.commits + 1);
      return super.run(name, note === undefined ? fn : () => structuredClone(note.value) as T);
    }
  };
}
