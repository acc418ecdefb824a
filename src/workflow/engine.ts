// The host half of the engine: runs steps, waits, keeps time, and feeds every change through the reducer.
import { AbortedError, TimeoutError, ValidationError } from '../base/error-classes.ts';
import { INPUT_RESPONSE, START, STOP, toEvent, WorkflowEvent } from '../events/index.ts';
import { Execution, runController, see, stepFailed } from './execution.ts';
import { applyCommit, applyEnd, applyInput, applyRetry, link, replace, resolvePatch, route, stallError, takeRequest } from './reducer.ts';
import { Queue } from './queue.ts';
import { type CommitPort, type FinalStatus, type Run, type RunStatus, tick } from './run.ts';
import type { Step } from './step.ts';

/** Records and stream items a parked run keeps in memory: with them it has less than 8 KB. */
const PARKED_HISTORY = 48;
/** Microtasks a run waits for a caller who awaits the handler, perhaps through functions of its own, to attach a reader. */
const PATIENCE = 8;

/** Changes become visible at once and live as long as the process. */
export const immediate: CommitPort = {
  busy: false,
  commit(x, out, final) {
    const { owner: run, patch } = x;
    // Time has passed since the step was dispatched; what a step does without waiting shares one reading of the clock.
    if (x.promise) tick(run);
    if (patch) {
      resolvePatch(run, patch);
      x.patch = null;
    }
    applyCommit(run, x, patch, out, final);
  },
  publish(x, event) {
    if (x.patch) void this.commit(x, null, false);
    return x.owner.show(event, true);
  },
  input(run, event) {
    wake(run);
    applyInput(run, event);
  },
  end: applyEnd,
  kick,
};

/** Begin a run with its start event. */
export function startRun(run: Run, input: object | undefined): void {
  armTimeout(run, run.startedAt);
  run.port.input(run, new WorkflowEvent(input, { type: START }));
  void drive(run, run.stream ? PATIENCE : 1);
}

/** Hand an event to a run from outside. @throws ValidationError when it is not an event or the run has ended. */
export function sendToRun(run: Run, event: object): void {
  const checked = toEvent(event);
  if (run.ended) throw new ValidationError(`Cannot send ${checked.type}: the run is ${run.status}`);
  tick(run);
  run.port.input(run, checked);
  kick(run);
}

/** Answer an input request. @throws ValidationError when no such request is open. */
export function respondToRun(run: Run, requestId: string, response: unknown): void {
  if (!takeRequest(run, requestId)) throw new ValidationError(`Cannot answer '${requestId}': no such input request is open`, { code: 'workflow.input' });
  sendToRun(run, { type: INPUT_RESPONSE, request_id: requestId, response });
}

/** Stop a run; a run that has ended stays as it is. */
export function abortRun(run: Run, cause: unknown): void {
  endRun(run, 'aborted', new AbortedError(`Workflow '${run.definition.name}' was aborted`, { cause }));
}

/** Stop the run when `signal` aborts. */
export function followSignal(run: Run, signal: AbortSignal): void {
  const abort = (): void => abortRun(run, signal.reason);
  signal.addEventListener('abort', abort, { signal: runController(run).signal });
  if (signal.aborted) abort();
}

/** The result of the run, as `run` gives it. */
export async function outcomeOf<Result>(run: Run): Promise<{ readonly type: string; readonly data: Result }> {
  while (!run.ended) await run.wait();
  if (run.status !== 'completed') throw run.value;
  return { type: STOP, data: run.value as Result };
}

// ---- the loop -------------------------------------------------------------------------------------------------------

/**
 * Begins after so many microtasks, or with an execution that is under way. Awaits one of each pump directly, which costs less
 * than a callback; the others are subscribed to.
 */
export async function drive(run: Run, ticks: number, x?: Execution | null): Promise<void> {
  while (ticks--) await Promise.resolve();
  for (x ??= pump(run); x; x = pump(run)) {
    try {
      const value = await x.promise;
      run.pumping = 2;
      returned(x, value);
    } catch (error) {
      failed(x, error);
    }
    run.pumping = 0;
  }
}

/** Begin everything that is ready. Gives one started promise back for the driver. */
function pump(run: Run): Execution | null {
  if (run.pumping) return null;
  run.pumping = 1;
  try {
    while (run.status === 'running' && !run.port.busy) {
      const ready = run.ready.shift();
      if (ready) begin(run, ready.step, ready.event, ready.id, ready.again);
      else if (run.queue.size) route(run, begin);
      else break;
    }
  } catch (error) {
    endRun(run, 'failed', error);
  }
  run.pumping = 0;
  const { tail } = run;
  run.tail = null;
  rest(run);
  return tail;
}

/** Pump from outside the driver. */
export function kick(run: Run): void {
  const x = pump(run);
  if (x) void drive(run, 0, x);
}

/** Call the step. An asynchronous one becomes the pump's tail; the tail before it is subscribed to. */
function begin(run: Run, step: Step, event: WorkflowEvent, id: number, again?: Execution): void {
  const x = again ?? new (run.definition.execution ?? Execution)(run, step, event, id, run.version);
  if (again) run.delayed--;
  else link(run, x);
  try {
    for (const policy of step.policies) if (policy.begin) x.more().ends.push(policy.begin(x));
    const result = step.run(event as never, x) as PromiseLike<unknown> | null | undefined;
    if (typeof result?.then !== 'function') return returned(x, result);
    x.promise = result;
  } catch (error) {
    return failed(x, error);
  }
  if (run.tail) subscribe(run.tail);
  run.tail = x;
}

function subscribe(x: Execution): void {
  void x.promise?.then((value) => returned(x, value), (error: unknown) => failed(x, error)).then(() => kick(x.owner));
}

/** Only the current try of a live run counts. */
function counts(x: Execution): boolean {
  if (x.over || x.owner.ended) return false;
  stopTry(x);
  return true;
}

/** A try is over: nothing of what it waited for may still happen. */
export function stopTry(x: Execution): void {
  for (const end of x.extras?.ends ?? []) end();
}

function returned(x: Execution, value: unknown): void {
  if (!counts(x)) return;
  try {
    void x.commit(value === null || value === undefined ? null : Array.isArray(value) ? value.map(toEvent) : toEvent(value), true);
  } catch (error) {
    // Not an event, or a value that cannot be stored: trying again would give the same.
    hopeless(x, error);
  }
}

/** A try threw or timed out: try again or fail the run. */
export function failed(x: Execution, error: unknown): void {
  tick(x.owner);
  if (counts(x) && !x.record.policies.some((policy) => policy.again?.(x, error))) hopeless(x, error);
  kick(x.owner);
}

function hopeless(x: Execution, error: unknown): void {
  x.over = true;
  endRun(x.owner, 'failed', stepFailed(x, error), x);
}

/**
 * Let a further try of a failed execution begin after `delayMs`: the same event, number and view; what was committed
 * stays committed, what was not is dropped.
 */
export function retryAfter(x: Execution, error: unknown, delayMs: number): void {
  const { owner: run, record: step, event, id } = x;
  const again = new (x.constructor as typeof Execution)(run, step, event, id, x.view);
  again.skip = Math.max(x.skip, x.commits);
  again.attempt = x.attempt + 1;
  again.journal = x.journal;
  if (x.seen) see(again, x.seen);
  replace(run, x, again);
  applyRetry(run, x, error);
  run.delayed++;
  let waits = true;
  const deadline = run.deadlines.set(delayMs, run.clock.now(), () => {
    waits = false;
    tick(run);
    run.ready.push({ step, event, id, again });
    kick(run);
  });
  // It may be dropped before its time has come.
  again.more().ends.push(() => {
    run.deadlines.clear(deadline);
    if (waits) run.delayed--;
    waits = false;
  });
}

// ---- the end, and rest ----------------------------------------------------------------------------------------------

/** End the run for another reason than a StopEvent. */
export function endRun(run: Run, status: FinalStatus, value: unknown, failure?: Execution): void {
  if (run.ended) return;
  tick(run);
  run.port.end(run, status, value, failure);
  // What ends a scope and not the run, in the middle of a pump: the pump goes on to the other steps that have the event.
  if (run.ended || !run.pumping) rest(run);
}

/** Let go of what the process holds for a run that has ended. */
function close(run: Run): void {
  run.deadlines.clear(run.timeout);
  for (let x = run.newest; x; x = x.previous) stopTry(x);
  run.newest = null;
  run.controller?.abort(run.value);
  run.stream?.close();
  run.log.close();
}

/** Nothing is ready: the run is over, waits for a human, or cannot go on. Those that pause it look for themselves. */
export function rest(run: Run): void {
  if (run.ended) close(run);
  else if (run.port.busy) return;
  else if (run.status === 'running') {
    if (run.queue.size || run.inFlight > run.idle || run.ready.length) return;
    // Events that wait although nothing is in flight wait for another runtime.
    if (!run.idle && !run.requests.length && !run.stepStates.some((state) => state.waiting.size)) return endRun(run, 'failed', stallError(run));
    stand(run, 'waiting');
    // A list that has been used keeps room for what may come.
    run.queue = new Queue();
    run.log.keep(PARKED_HISTORY);
    run.stream?.keep(PARKED_HISTORY);
  }
  run.fire();
}

/** Let a run stand still: its timeout counts active time only. */
export function stand(run: Run, status: RunStatus): void {
  run.status = status;
  const { timeout } = run;
  if (timeout === null) return;
  run.remainingMs = Math.max(1, timeout.at - run.clock.now());
  run.deadlines.clear(timeout);
  run.timeout = null;
}

/** A run that waits for input goes on. */
export function wake(run: Run): void {
  if (run.status !== 'waiting') return;
  run.status = 'running';
  armTimeout(run, run.clock.now());
}

/** Let the run end when the active time it has left is used up. */
export function armTimeout(run: Run, now: number): void {
  if (run.remainingMs) run.timeout = run.deadlines.set(run.remainingMs, now, () => {
    endRun(run, 'timed_out', new TimeoutError(`Workflow '${run.definition.name}' took longer than ${run.definition.timeoutMs} ms`, { code: 'workflow.timeout' }));
  });
}
