import { COLLECTED, type EventLike, INPUT_REQUEST, STOP } from '../events/index.ts';
import { scopeOf } from '../workflow/scope-path.ts';
import type { Entries, SnapshotBody, StepStateRecord } from './snapshot-body.ts';

/**
 * The field of a body, each of its fields sound by itself, that does not go with the others: no run can have been so.
 * Null when there is none.
 */
export function inconsistency({ routed, state, queue, executions, requests, steps, stepStates, scopes, log }: SnapshotBody): keyof SnapshotBody | null {
  /** Can the event have started an execution of the step, or be about to? */
  const starts = (step: number, { id, event }: { readonly id: number; readonly event: EventLike }): boolean => {
    const events = event.type === COLLECTED ? event['events'] as EventLike[] : [event];
    return id < routed && events.every(({ type }) => steps[step]?.[1].includes(type));
  };
  if (!areUnique(keys(state))) return 'state';
  if (!areUnique(keys(log.base))) return 'log';
  // The first StopEvent ends a run at once.
  if (queue.some(({ type }) => type === STOP)) return 'queue';
  if (requests.some((event) => event.type !== INPUT_REQUEST || typeof event['request_id'] !== 'string')) return 'requests';
  if (!areUnique(executions.map(({ step, id }) => `${id}.${step}`))) return 'executions';
  if (!executions.every((x) => starts(x.step, x))) return 'executions';
  if (!executions.every(({ attempt, commits, seen }) => attempt > 0 && areUnique(keys(seen)) && (commits > 0 || seen.length === 0))) return 'executions';
  const fit = (states: readonly StepStateRecord[]): boolean => isAscending(states.map(({ step }) => step)) && states.every(({ step, taken, waiting, gathered }) => {
    const types = steps[step]?.[1] ?? [];
    return (taken === 0 || taken === executions.filter((x) => x.step === step).length)
      && waiting.every((ready) => starts(step, ready))
      && areUnique(keys(gathered)) && gathered.every(([type, events]) => types.includes(type) && events.every((event) => event.type === type));
  });
  if (!fit(stepStates)) return 'stepStates';
  const isHere = (event: EventLike): boolean => !scopes || scopeOf(event) === '' || scopes.open.includes(scopeOf(event));
  const live = [...executions, ...stepStates.flatMap(({ waiting }) => waiting)].map(({ event }) => event);
  const apart = (scopes?.stepStates ?? []).every(([, states]) => fit(states) && states.every(({ taken, waiting }) => taken === 0 && waiting.length === 0));
  return apart && [...live, ...requests].every(isHere) ? null : 'scopes';
}

function keys(entries: Entries): string[] { return entries.map(([key]) => key); }

function areUnique(list: readonly string[]): boolean { return new Set(list).size === list.length; }

function isAscending(list: readonly number[]): boolean { return list.every((step, i) => i === 0 || step > (list[i - 1] as number)); }
