import { SnapshotError, ValidationError } from '../base/error-classes.ts';
import { checkStorable } from '../base/storable.ts';
import type { Session } from '../workflow/execution.ts';
import type { Run } from '../workflow/run.ts';
import type { DurableDefinition } from './execution.ts';
import { refOf } from './session-refs.ts';
import type { SnapshotBody } from './snapshot-body.ts';

/**
 * What happens to the live values of `ctx.session` when a snapshot is taken. They are never part of it.
 *
 * - `pickle_or_error` (default): plain data is left behind, a live object is an error.
 * - `pickle_or_serialize`: as above; values that serialise themselves (`serializable`) travel beside the run.
 * - `warn_drop`: everything is left behind; the snapshot tells the names (`droppedSession`).
 * - `hard_error`: any value is an error.
 *
 * `continue` and `pause` are accepted as other names of `warn_drop`: a run that goes on in this process keeps its session
 * in any case.
 */
export type SessionPausePolicy = 'pickle_or_error' | 'pickle_or_serialize' | 'warn_drop' | 'hard_error';

const POLICIES: readonly SessionPausePolicy[] = ['pickle_or_error', 'pickle_or_serialize', 'warn_drop', 'hard_error'];

/** @throws ValidationError for an unknown policy. PascalCase spellings are accepted. */
export function parsePolicy(policy: string): SessionPausePolicy {
  if (policy === 'continue' || policy === 'pause') return 'warn_drop';
  const name = policy.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase() as SessionPausePolicy;
  if (!POLICIES.includes(name)) throw new ValidationError(`Unknown session pause policy '${policy}': expected one of ${POLICIES.join(', ')}`);
  return name;
}

/** @throws SnapshotError naming the live values that the policy does not let go. */
export function recordSession(run: Run): SnapshotBody['session'] {
  const { session } = run;
  const { policy } = (run.definition as DurableDefinition).sessions;
  const values = [...session ?? []];
  if (policy === 'hard_error' && values.length > 0) throw refused(run, values.map(([key]) => key));
  const refs: [string, string, Uint8Array][] = [];
  const dropped: string[] = [];
  const live: string[] = [];
  for (const [key, value] of values) {
    const ref = policy === 'pickle_or_serialize' ? refOf(session as Session, key) : null;
    if (ref !== null) refs.push([key, ref.typeName, ref.bytes]);
    else if (policy === 'warn_drop' || isPlainData(value)) dropped.push(key);
    else live.push(key);
  }
  if (live.length > 0) throw refused(run, live);
  return { refs, dropped };
}

function isPlainData(value: unknown): boolean {
  try {
    checkStorable(value, '');
    return true;
  } catch {
    return false;
  }
}

function refused(run: Run, keys: readonly string[]): SnapshotError {
  return new SnapshotError(`Cannot take a snapshot of run ${run.id}: its session holds live values (${keys.join(', ')}). Remove them, or choose another session pause policy`);
}
