import type { EventLike, WorkflowEvent } from '../events/index.ts';
import { Queue } from '../workflow/queue.ts';
import type { Ready, Run, StepState } from '../workflow/run.ts';
import type { Step } from '../workflow/step.ts';
import { stateOf } from '../workflow/step-state.ts';
import { areEntries, type Check, isEvent, isList, isNumber } from './checks.ts';
import { revive } from './restore.ts';
import type { SnapshotBody } from './snapshot-body.ts';

/** What policies keep for a step. */
export interface StepStateRecord {
  readonly step: number;
  readonly taken: number;
  readonly need: number;
  readonly waiting: readonly { readonly event: EventLike; readonly id: number }[];
  readonly gathered: readonly (readonly [type: string, events: readonly EventLike[]])[];
}

export function recordStates(states: readonly StepState[]): StepStateRecord[] {
  return states.flatMap(({ taken, need, waiting, byType }, step): StepStateRecord[] => [{
    step, taken, need, waiting: waiting.list().map(({ event, id }) => ({ event: event as unknown as EventLike, id })),
    gathered: [...byType].map(([type, events]) => [type, [...events] as unknown as EventLike[]]),
  }]);
}

/**
 * Can policies have kept this?
 *
 * @param body its graph and its executions are sound.
 * @param starts can the event have started an execution of the step, or be about to?
 */
export function areStates(value: unknown, { steps, executions }: SnapshotBody, starts: (step: unknown, ready: unknown) => boolean): boolean {
  const isState: Check = (state) => {
    const { step, taken, need, waiting, gathered } = Object(state) as StepStateRecord;
    const types = isNumber(step) ? steps[step]?.[1] : undefined;
    return types !== undefined && isNumber(need) && (taken === 0 || taken === executions.filter((x) => x.step === step).length)
      && isList((ready) => starts(step, ready))(waiting)
      && areEntries(gathered) && gathered.every(([type, events]) => types.includes(type) && isList(isEvent)(events) && events.every((event) => event.type === type));
  };
  return isList(isState)(value) && (value as StepStateRecord[]).every(({ step }, i, list) => step > (list[i - 1]?.step ?? -1));
}

/** Give policies back what they kept, and the events that were held back to the policies of today. */
export function restoreStates(run: Run, { stepStates, executions }: SnapshotBody): void {
  const { steps } = run.definition;
  run.stepStates = statesOf(stepStates);
  // The limits of today count what is in flight, also where there was none when the snapshot was taken.
  for (const { step: index } of executions) {
    const step = steps[index] as Step;
    if (step.policies.some(({ places }) => places !== undefined)) stateOf(run, step).taken++;
  }
  for (const { step, waiting } of stepStates) for (const { event, id } of waiting) admitAgain(run, steps[step] as Step, revive(event), id);
}

/** What policies kept, apart from the events that wait. */
export function statesOf(records: readonly StepStateRecord[]): StepState[] {
  const states: StepState[] = [];
  for (const { step, need, gathered } of records) {
    states[step] = { taken: 0, need, waiting: new Queue<Ready>(), byType: new Map(gathered.map(([type, events]) => [type, events.map(revive)])) };
  }
  return states;
}

/** An event that was held back: whether it still is, is up to the step's policies of today. */
function admitAgain(run: Run, step: Step, event: WorkflowEvent, id: number): void {
  let admitted: WorkflowEvent | null = event;
  // What was collected is not collected again.
  for (const policy of step.policies) if (admitted !== null && policy.admit && !policy.waitsFor) admitted = policy.admit(run, step, admitted, id);
  if (admitted !== null) run.ready.push({ step, event: admitted, id });
}
