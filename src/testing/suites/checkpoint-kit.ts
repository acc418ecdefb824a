import type {
  CheckpointCommit, CheckpointItem, CheckpointStore, ClaimedCheckpoint, NewCheckpoint, StoredCheckpoint,
} from '../../spec/checkpoint.ts';
import type { SuiteApi } from './suite-api.ts';

// What the cases of the checkpoint suite share.

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (data: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(data);
export const items = (from: number, ...data: string[]): CheckpointItem[] => data.map((one, i) => ({ seq: from + i, data: bytes(one) }));
export const show = (list: readonly CheckpointItem[]): string[] => list.map(({ seq, data }) => `${seq}:${text(data)}`);
export const state = (run: StoredCheckpoint | null): string | null => (run === null ? null : [run.base, ...run.deltas].map(text).join('|'));
export const fresh = (fields: Partial<NewCheckpoint> = {}): NewCheckpoint => ({ workflow: 'flow', base: bytes('base'), now: 1000, ...fields });
export const commit = ({ fence }: { fence: number }, version: number, fields: Partial<CheckpointCommit> = {}): CheckpointCommit => ({
  fence, version, commitId: `${fence}.${version}`, now: 1100 + version, ...fields,
});

/** Claim a run that is free, for 500 ms. */
export async function claimed(store: CheckpointStore, runId = 'r', owner = 'me', now = 1000): Promise<ClaimedCheckpoint> {
  const claim = await store.claim(runId, owner, 500, now);
  if (claim === null) throw new Error(`${owner} did not get the run ${runId}`);
  return claim;
}

/** Create a run and claim it. */
export async function started(store: CheckpointStore, runId = 'r'): Promise<ClaimedCheckpoint> {
  const outcome = await store.create(runId, fresh());
  if (outcome !== 'created') throw new Error(`The run ${runId} was there already`);
  return claimed(store, runId);
}

/** The case functions get this: checks, and a named case over an empty store. */
export interface CheckpointCases {
  readonly t: SuiteApi;
  readonly test: (name: string, run: (store: CheckpointStore) => Promise<void>) => void;
}
