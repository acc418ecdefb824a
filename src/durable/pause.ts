import { drive, kick, stand, stopTry, wake } from '../workflow/engine.ts';
import { type Run, type RunStatus, tick } from '../workflow/run.ts';
import { disarm } from './alarm.ts';
import { partsOf } from './parts.ts';

/** Microtasks a resumed run waits for a caller who awaits the handler to attach a reader. */
const PATIENCE = 8;

/** Stop dispatching; resolves when nothing is in flight any more. */
export async function pauseRun(run: Run): Promise<void> {
  if (!run.ended && run.status !== 'paused') run.status = 'pausing';
  while (run.status === 'pausing') {
    if (run.port.busy || run.inFlight > run.delayed) await run.wait();
    else stand(run, 'paused');
  }
  run.fire();
}

/** Resolves when the run rests: it waits, is paused or has ended. */
export async function untilRest(run: Run): Promise<RunStatus> {
  while (run.status === 'running' || run.status === 'pausing') await run.wait();
  return run.status;
}

/** Go on after a pause. */
export function continueRun(run: Run): void {
  if (run.status !== 'paused' && run.status !== 'pausing') return;
  // A run that is still pausing has its clock running: only one that stands still needs waking.
  if (run.status === 'pausing') run.status = 'running';
  else {
    run.status = 'waiting';
    wake(run);
  }
  tick(run);
  partsOf(run.definition)?.ring(run);
  kick(run);
}

/** Go on with a restored run. Its steps begin a little later, so that the caller can attach readers first. */
export async function continueLater(run: Run): Promise<void> {
  run.status = 'waiting';
  wake(run);
  for (let i = 0; i < PATIENCE; i++) await Promise.resolve();
  tick(run);
  partsOf(run.definition)?.ring(run);
  void drive(run, 0);
}

/** Let go of a run that goes on elsewhere: nothing its executions still do counts. */
export function discard(run: Run): void {
  run.status = 'paused';
  disarm(run);
  run.deadlines.clear(run.timeout);
  for (let x = run.newest; x !== null; x = x.previous) {
    stopTry(x);
    x.over = true;
  }
}
