import { ValidationError } from '../base/error-classes.ts';
import { Queue } from './queue.ts';
import type { Run, StepState } from './run.ts';
import type { Step } from './step.ts';

/** What policies keep for a step in a run, made when first needed. */
export function stateOf(run: Pick<Run, 'stepStates'>, step: Step): StepState {
  const { index } = step;
  if (!run.stepStates[index]) run.stepStates = Object.assign(run.stepStates.slice(), { [index]: { taken: 0, waiting: new Queue(), need: 0, byType: new Map() } });
  return run.stepStates[index] as StepState;
}

/** @throws ValidationError saying what cannot be done. */
export function check(fits: boolean, what: string): void {
  if (!fits) throw new ValidationError(`Cannot ${what}`);
}
