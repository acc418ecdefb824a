import { SnapshotError } from '../base/error-classes.ts';
import { INPUT_REQUEST } from '../events/index.ts';
import type { Execution } from '../workflow/execution.ts';
import type { Definition, Run, StepState } from '../workflow/run.ts';
import type { Scopes } from '../workflow/scopes.ts';
import type { ScopesRecord } from './scope-record.ts';
import type { ExecutionRecord, SnapshotBody } from './snapshot-body.ts';
import type { StepStateRecord } from './state-record.ts';

/**
 * What only some runs have: events held back or collected, scopes, calls that leave something, session values, times.
 * Those who pause, save and resume a run get it from its workflow, so that a program whose workflows have none of it does
 * not load it.
 */
export interface SnapshotParts {
  readonly recordStates: (states: readonly StepState[]) => readonly StepStateRecord[];
  readonly recordScopes: (scopes: Scopes) => ScopesRecord;
  /** What the calls of an execution left, and whether it does nothing but wait for one of them. */
  readonly recordCalls: (x: Execution) => Partial<ExecutionRecord> | undefined;
  /** @throws SnapshotError naming the live values that must not be left behind. */
  readonly recordSession: (run: Run) => SnapshotBody['session'];
  /** All but the calls of executions. */
  readonly restore: (run: Run, body: SnapshotBody) => void;
  /** True when the execution's function is to be called only when one of its calls is over. */
  readonly restoreCalls: (run: Run, x: Execution, record: ExecutionRecord) => boolean;
  /** Do what is due, and keep the time from now on. */
  readonly ring: (run: Run) => void;
}

/** Fields of the record of an execution that has made no calls. */
const PLAIN_EXECUTION = 6;

/** The parts that come with the workflow of a run; undefined for one of `blazen-ts/workflow`. */
export function partsOf(definition: Definition): SnapshotParts | undefined {
  return (definition as Definition & { readonly parts?: SnapshotParts }).parts;
}

/**
 * The parts, where they are needed: when `more`, or when policies of the steps hold events back.
 *
 * @throws SnapshotError when they are and the workflow does not bring them.
 */
export function partsFor(definition: Definition, more: unknown): SnapshotParts | undefined {
  const parts = partsOf(definition);
  if (!parts && (more || definition.steps.some(({ policies }) => policies.some(({ admit }) => admit)))) {
    throw new SnapshotError(`Cannot save or resume a run of '${definition.name}': it takes the Workflow of 'blazen-ts/durable', which also keeps held events, scopes, calls, session values and expiry`);
  }
  return parts;
}

/** Is there something in the body that a part has recorded? */
export function needsParts({ scopes, stepStates, session, executions, requests, queue }: SnapshotBody): boolean {
  return !!scopes || stepStates.length > 0 || session.refs.length > 0 || executions.some((x) => Object.keys(x).length > PLAIN_EXECUTION)
    || [...requests, ...queue].some(({ type, expires_at: at }) => type === INPUT_REQUEST && at);
}
