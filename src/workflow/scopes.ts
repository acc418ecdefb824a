import { AbortedError } from '../base/error-classes.ts';
import { type EventLike, INPUT_REQUEST, SCOPE_FAILED, STOP, WorkflowEvent } from '../events/index.ts';
import { stopTry } from './engine.ts';
import { type Execution, runController } from './execution.ts';
import type { Emission, Patch } from './patch.ts';
import { applyCommit, applyInput, finish, forget, named } from './reducer.ts';
import type { Ready, Run, StepState } from './run.ts';
import { around, CLOSES, idOf, isDetached, isWithin, SCOPE, scopeOf } from './scope-path.ts';

/** An open scope. */
interface Scope {
  /** Number of the newest event that was emitted into it. */
  last: number;
  /** Open scopes right inside it. */
  inner: number;
  /** What its events were collected for, by the step's index. */
  stepStates: readonly StepState[];
  controller: AbortController | null;
}

/** What is to become of the events of one change. */
export interface Plan {
  /** What is emitted, each event with its scope. */
  readonly out: WorkflowEvent[];
  readonly opened: string[];
  readonly closed: string[];
  /** A StopEvent that detached work holds back. */
  stopped: { readonly value: unknown } | null;
}

/** Stands in the queue for an event whose scope is closed, so that the others keep their numbers. */
const DROPPED = 'blazen::DroppedEvent';

/**
 * The scopes of a run, part of its state: executions belong to the scope of their event, and what they emit does too.
 * Opening and closing are effects of events, so they happen when those are committed, in the order of the commits.
 */
export class Scopes {
  readonly #run: Run;
  readonly open: Map<string, Scope> = new Map();
  /** The result, while detached work holds back the end of the run. */
  stopped: Plan['stopped'] = null;
  /** A scope was closed: what begins in it meanwhile is still to be let go of. */
  closing = false;
  /** Scopes in which something has come to an end. */
  readonly touched: Set<string> = new Set();
  /** Executions whose scope was closed: what they still commit counts for nothing. */
  readonly dropped: WeakSet<Execution> = new WeakSet();
  /** Scopes opened so far by each execution. */
  readonly #opened = new WeakMap<Execution, number>();
  readonly #controller = new AbortController();

  constructor(run: Run) {
    this.#run = run;
    this.#follow(this.#controller);
    // Fields of this name may have come from another run.
    const events = run.queue.list();
    for (let x = run.newest; x; x = x.previous) events.push(x.event);
    for (const event of events) for (let path = scopeOf(event); path && !this.open.has(path); path = around(path)) this.#enter(path);
  }

  /** An id that is the same whenever the execution is told again. */
  nextId(x: Execution): string {
    const n = (this.#opened.get(x) ?? 0) + 1;
    this.#opened.set(x, n);
    return `${x.id}.${x.record.index}.${n}`;
  }

  isOpen(path: string): boolean { return path ? this.open.has(path) : !this.stopped; }

  /** Where collected events are kept. */
  holderOf(event: WorkflowEvent): { stepStates: readonly StepState[] } {
    const path = scopeOf(event);
    return path ? this.open.get(path) ?? { stepStates: [] } : this.#run;
  }

  controllerOf(x: Execution): AbortController {
    const path = scopeOf(x.event);
    const scope = this.open.get(path);
    if (!path) return this.#controller;
    if (scope?.controller) return scope.controller;
    const controller = new AbortController();
    if (scope) this.#follow((scope.controller = controller));
    else controller.abort(over(path));
    return controller;
  }

  /** What a change would do: a pure function of the run. @param x the execution that commits; null for an event from outside. */
  plan(x: Execution | null, out: Emission): Plan {
    const plan: Plan = { out: [], opened: [], closed: [], stopped: this.stopped };
    const isOpen = (path: string): boolean => (path ? this.open.has(path) || plan.opened.includes(path) : !plan.stopped) && !plan.closed.some((closed) => isWithin(path, closed));
    const add = (event: WorkflowEvent, path: string): unknown => plan.out.push(tagged(named(this.#run, event, plan.out.length), path));
    const own = x ? scopeOf(x.event) : '';
    for (const event of Array.isArray(out) ? out : out ? [out] : []) {
      const fields = event as unknown as EventLike;
      const closes = fields[CLOSES] as string | undefined;
      if (event.type === STOP) {
        if (plan.stopped) continue;
        if ([...this.open.keys(), ...plan.opened].some((path) => isDetached(path) && isOpen(path))) plan.stopped = { value: fields['result'] };
        else add(event, '');
        break;
      }
      if (closes !== undefined) {
        const path = this.#find(closes, own, isOpen);
        if (path) {
          plan.closed.push(path);
          add(event, around(path));
        }
        continue;
      }
      if (!x) {
        // What comes from outside belongs to the scope that asked, or that it names, and to the run when that is over.
        const path = scopeOf(event) || this.#askedIn(event);
        if (isOpen(path) || isOpen('')) add(event, isOpen(path) ? path : '');
        continue;
      }
      const path = scopeOf(event) || own;
      if (!isOpen(path)) {
        // A scope is opened by the first event that names it, from right outside it.
        if (path === own || !(isDetached(path) && around(path) === '' || around(path) === own && isOpen(own))) continue;
        plan.opened.push(path);
      }
      add(event, path);
    }
    return plan;
  }

  /** Apply one commit of an execution. The patch is resolved. */
  commit(x: Execution, patch: Patch | null, out: Emission, final: boolean): void {
    if (!this.isOpen(scopeOf(x.event))) {
      // It began while its scope was being closed.
      if (final) finish(x);
      return;
    }
    const plan = this.plan(x, out);
    const first = this.#run.routed + this.#run.queue.size;
    applyCommit(this.#run, x, patch, plan.out.length ? plan.out : null, final);
    if (final) {
      forget(this.#run, x);
      this.touched.add(scopeOf(x.event));
    }
    this.#carryOut(plan, first);
  }

  /** Apply an event from outside. */
  input(event: WorkflowEvent): void {
    const plan = this.plan(null, event);
    const first = this.#run.routed + this.#run.queue.size;
    for (const emitted of plan.out) applyInput(this.#run, emitted);
    this.#carryOut(plan, first);
  }

  /** Take a dropped event off the queue; false when the next one is to be routed. */
  skim(): boolean {
    const { queue } = this.#run;
    if (queue.first?.type !== DROPPED) return false;
    queue.take();
    this.#run.routed++;
    return true;
  }

  /** Is nothing of the scope left? */
  isOver(path: string): boolean {
    const scope = this.open.get(path);
    const { newest, ready, requests, stepStates, routed } = this.#run;
    if (!scope || scope.inner > 0 || scope.last >= routed) return false;
    for (let x = newest; x; x = x.previous) if (scopeOf(x.event) === path) return false;
    const isHere = ({ event }: Ready): boolean => scopeOf(event) === path;
    return !ready.some(isHere) && !requests.some((event) => scopeOf(event) === path) && !stepStates.some(({ waiting }) => waiting.size > 0 && waiting.list().some(isHere));
  }

  /** The event that tells the failure of an execution to the scope around; null when it is the run's failure. */
  failure(x: Execution, error: unknown): WorkflowEvent | null {
    let path = scopeOf(x.event);
    // Nobody listens: it is a failure of the scope around, up to the run. What is detached never fails the run.
    const heard = this.#run.definition.routes.has(SCOPE_FAILED);
    while (!heard && path && !(isDetached(path) && around(path) === '')) path = around(path);
    const { step, attempt, event: { type } } = x;
    return path ? new WorkflowEvent({ type: SCOPE_FAILED, scope: idOf(path), step, eventType: type, attempt, error: told(error), [CLOSES]: path }) : null;
  }

  #find(closes: string, own: string, isOpen: (path: string) => boolean): string | null {
    if (closes.startsWith('/')) return isOpen(closes) ? closes : null;
    for (let path = own; ; path = around(path)) {
      for (const found of [`${path}/${closes}`, `${path}/&${closes}`]) if (isOpen(found)) return found;
      if (!path) return null;
    }
  }

  /** The scope that asked for an answer. */
  #askedIn(event: WorkflowEvent): string {
    const id = (event as unknown as EventLike)['request_id'];
    return id === undefined ? '' : this.#asked.get(id) ?? '';
  }
  readonly #asked = new Map<unknown, string>();

  #carryOut({ out, opened, closed, stopped }: Plan, first: number): void {
    for (const path of opened) this.#enter(path);
    for (const [i, event] of out.entries()) this.note(event, first + i);
    for (const path of closed) this.#close((other) => isWithin(other, path), over(path));
    if (stopped && !this.stopped) {
      this.stopped = stopped;
      queueMicrotask(() => this.#controller.abort(stopped.value));
      this.#close((path) => !isDetached(path), stopped.value);
    }
    if (closed.length > 0 || stopped) this.sweep();
  }

  #close(isClosed: (path: string) => boolean, reason: unknown): void {
    this.closing = true;
    for (const [path, { controller }] of this.open) {
      if (!isClosed(path)) continue;
      this.open.delete(path);
      const outer = this.open.get(around(path));
      if (outer) {
        outer.inner--;
        this.touched.add(around(path));
      }
      // Whoever listens may call into the run: not in the middle of a change.
      if (controller) queueMicrotask(() => controller.abort(reason));
    }
  }

  #enter(path: string): void {
    this.open.set(path, { last: -1, inner: 0, stepStates: [], controller: null });
    const outer = this.open.get(around(path));
    if (outer) outer.inner++;
  }

  /** Take notice of an event in a scope. @param number its number, when it is queued. */
  note(event: WorkflowEvent, number: number): void {
    const path = scopeOf(event);
    const scope = this.open.get(path);
    if (!scope) return;
    scope.last = Math.max(scope.last, number);
    if (event.type === INPUT_REQUEST) this.#asked.set((event as unknown as EventLike)['request_id'], path);
  }

  /** Scopes that were open when a snapshot was taken. */
  reopen(paths: readonly string[]): void {
    for (const path of paths) this.#enter(path);
    this.touchAll();
  }

  /** Nothing is known of what has come to an end. */
  touchAll(): void { for (const path of this.open.keys()) this.touched.add(path); }

  /** Let go of everything whose scope is closed. */
  sweep(): void {
    const run = this.#run;
    const stays = ({ event }: { readonly event: WorkflowEvent }): boolean => this.isOpen(scopeOf(event));
    run.stepStates.forEach(({ waiting }) => { if (waiting.size > 0) refill(waiting, waiting.list().filter(stays)); });
    for (const ready of run.ready.splice(0)) {
      if (stays(ready)) run.ready.push(ready);
      else if (ready.again) run.delayed--;
      else for (const policy of ready.step.policies) policy.done?.(run, ready.step);
    }
    for (let x = run.newest; x; x = x.previous) if (!stays(x)) this.#dropExecution(x);
    run.requests = run.requests.filter((event) => stays({ event }));
    refill(run.queue, run.queue.list().map((event) => (stays({ event }) ? event : new WorkflowEvent({ type: DROPPED }))));
    for (const [id, path] of this.#asked) if (!this.isOpen(path)) this.#asked.delete(id);
  }

  #dropExecution(x: Execution): void {
    this.dropped.add(x);
    stopTry(x);
    forget(this.#run, x);
    finish(x);
  }

  #follow(controller: AbortController): void {
    const { signal } = runController(this.#run);
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener('abort', () => controller.abort(signal.reason), { signal: controller.signal });
  }
}

function refill<Item>(queue: { readonly size: number; take(): Item; push(item: Item): void }, items: readonly Item[]): void {
  while (queue.size > 0) queue.take();
  for (const item of items) queue.push(item);
}

function tagged(event: WorkflowEvent, path: string): WorkflowEvent {
  if (scopeOf(event) === path && !(CLOSES in event)) return event;
  const { [CLOSES]: _, [SCOPE]: __, ...fields } = event as unknown as EventLike;
  return new WorkflowEvent(path ? { ...fields, [SCOPE]: path } : fields);
}

function over(path: string): AbortedError { return new AbortedError(`Scope '${idOf(path)}' is over`); }

/** What can be told of an error wherever the run goes on. */
function told(error: unknown): { readonly name: string; readonly message: string; readonly code?: string } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, code } = error as Error & { code?: unknown };
  return { name, message, ...(typeof code === 'string' ? { code } : undefined) };
}
