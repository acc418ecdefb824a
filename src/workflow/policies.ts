import { TimeoutError } from '../base/error-classes.ts';
import { COLLECTED, WorkflowEvent } from '../events/index.ts';
import { failed, retryAfter } from './engine.ts';
import { runController } from './execution.ts';
import { SCOPE, scopeOf } from './scope-path.ts';
import { readAt } from './state-cells.ts';
import type { StepPolicy } from './step.ts';
import { check, stateOf } from './step-state.ts';

/** How a step is tried again after it threw. */
export interface RetryOptions {
  /** Tries in total, the first one included. */
  readonly maxAttempts: number;
  /** Wait before the second try, in milliseconds; doubles with every further one. Default 100. */
  readonly backoffMs?: number;
  /** Longest wait, in milliseconds. Default 30,000. */
  readonly maxBackoffMs?: number;
  /** Try again after this error? Default: always. */
  readonly retryOn?: (error: unknown) => boolean;
}

/**
 * Try a step again after it threw or timed out. A further try sees the same event and the same state; what the failed
 * one committed (events sent or published) is kept and not repeated.
 *
 * @param options tries in total, or the whole policy. @throws ValidationError when a number is out of range.
 */
export function retry(options: number | RetryOptions): StepPolicy {
  const { maxAttempts, backoffMs = 100, maxBackoffMs = 30_000, retryOn } = typeof options === 'number' ? { maxAttempts: options } : options;
  check(maxAttempts >= 1 && backoffMs >= 0, `retry with ${maxAttempts} attempts and a backoff of ${backoffMs} ms`);
  return {
    again(x, error) {
      if (x.attempt >= maxAttempts || retryOn?.(error) === false) return false;
      retryAfter(x, error, Math.min(maxBackoffMs, backoffMs * 2 ** (x.attempt - 1)));
      return true;
    },
  };
}

/**
 * Let a try of the step take at most `ms` milliseconds: then its signal aborts and it has failed with a TimeoutError.
 *
 * @throws ValidationError when `ms` is not positive.
 */
export function timeout(ms: number): StepPolicy {
  check(ms > 0, `limit a step to ${ms} ms`);
  return {
    begin(x) {
      const { owner: run } = x;
      // A controller costs more than a step: made when the step asks for its signal.
      let own: AbortController | undefined;
      x.more().signal = () => AbortSignal.any([(run.scopes?.controllerOf(x) ?? runController(run)).signal, (own ??= new AbortController()).signal]);
      const deadline = run.deadlines.set(ms, run.clock.now(), () => {
        const error = new TimeoutError(`Step '${x.step}' took longer than ${ms} ms`, { code: 'workflow.step_timeout' });
        own?.abort(error);
        failed(x, error);
      });
      return () => run.deadlines.clear(deadline);
    },
  };
}

/**
 * Leave the step to another runtime: its events wait, and when nothing else is left to do the run rests as it does for
 * human input. Take a snapshot then and resume it where the step has its handler.
 *
 * @example
 * // In the browser; the server's definition of the same workflow has the handler, and not the policy.
 * workflow.addStep('print', ['Invoice'], () => null, elsewhere());
 */
export function elsewhere(): StepPolicy {
  return {
    admit(run, step, event, id) {
      stateOf(run, step).waiting.push({ step, event, id });
      return null;
    },
  };
}

/**
 * Fan-in: wait for `count` events of each type the step accepts and hand them over together, as `event.events`, sorted
 * by type in the order of the step's types and then by arrival.
 *
 * @param count a number, or a function of the run's state that is asked when the first event of a round arrives.
 */
export function collect(count: number | ((get: (key: string) => unknown) => number)): StepPolicy & { readonly collects: true } {
  return {
    collects: true,
    admit(run, step, event) {
      // Events of one scope are never collected together with those of another.
      const state = stateOf(run.scopes?.holderOf(event) ?? run, step);
      const { byType } = state;
      state.need ||= typeof count === 'number' ? count : count((key) => readAt(run.cells, key, run.version));
      const { need } = state;
      check(need >= 1, `collect ${need} events in step '${step.name}'`);
      const list = byType.get(event.type);
      if (list) list.push(event);
      else byType.set(event.type, [event]);
      if (step.types.some((type) => !((byType.get(type)?.length ?? 0) >= need))) return null;
      const events: WorkflowEvent[][] = [];
      for (const type of step.types) events.push((byType.get(type) as WorkflowEvent[]).splice(0, need));
      state.need = 0;
      return new WorkflowEvent({ ...(scopeOf(event) && { [SCOPE]: scopeOf(event) }), type: COLLECTED, events: events.flat() });
    },
    waitsFor(run, step) {
      const { byType, need } = stateOf(run, step);
      return `step '${step.name}' has ${step.types.map((type) => `${byType.get(type)?.length ?? 0} of ${need} ${type}`).join(', ')}`;
    },
  };
}
