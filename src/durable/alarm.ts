import { TimeoutError, ValidationError } from '../base/error-classes.ts';
import { endRun } from '../workflow/engine.ts';
import type { Wait } from '../workflow/execution.ts';
import { type EventLike, INPUT_EXPIRED, INPUT_REQUEST, WorkflowEvent } from '../events/index.ts';
import { takeRequest } from '../workflow/reducer.ts';
import { type Run, tick } from '../workflow/run.ts';
import { SCOPE, scopeOf } from '../workflow/scope-path.ts';
import { proceed, WAIT_TIMED_OUT } from './waits.ts';

// One deadline per run, for whatever comes first: a sleep that is over, a wait that has been long enough, a request that
// nobody answered. What is due is told by the clock at that time, so a clock that was set loses nothing.

/** Requests that are being closed. */
const closing = /* @__PURE__ */ new WeakSet<WorkflowEvent>();
/** Runs that will be disarmed when they end. */
const guarded = /* @__PURE__ */ new WeakSet<Run>();

/** When the run has something to do without being told, milliseconds since the epoch; null for never. */
export function nextDue(run: Run): number | null {
  let soonest = Infinity;
  for (const { due } of run.waits ?? []) if (due !== null) soonest = Math.min(soonest, due);
  for (const request of run.requests) soonest = Math.min(soonest, expiryOf(request) ?? Infinity);
  return soonest === Infinity ? null : soonest;
}

/** When an input request expires; undefined for never. */
export function expiryOf(request: WorkflowEvent): number | undefined {
  const at = (request as unknown as EventLike)['expires_at'];
  return typeof at === 'number' && !closing.has(request) ? at : undefined;
}

/** Ring not later than this. Nothing happens to a run that only is told again, or stands still. */
export function armBy(run: Run, at: number | null | undefined): void {
  const { alarm, status } = run;
  if (at === null || at === undefined || status !== 'running' && status !== 'waiting' || alarm && alarm.at <= at) return;
  if (alarm) run.deadlines.clear(alarm);
  if (!guarded.has(run)) void disarmAtEnd(run);
  const now = run.clock.now();
  run.alarm = run.deadlines.set(Math.max(0, at - now), now, () => {
    run.alarm = undefined;
    ring(run);
  });
}

/** Stop ringing, until it is armed again. */
export function disarm(run: Run): void {
  run.deadlines.clear(run.alarm ?? null);
  run.alarm = undefined;
}

/** A run that has ended must not keep the process. */
async function disarmAtEnd(run: Run): Promise<void> {
  guarded.add(run);
  while (!run.ended) await run.wait();
  disarm(run);
}

/** Do what is due, and arm for what is next. */
export function ring(run: Run): void {
  if (run.ended || run.status !== 'running' && run.status !== 'waiting') return;
  tick(run);
  const now = run.clock.now();
  for (const wait of run.waits ?? []) if (wait.due !== null && wait.due <= now) over(run, wait);
  for (const request of run.requests) if ((expiryOf(request) ?? Infinity) <= now) expire(run, request);
  armBy(run, nextDue(run));
  run.port.kick(run);
}

function over(run: Run, wait: Wait): void {
  if (wait.note.kind === 'sleep') {
    proceed(run, wait);
    return;
  }
  // An event that came before it counts: the run's one queue decides. Once is enough.
  wait.due = null;
  const { id: execution, step, commit } = wait;
  run.port.input(run, new WorkflowEvent({ type: WAIT_TIMED_OUT, ...scopeAround(run, wait), execution, step, commit }));
}

/** It happens in the scope of the execution, which may outlive the rest of the run. */
function scopeAround(run: Run, wait: Wait): object | undefined {
  for (let x = run.newest; x !== null; x = x.previous) {
    if (x.id === wait.id && x.record.index === wait.step) return scopeOf(x.event) ? { [SCOPE]: scopeOf(x.event) } : undefined;
  }
  return undefined;
}

function expire(run: Run, request: WorkflowEvent): void {
  closing.add(request);
  if (run.port.expire) run.port.expire(run, request);
  else {
    const id = (request as unknown as EventLike)['request_id'];
    takeRequest(run, id);
    takeExpiry(run, id, (event) => { run.port.input(run, event); });
  }
}

/** A request was closed: an input of the run, or its end. */
export function takeExpiry(run: Run, id: unknown, input: (event: WorkflowEvent) => void): void {
  const event = new WorkflowEvent({ type: INPUT_EXPIRED, request_id: id });
  const heard = run.definition.routes.has(INPUT_EXPIRED) || [...run.waits ?? []].some(({ note }) => note.name === INPUT_EXPIRED);
  if (heard) input(event);
  else endRun(run, 'failed', new TimeoutError(`Workflow '${run.definition.name}' got no answer to input request '${String(id)}' in time`, { code: 'workflow.input_expired' }));
}

/** Another try to close a request that could not be closed. */
export function reopen(request: WorkflowEvent): void { closing.delete(request); }

/** Put the time on input requests that have a limit. @throws ValidationError when the limit is not a number of milliseconds. */
export function stamp<Out extends WorkflowEvent | WorkflowEvent[] | null>(run: Run, out: Out): Out {
  if (Array.isArray(out)) return (out.some(isTimed) ? out.map((event) => stamp(run, event)) : out) as Out;
  if (out === null || !isTimed(out)) return out;
  const { expires_in_ms: limit } = out as unknown as EventLike;
  return new WorkflowEvent(out, { expires_at: timeAfter(run, limit, "An input request's expires_in_ms") }) as Out;
}

function isTimed(event: WorkflowEvent): boolean {
  const { type, expires_in_ms: limit, expires_at: at } = event as unknown as EventLike;
  return type === INPUT_REQUEST && limit !== undefined && limit !== null && at === undefined;
}

/** @throws ValidationError when it is not a number of milliseconds. */
export function timeAfter(run: Run, ms: unknown, what: string): number {
  const at = typeof ms === 'number' && ms >= 0 ? Math.ceil(run.clock.now() + ms) : NaN;
  if (!Number.isSafeInteger(at)) throw new ValidationError(`${what} must be a number of milliseconds, not ${String(ms)}`);
  return at;
}
