import { ValidationError } from '../base/error-classes.ts';
import type { EventLike, WorkflowEvent } from '../events/index.ts';
import type { Context } from './context.ts';
import type { Execution } from './execution.ts';
import type { Run } from './run.ts';

/** What a step gives: one event, several, or nothing. */
export type StepOutput = EventLike | readonly EventLike[] | null | undefined | void;

/** A step: takes an event, gives events. May be synchronous or asynchronous. */
export type StepHandler<Ctx = Context> = (event: EventLike, context: Ctx) => StepOutput | Promise<StepOutput>;

/**
 * How a step is run: made by `retry`, `timeout`, `limit`, `priority` and `collect`, and given to `addStep` or `step` after the handler.
 * The members are the engine's business.
 */
export interface StepPolicy {
  /** @internal The event to run with, or null to hold it back for now. Pure: part of the reducer. */
  readonly admit?: (run: Run, step: Step, event: WorkflowEvent, id: number) => WorkflowEvent | null;
  /** @internal An execution is committed. Pure: part of the reducer. */
  readonly done?: (run: Run, step: Step) => void;
  /** @internal A try begins; what is given back is called when it is over. */
  readonly begin?: (x: Execution) => () => void;
  /** @internal A try failed: true when there will be another one. */
  readonly again?: (x: Execution, error: unknown) => boolean;
  /** @internal Executions that may be in flight at once, together with those of other steps that have the same policy. */
  readonly places?: number;
  /** @internal Which events get a place first. */
  readonly level?: number;
  /** @internal Event types that the step sends (`sends`). */
  readonly sends?: readonly string[];
  /** @internal What the step waits for, for the error of a run that stalled. */
  readonly waitsFor?: (run: Run, step: Step) => string;
}

/** A step as the engine sees it; both surfaces (`addStep`, `step`) make these. */
export interface Step {
  readonly index: number;
  readonly name: string;
  readonly types: readonly string[];
  readonly run: StepHandler;
  readonly policies: readonly StepPolicy[];
}

/** @param policies a list of its own. @throws ValidationError when a name, type or handler cannot work. */
export function makeStep(index: number, name: string, types: readonly string[], run: StepHandler, policies: StepPolicy[]): Step {
  if (!name || !types.length || types.some((type) => typeof type !== 'string') || typeof run !== 'function') {
    throw new ValidationError(`Cannot add step '${name}': it takes a name, event types and a handler`);
  }
  // Collecting comes before a limit: what is held back for a round takes no place.
  return { index, name, types: [...types], run, policies: policies.sort((a, b) => Number(!a.waitsFor) - Number(!b.waitsFor)) };
}
