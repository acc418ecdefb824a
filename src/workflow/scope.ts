import { ValidationError } from '../base/error-classes.ts';
import { type EventLike, type EventOf, SCOPE_ENDED, SCOPE_FAILED, type ScopeFailure, toEvent, WorkflowEvent } from '../events/index.ts';
import type { Context } from './context.ts';
import type { Execution } from './execution.ts';
import { scopesOf } from './scope-port.ts';
import { CLOSES, idOf, SCOPE, scopeOf } from './scope-path.ts';

/** Options of a scope; all optional. */
export interface ScopeOptions {
  /**
   * Names the scope in the events that tell its end, and for `cancelScope`. While a scope of this id is open in the same
   * place, events are added to it. Default: an id of its own.
   */
  readonly id?: string;
  /**
   * Background work: it belongs to the run and not to the scope it began in. Its failure never fails the run, a StopEvent
   * waits for it. Default false.
   */
  readonly detached?: boolean;
}

/**
 * Give these events a scope of their own: they and everything they cause, transitively, are one group, with a signal of its
 * own (`ctx.signal`). It ends when nothing of it is left, with `endScope`, with `cancelScope`, or when a step in it fails;
 * what is still queued, in flight or awaited in it is dropped then. How it ended is told to the scope around it by one event,
 * `blazen::ScopeEndedEvent` or `blazen::ScopeFailedEvent`; while no step accepts the latter, a failure is one of the scope
 * around, up to the run.
 *
 * @returns the events to return, or to send one by one.
 * @example
 * new Workflow('careful')
 *   .addStep('try', ['blazen::StartEvent'], (event, ctx) => scope(ctx, { type: 'Fetch', url: event.url }))
 *   .addStep('fetch', ['Fetch'], async (event, ctx) => stop(await (await fetch(String(event.url), { signal: ctx.signal })).text()))
 *   .addStep('rescue', ['blazen::ScopeFailedEvent'], (event) => stop(`${event.step} failed`));
 *
 * @throws ValidationError when something is not an event, or the id is empty or has a '/' or '&'.
 */
export function scope<Event extends EventLike>(context: Context, events: Event | readonly Event[], { id, detached = false }: ScopeOptions = {}): readonly Event[] {
  const x = context as Context & Execution;
  if (id !== undefined && (!id || /[/&]/.test(id))) throw new ValidationError(`Cannot open scope '${id}': an id is a text without '/' and '&'`);
  const scopes = scopesOf(x.owner);
  const name = id ?? scopes.nextId(x);
  const path = detached ? `/&${name}` : `${scopeOf(x.event)}/${name}`;
  return (Array.isArray(events) ? events as readonly Event[] : [events as Event]).map((event) => new WorkflowEvent(toEvent(event), { [SCOPE]: path })) as unknown as Event[];
}

/** What ends a scope with a result of a known type. */
export type ScopeEnded<Result> = EventOf<typeof SCOPE_ENDED, { readonly scope: string; readonly result: Result }>;

/** What cancels a scope. */
export type ScopeFailed = EventOf<typeof SCOPE_FAILED, Pick<ScopeFailure, keyof ScopeFailure>>;

/**
 * End the scope of this step with a result, as a StopEvent does the run: the first one wins, and everything else in the
 * scope is dropped. Return the event or send it.
 *
 * @throws ValidationError when the step is in no scope.
 */
export function endScope<Result = undefined>(context: Context, result?: Result): ScopeEnded<Result> {
  const path = scopeOf((context as Context & Execution).event);
  if (!path) throw new ValidationError(`Cannot end a scope: step '${context.step}' is in none`);
  return new WorkflowEvent({ type: SCOPE_ENDED, scope: idOf(path), result, [CLOSES]: path }) as unknown as ScopeEnded<Result>;
}

/**
 * Cancel a scope: the one of this id right inside the scope of who emits this event, or around it, or around that. Return
 * the event, send it, or give it to `handler.sendEvent`. Nothing happens when there is none.
 */
export function cancelScope(id: string, reason = `Scope '${id}' was cancelled`): ScopeFailed {
  return new WorkflowEvent({ type: SCOPE_FAILED, scope: id, step: null, error: { name: 'AbortedError', message: reason, code: 'aborted' }, [CLOSES]: id }) as unknown as ScopeFailed;
}
