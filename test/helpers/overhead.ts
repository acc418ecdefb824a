import { Workflow } from '../../src/durable/index.ts';
import type { CheckpointItem, CheckpointStore } from '../../src/spec/index.ts';

export const STEPS = 200;

/** Steps in a row, one commit each. */
export const chain = new Workflow('chain', { timeoutMs: 0 })
  .addStep('step', ['blazen::StartEvent', 'Next'], (event) => {
    const n = (event['n'] as number | undefined ?? 0) + 1;
    return n === STEPS ? { type: 'blazen::StopEvent', result: n } : { type: 'Next', n };
  });

/** What a store was given for a run. */
export interface Written {
  readonly base: Uint8Array;
  readonly deltas: readonly Uint8Array[];
  readonly items: readonly CheckpointItem[];
}

export async function writtenFor(store: CheckpointStore, runId: string): Promise<Written> {
  const run = await store.read(runId);
  if (run?.deltas.length !== STEPS) throw new Error('Not every step has one commit');
  return { base: run.base, deltas: run.deltas, items: await store.readStream(runId, 0, STEPS) };
}

/** The same commits, written by nobody but the store. */
export async function writeAgain(store: CheckpointStore, { base, deltas, items }: Written, runId: string): Promise<void> {
  await store.create(runId, { workflow: 'chain', base, now: 1 });
  const claim = await store.claim(runId, 'me', 60_000, 1);
  for (const [version, delta] of deltas.entries()) {
    const item = items[version];
    const commit = { fence: claim?.fence ?? 0, version, commitId: String(version), now: 1, delta, ...(item === undefined ? undefined : { items: [item] }) };
    if (await store.commit(runId, commit) !== 'ok') throw new Error('The commit was refused');
  }
}
