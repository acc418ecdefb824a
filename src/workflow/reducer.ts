// The pure half of the engine: every function here is a deterministic function of the run and its arguments. No clock,
// no I/O, no user code but the value functions of `update` and `collect`. Hosts decide when to call them.
import { WorkflowStalledError } from '../base/error-classes.ts';
import { checkStorable } from '../base/storable.ts';
import { INPUT_REQUEST, INPUT_RESPONSE, START, STOP, type EventLike, WorkflowEvent } from '../events/index.ts';
import type { Execution } from './execution.ts';
import { type Emission, type Patch, Update } from './patch.ts';
import { COMMITTED, ENDED, INPUT, RETRIED, STARTED } from './run-log.ts';
import type { FinalStatus, Run } from './run.ts';
import { readAt, writeAt } from './state-cells.ts';
import type { Step } from './step.ts';

/** Apply one commit of an execution: state, then events. The patch is resolved. */
export function applyCommit(run: Run, x: Execution, patch: Patch | null, out: Emission, final: boolean): void {
  const version = ++run.version;
  if (patch) {
    const reader = final && run.newest === x ? x.previous : run.newest;
    for (let i = 0; i < patch.length; i += 2) writeAt((run.cells ??= new Map()), patch[i] as string, patch[i + 1], version, reader ? reader.view : -1);
  }
  run.log.add(COMMITTED | x.record.index << 3, x.id, x.commits, run.elapsed, x.began, out, patch, emitted(run));
  emitAll(run, out);
  if (final) finish(x);
}

/** Replace every function of a patch by the value it gives on the committed state. Doing it twice is harmless. */
export function resolvePatch(run: Run, patch: Patch): void {
  const before = new Map<unknown, unknown>();
  for (let i = 0; i < patch.length; i += 2) {
    const key = patch[i] as string;
    const operation = patch[i + 1];
    if (operation instanceof Update) {
      const value = operation.change(before.has(key) ? before.get(key) : readAt(run.cells, key, run.version));
      checkStorable(value, key);
      patch[i + 1] = value;
    }
    before.set(key, patch[i + 1] ?? null);
  }
}

/** Apply an event from outside: the start, a sent event, or an answer to an input request. */
export function applyInput(run: Run, event: WorkflowEvent): void {
  run.version++;
  run.log.add(event.type === START ? STARTED : INPUT, 0, 0, run.elapsed, 0, event, null, emitted(run));
  if (event.type === INPUT_RESPONSE) takeRequest(run, requestId(event));
  emit(run, event);
}

/** End the run. Whatever is queued, in flight or awaited no longer counts. */
export function applyEnd(run: Run, status: FinalStatus, value: unknown): void {
  run.status = status;
  run.ended = true;
  run.value = value;
  run.requests = run.stepStates = [];
  run.cells = null;
  run.log.add(ENDED, value, 0, run.elapsed, 0, status, null, emitted(run));
}

export function applyRetry(run: Run, x: Execution, error: unknown): void {
  run.log.add(RETRIED | x.record.index << 3, x.id, x.attempt, run.elapsed, x.began, error, null, emitted(run));
}

/** Number the next emitted event will get. */
function emitted(run: Run): number { return run.routed + run.queue.size; }

function emitAll(run: Run, out: Emission): void {
  if (Array.isArray(out)) for (const event of out) emit(run, event);
  else if (out) emit(run, out);
}

/** Queue an event. The first StopEvent ends the run; nothing is emitted after it. */
function emit(run: Run, event: WorkflowEvent): void {
  if (run.ended) return;
  if (event.type === STOP) return applyEnd(run, 'completed', (event as unknown as EventLike)['result']);
  event = named(run, event, 0);
  if (event.type !== START) run.show(event, false);
  run.queue.push(event);
}

/** An input request gets an id of ours when it has none: the same whenever this run is told again. @param before events emitted before it. */
export function named(run: Run, event: WorkflowEvent, before: number): WorkflowEvent {
  if (event.type !== INPUT_REQUEST || requestId(event)) return event;
  return new WorkflowEvent(event, { request_id: `${run.id}/${emitted(run) + before}` });
}

/** Take the next event off the queue and begin what it starts. */
export function route(run: Run, begin: (run: Run, step: Step, event: WorkflowEvent, id: number) => void): void {
  const event = run.queue.take();
  const id = run.routed++;
  const { routes, offer } = run.definition;
  const steps = routes.get(event.type);
  const taken = offer?.(run, event);
  if (!steps) {
    if (event.type === INPUT_REQUEST) run.requests = run.requests.concat(event);
    else if (!taken && !run.unhandled.includes(event.type)) run.unhandled = run.unhandled.concat(event.type);
    return;
  }
  for (const step of steps) {
    let input: WorkflowEvent | null = event;
    for (const policy of step.policies) if (input && policy.admit) input = policy.admit(run, step, input, id);
    if (input && !run.ended) begin(run, step, input, id);
  }
}

/** Add an execution to those in flight. */
export function link(run: Run, x: Execution): void {
  x.previous = run.newest;
  if (run.newest) run.newest.next = x;
  run.newest = x;
  run.inFlight++;
}

/** Put a new try in the place of the one that failed, so that executions stay sorted by what they see. */
export function replace(run: Run, x: Execution, again: Execution): void {
  x.over = true;
  const { previous, next } = x;
  again.previous = previous;
  again.next = next;
  if (previous) previous.next = again;
  if (next) next.previous = again;
  else run.newest = again;
}

/** An execution has made its last commit. */
export function finish(x: Execution): void {
  const { owner: run, record, previous, next } = x;
  x.over = true;
  if (previous) previous.next = next;
  if (next) next.previous = previous;
  else run.newest = previous;
  run.inFlight--;
  for (const policy of record.policies) policy.done?.(run, record);
}

/** An execution is over: nothing it waits for counts. */
export function forget(run: Run, x: Execution): void {
  let asleep = false;
  for (const wait of run.waits ?? []) {
    if (wait.id !== x.id || wait.step !== x.record.index) continue;
    asleep ||= wait.sleeper === x;
    run.waits?.delete(wait);
  }
  if (!asleep) return;
  run.idle--;
  run.delayed--;
}

function requestId(event: WorkflowEvent): unknown { return (event as unknown as EventLike)['request_id']; }

/** Take the open input request of this id; false when there is none. */
export function takeRequest(run: Run, id: unknown): boolean {
  const { requests } = run;
  run.requests = requests.filter((request) => requestId(request) !== id);
  return run.requests.length < requests.length;
}

/** Why a run with nothing queued, in flight or awaited cannot go on. */
export function stallError(run: Run): WorkflowStalledError {
  const { unhandled, definition } = run;
  const reasons = unhandled.map((type) => `no step accepts ${type}`);
  for (const step of definition.steps) for (const policy of step.policies) if (policy.waitsFor && run.stepStates[step.index]) reasons.push(policy.waitsFor(run, step));
  return new WorkflowStalledError(`Workflow '${definition.name}' stalled: ${reasons.join('; ') || 'no event was given'}`, { unhandled });
}
