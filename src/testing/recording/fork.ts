import type { SnapshotBody } from '../../durable/snapshot-body.ts';
import { FORKED } from '../../workflow/run-log.ts';

/** The body of a branch: with its state, and a record that says where it comes from. */
export function forked(body: SnapshotBody, runId: string, commit: number, state: readonly (readonly [key: string, value: unknown])[]): SnapshotBody {
  const values = new Map(body.state);
  for (const [key, value] of state) if (value === undefined) values.delete(key); else values.set(key, value);
  const elapsed = body.takenAt - body.startedAt;
  const record = [FORKED, 0, 0, elapsed, 0, { runId, commit }, state.length > 0 ? state.flat() : null, body.routed + body.queue.length];
  return { ...body, state: [...values], log: { ...body.log, seq: body.log.seq + 1, columns: [...body.log.columns, ...record] } };
}
