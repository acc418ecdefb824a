import { PersistCorruptError } from '../base/error-classes.ts';
import { decodeJson, encodeJson } from '../base/json-codec.ts';
import { isRecord } from '../base/json.ts';
import type { CheckpointSummary } from '../spec/checkpoint.ts';
import { Feed } from '../workflow/feed.ts';
import type { Run } from '../workflow/run.ts';
import { RunLog } from '../workflow/run-log.ts';
import { capture } from './capture.ts';
import { checkBody } from './check-body.ts';
import type { SnapshotBody } from './snapshot-body.ts';

const NONE: readonly never[] = [];

/**
 * The state of a run as a store holds it, in few bytes: what a snapshot holds, without what the store knows beside it (the
 * names and the stream, of which only the number is left) and without the records of the log, which nobody could read there.
 *
 * @throws SerializationError naming what cannot be stored.
 */
export function encodeBase(run: Run, path: string): Uint8Array {
  const {
    workflow: _workflow, runId: _runId, takenAt: _takenAt, session: _session, v, startedAt, remainingMs, version, routed, log, stream, ...body
  } = capture(run, undefined, { log: folded(run.log), stream: run.stream && new Feed(0, 2, run.stream.seq) });
  const fields = Object.entries(body).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  return new TextEncoder().encode(encodeJson({ v, at: [startedAt, Math.ceil(remainingMs), version, routed, log.seq, stream.seq], ...Object.fromEntries(fields) }, path));
}

/** The log without its records: what they did is part of its base. */
function folded(log: RunLog): RunLog {
  const copy = Object.assign(new RunLog(0), log, { base: log.base && new Map(log.base) });
  copy.keep(0);
  return copy;
}

/** @throws PersistCorruptError when the bytes are not those of a state, SnapshotError naming the field that does not fit. */
export function decodeBase(bytes: Uint8Array, { workflow, runId }: Pick<CheckpointSummary, 'workflow' | 'runId'>): SnapshotBody {
  let stored: unknown;
  try {
    stored = decodeJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new PersistCorruptError('Cannot read the stored state of the run: it is damaged', { cause });
  }
  if (!isRecord(stored) || !Array.isArray(stored['at'])) throw new PersistCorruptError('Cannot read the stored state of the run: it is of no known kind');
  // Lists that are mostly empty are left out. Written out: an object spread into one of so many fields takes as long as all the rest.
  const {
    v, at: [startedAt, remainingMs, version, routed, seq, streamSeq], steps = NONE, state = NONE, queue = NONE, executions = NONE, requests = NONE, stepStates = NONE, unhandled = NONE, scopes,
  } = stored as Record<keyof SnapshotBody, unknown> & { readonly at: readonly unknown[] };
  const body: Record<keyof SnapshotBody, unknown> = {
    v, workflow, steps, runId, startedAt, takenAt: startedAt, remainingMs, version, routed, state, queue, executions, requests, stepStates, unhandled, scopes,
    log: { seq, columns: NONE, base: state }, stream: { seq: streamSeq, columns: NONE }, session: { refs: NONE, dropped: NONE },
  };
  return checkBody(body);
}
