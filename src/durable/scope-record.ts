import type { Run, StepState } from '../workflow/run.ts';
import { scopesOf } from '../workflow/scope-port.ts';
import type { Scopes } from '../workflow/scopes.ts';
import type { StepStateRecord } from './snapshot-body.ts';

/** The scopes of a run that has any. What belongs to them is told by their events. */
export interface ScopesRecord {
  /** Paths of those that are open, outer ones first. */
  readonly open: readonly string[];
  /** The result, when a StopEvent waits for detached work. */
  readonly stopped: { readonly result: unknown } | null;
  /** What was collected in them. */
  readonly stepStates: readonly (readonly [path: string, states: readonly StepStateRecord[]])[];
}

/** @param recordsOf writes what policies keep for steps. */
export function recordScopes(scopes: Scopes, recordsOf: (states: readonly StepState[]) => readonly StepStateRecord[]): ScopesRecord {
  return {
    open: [...scopes.open.keys()],
    stopped: scopes.stopped && { result: scopes.stopped.value },
    stepStates: [...scopes.open].flatMap(([path, { stepStates }]) => (stepStates.length > 0 ? [[path, recordsOf(stepStates)] as const] : [])),
  };
}

/** Open the scopes of a run again, whose queue and requests are there already. */
export function restoreScopes(run: Run, { open, stopped, stepStates }: ScopesRecord, statesOf: (records: readonly StepStateRecord[]) => readonly StepState[]): void {
  const scopes = scopesOf(run);
  scopes.reopen(open);
  scopes.stopped = stopped && { value: stopped.result };
  for (const [path, records] of stepStates) (scopes.open.get(path) as { stepStates: readonly StepState[] }).stepStates = statesOf(records);
  for (const [i, event] of run.queue.list().entries()) scopes.note(event, run.routed + i);
  for (const event of run.requests) scopes.note(event, -1);
}
