import type { CheckpointCommit, CheckpointStore } from '../../src/spec/checkpoint.ts';

// Writers that can be killed at any moment, and the check of what they leave behind. Every commit appends its own id to
// the state and to the stream, so the history of a run can be read from both.

export interface Writer {
  readonly owner: string;
  readonly runIds: readonly string[];
  /** Short enough that a killed writer's runs are soon taken over. */
  readonly leaseMs: number;
  /** Called with `<run id> <commit id>` once the store has acknowledged a commit. */
  readonly report: (line: string) => void;
  readonly stop?: () => boolean;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Claim, commit, compact, send again, release and forget to release, for ever. */
export async function commitForever(store: CheckpointStore, { owner, runIds, leaseMs, report, stop = () => false }: Writer): Promise<void> {
  for (const runId of runIds) await again(() => store.create(runId, { workflow: 'load', base: bytes(''), now: Date.now() }));
  while (!stop()) {
    const runId = runIds[Math.floor(Math.random() * runIds.length)] as string;
    const claim = await again(() => store.claim(runId, owner, leaseMs, Date.now()));
    await pause(claim === null ? 2 : 0);
    if (claim === null) continue;
    let { version, streamSeq } = claim;
    let state = [claim.base, ...claim.deltas].map(text).join('');
    const commits = Math.floor(Math.random() * 12);
    let lost = false;
    for (let i = 0; i < commits && !lost; i++) {
      const commitId = `${owner}.${claim.fence}.${version}`;
      state += `${commitId}\n`;
      const commit: CheckpointCommit = {
        fence: claim.fence, version, commitId, now: Date.now(), items: [{ seq: streamSeq + 1, data: bytes(commitId) }],
        ...(Math.random() < 0.15 ? { base: bytes(state) } : { delta: bytes(`${commitId}\n`) }),
      };
      for (let times = Math.random() < 0.2 ? 2 : 1; times > 0 && !lost; times--) {
        const outcome = await again(() => store.commit(runId, commit));
        if (outcome === 'conflict') throw new Error(`A writer with the fence of ${runId} met a conflict`);
        lost = outcome === 'fenced';
      }
      if (!lost) report(`${runId} ${commitId}`);
      version++;
      streamSeq++;
    }
    if (!lost && Math.random() < 0.5) await again(() => store.release(runId, claim.fence, { seenInput: 0 }));
  }
}

/** A call whose answer was lost is sent again, unchanged. */
async function again<T>(call: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if ((error as { retryable?: boolean }).retryable !== true) throw error;
      await pause(5);
    }
  }
}

/** Everything that is wrong with the runs, given the lines that writers reported; gives the number of commits found. */
export async function checkHistory(store: CheckpointStore, runIds: readonly string[], acknowledged: readonly string[]): Promise<{ problems: string[]; commits: number }> {
  const problems: string[] = [];
  let commits = 0;
  for (const runId of runIds) {
    const run = await store.read(runId);
    if (run === null) {
      problems.push(`${runId} is gone`);
      continue;
    }
    const stream: string[] = [];
    for (let last = 0; ;) {
      const page = await store.readStream(runId, last, 100);
      for (const { seq, data } of page) if (seq === stream.length + 1) stream.push(text(data));
      else problems.push(`${runId}: item ${seq} where ${stream.length + 1} belongs`);
      if (page.length === 0) break;
      last = page.at(-1)?.seq ?? 0;
    }
    const state = [run.base, ...run.deltas].map(text).join('').split('\n').slice(0, -1);
    if (state.join() !== stream.join()) problems.push(`${runId}: state has ${state.length} commits, the stream ${stream.length}, or their order differs`);
    if (run.version !== stream.length || run.streamSeq !== stream.length) problems.push(`${runId}: version ${run.version}, stream number ${run.streamSeq}, ${stream.length} items`);
    if (new Set(stream).size !== stream.length) problems.push(`${runId}: a commit was applied twice`);
    const known = new Set(stream);
    const mine = acknowledged.filter((line) => line.startsWith(`${runId} `)).map((line) => line.slice(runId.length + 1));
    for (const id of new Set(mine)) if (!known.has(id)) problems.push(`${runId}: the acknowledged commit ${id} is lost`);
    commits += stream.length;
  }
  return { problems, commits };
}
