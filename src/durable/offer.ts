import type { Wait } from '../workflow/execution.ts';
import { INPUT_EXPIRED, INPUT_REQUEST, type EventLike, type WorkflowEvent } from '../events/index.ts';
import { takeRequest } from '../workflow/reducer.ts';
import type { Run } from '../workflow/run.ts';
import { armBy, expiryOf } from './alarm.ts';
import { dueOf, isWait, proceed, WAIT_TIMED_OUT, type WaitState } from './waits.ts';

/** Hand a routed event to the calls that wait for it; true when one did. */
export function offer(run: Run, event: WorkflowEvent): boolean {
  const { type } = event;
  if (type === INPUT_REQUEST) armBy(run, expiryOf(event));
  if (type === INPUT_EXPIRED) takeRequest(run, (event as unknown as EventLike)['request_id']);
  // Most runs stop here.
  if (run.waits === undefined) return false;
  let taken = false;
  for (const wait of run.waits) {
    if (type === WAIT_TIMED_OUT ? isMeant(wait, event) : isWait(wait.note) && fits(run, wait, event)) {
      taken = true;
      const state = wait.note.value as WaitState;
      if (type === WAIT_TIMED_OUT) state.timedOut = true;
      else state.events.push(event);
      if (dueOf(wait.note) === undefined) proceed(run, wait);
    }
  }
  return taken;
}

function isMeant({ id, step, commit }: Wait, event: WorkflowEvent): boolean {
  const told = event as unknown as EventLike;
  return told['execution'] === id && told['step'] === step && told['commit'] === commit;
}

function fits(run: Run, { note }: Wait, event: WorkflowEvent): boolean {
  const { match, after } = note.value as WaitState;
  // The event being routed has just been counted.
  if (note.name !== event.type || run.routed <= after) return false;
  return match === null || Object.entries(match).every(([key, value]) => (event as unknown as EventLike)[key] === value);
}
