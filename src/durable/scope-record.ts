import type { Run } from '../workflow/run.ts';
import { around, scopeOf } from '../workflow/scope-path.ts';
import { scopesOf } from '../workflow/scope-port.ts';
import type { Scopes } from '../workflow/scopes.ts';
import { anything, type Check, isList, isPair, isRecord, isUnique } from './checks.ts';
import type { SnapshotBody } from './snapshot-body.ts';
import { recordStates, statesOf, type StepStateRecord } from './state-record.ts';

/** The scopes of a run that has any. What belongs to them is told by their events. */
export interface ScopesRecord {
  /** Paths of those that are open, outer ones first. */
  readonly open: readonly string[];
  /** The result, when a StopEvent waits for detached work. */
  readonly stopped: { readonly result: unknown } | null;
  /** What was collected in them. */
  readonly stepStates: readonly (readonly [path: string, states: readonly StepStateRecord[]])[];
}

export function recordScopes(scopes: Scopes): ScopesRecord {
  return {
    open: [...scopes.open.keys()],
    stopped: scopes.stopped && { result: scopes.stopped.value },
    stepStates: [...scopes.open].flatMap(([path, { stepStates }]) => (stepStates.length > 0 ? [[path, recordStates(stepStates)] as const] : [])),
  };
}

/** Open the scopes of a run again, whose queue and requests are there already. */
export function restoreScopes(run: Run, { open, stopped, stepStates }: ScopesRecord): void {
  const scopes = scopesOf(run);
  scopes.reopen(open);
  scopes.stopped = stopped && { value: stopped.result };
  for (const [path, records] of stepStates) (scopes.open.get(path) as Pick<Run, 'stepStates'>).stepStates = statesOf(records);
  for (const [i, event] of run.queue.list().entries()) scopes.note(event, run.routed + i);
  for (const event of run.requests) scopes.note(event, -1);
}

const isPath: Check = (value) => typeof value === 'string' && /^\/&?[^/&]+(\/[^/&]+)*$/.test(value);

/** Are these the scopes of the run? Everything of it that is under way is in one that is open. */
export function areScopes(value: unknown, { executions, requests, stepStates: all }: SnapshotBody, areStates: Check): boolean {
  if (!isRecord({ open: isList(isPath), stopped: (stopped) => stopped === null || isRecord({ result: anything })(stopped), stepStates: isList(isPair(areStates)) })(value)) return false;
  const { open, stepStates } = value as ScopesRecord;
  const isOpen = (path: string): boolean => path === '' || open.includes(path);
  const live = [...executions, ...all.flatMap(({ waiting }) => waiting)].map(({ event }) => event);
  return isUnique(open) && open.every((path, i) => around(path) === '' || open.slice(0, i).includes(around(path)))
    && stepStates.every(([path, states]) => open.includes(path) && states.every(({ taken, waiting }) => taken === 0 && waiting.length === 0))
    && [...live, ...requests].every((event) => isOpen(scopeOf(event)));
}
