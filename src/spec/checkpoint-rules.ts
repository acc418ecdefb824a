import { ValidationError } from '../base/error-classes.ts';
import type { CheckpointCommit, CheckpointItem, CheckpointStatus, NewCheckpoint, ReleaseOptions } from './checkpoint.ts';

// The checks every store makes before it touches anything, so that all refuse the same arguments with the same words.

const STATUSES: Readonly<Record<CheckpointStatus, boolean>> = {
  running: false, waiting: false, paused: false, completed: true, failed: true, aborted: true, timed_out: true,
};
const MAX_KEY_BYTES = 512;

/** True for the statuses a run never leaves. */
export function isFinalStatus(status: CheckpointStatus): boolean {
  return STATUSES[status];
}

/**
 * Check an id or owner.
 *
 * @throws ValidationError naming the argument.
 */
export function checkKey(value: string, name: string): void {
  if (value === '') fail(name, 'it is empty');
  // Whole pairs are fine; looking for them is worth it only when there are any.
  if (/[\0\ud800-\udfff]/.test(value) && /[\0\p{Surrogate}]/u.test(value)) fail(name, 'it has a U+0000 or half of a surrogate pair');
  checkLength(value, name);
}

/**
 * Check a time, number or limit.
 *
 * @throws ValidationError naming the argument.
 */
export function checkCount(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0) fail(name, 'it must be a non-negative integer');
}

/**
 * Check how many of something are asked for.
 *
 * @throws ValidationError when it is not a positive integer.
 */
export function checkLimit(value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) fail('limit', 'it must be a positive integer');
}

/**
 * Check when a lease begins and how long it is.
 *
 * @throws ValidationError naming the argument.
 */
export function checkLease(leaseMs: number, now: number): void {
  checkCount(leaseMs, 'leaseMs');
  checkCount(now, 'now');
}

/**
 * Check how a claim is given back.
 *
 * @throws ValidationError naming the field.
 */
export function checkRelease(options: ReleaseOptions): void {
  checkCount(options.seenInput, 'seenInput');
  if (options.wakeAt != null) checkCount(options.wakeAt, 'wakeAt');
}

/**
 * Check bytes.
 *
 * @throws ValidationError naming the argument.
 */
export function checkBytes(value: Uint8Array, name: string): void {
  if (!(value instanceof Uint8Array)) fail(name, 'it must be a Uint8Array');
}

/**
 * Check what a run is created with.
 *
 * @throws ValidationError naming the field.
 */
export function checkNewCheckpoint(runId: string, run: NewCheckpoint): void {
  checkKey(runId, 'runId');
  checkLength(run.workflow, 'workflow');
  checkBytes(run.base, 'base');
  checkCount(run.now, 'now');
  if (run.wakeAt != null) checkCount(run.wakeAt, 'wakeAt');
  if (run.status !== undefined) checkStatus(run.status);
  if (run.streamSeq !== undefined) checkCount(run.streamSeq, 'streamSeq');
}

/**
 * Check a commit, and that its stream items follow each other.
 *
 * @throws ValidationError naming the field.
 */
export function checkCommit(runId: string, commit: CheckpointCommit): void {
  checkKey(runId, 'runId');
  checkKey(commit.commitId, 'commitId');
  checkCount(commit.fence, 'fence');
  checkCount(commit.version, 'version');
  checkCount(commit.now, 'now');
  if (commit.delta !== undefined && commit.base !== undefined) fail('delta', 'a commit has a delta or a base, not both');
  if (commit.delta !== undefined) checkBytes(commit.delta, 'delta');
  if (commit.base !== undefined) checkBytes(commit.base, 'base');
  if (commit.wakeAt != null) checkCount(commit.wakeAt, 'wakeAt');
  if (commit.status !== undefined) checkStatus(commit.status);
  if (commit.consumed !== undefined) for (const id of commit.consumed) checkKey(id, 'consumed');
  if (commit.items !== undefined) checkItems(commit.items);
}

function checkItems(items: readonly CheckpointItem[]): void {
  let next = items[0]?.seq;
  for (const { seq, data } of items) {
    checkCount(seq, 'items');
    checkBytes(data, 'items');
    if (seq !== next) fail('items', 'their numbers must have no gaps');
    next = seq + 1;
  }
}

function checkLength(value: string, name: string): void {
  // A UTF-16 unit has at most three bytes in UTF-8: only long values need counting.
  if (value.length * 3 > MAX_KEY_BYTES && new TextEncoder().encode(value).length > MAX_KEY_BYTES) fail(name, `it has more than ${MAX_KEY_BYTES} bytes`);
}

function checkStatus(status: CheckpointStatus): void {
  if (!Object.hasOwn(STATUSES, status)) fail('status', 'it is not one of the statuses of a run');
}

function fail(name: string, reason: string): never {
  throw new ValidationError(`Cannot use the store with this ${name}: ${reason}`, { path: name });
}
