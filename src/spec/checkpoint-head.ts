import type {
  CheckpointCommit, CheckpointStatus, CheckpointSummary, CommitOutcome, NewCheckpoint, ReleaseOptions,
} from './checkpoint.ts';
import { isFinalStatus } from './checkpoint-rules.ts';

// The contract's decisions as functions of a few plain fields. A store reads a head, lets one of these change it, and
// writes it back together with the bytes, all in one atomic step; so stores differ only in where they keep things.

/** What a store keeps of a run besides bytes: plain JSON. */
export interface CheckpointHead {
  readonly workflow: string;
  status: CheckpointStatus;
  version: number;
  streamSeq: number;
  readonly createdAt: number;
  updatedAt: number;
  /** Of the current claim, 0 without one. */
  fence: number;
  /** Who has the current claim. */
  owner: string | null;
  /** When the run is due unless it is claimed. */
  wakeAt: number | null;
  /** While claimed the end of the lease, else `wakeAt`, or 0 when an input waits that nobody has seen. */
  dueAt: number | null;
  /** Number of the newest input. */
  inputSeq: number;
  /** Id of the newest commit. */
  lastCommit: string;
}

/** The head of a new run. */
export function newHead(run: NewCheckpoint): CheckpointHead {
  const status = run.status ?? 'running';
  const wakeAt = isFinalStatus(status) ? null : run.wakeAt === undefined ? run.now : run.wakeAt;
  return {
    workflow: run.workflow, status, version: 0, streamSeq: run.streamSeq ?? 0, createdAt: run.now, updatedAt: run.now,
    fence: 0, owner: null, wakeAt, dueAt: wakeAt, inputSeq: 0, lastCommit: '',
  };
}

/** May this owner become the writer? */
export function mayClaim(head: CheckpointHead, owner: string, now: number): boolean {
  return !isFinalStatus(head.status) && (head.fence === 0 || head.owner === owner || (head.dueAt as number) <= now);
}

/** Make the owner the writer. */
export function claimHead(head: CheckpointHead, fence: number, owner: string, leaseMs: number, now: number): void {
  head.fence = fence;
  head.owner = owner;
  head.dueAt = now + leaseMs;
}

/** Apply a commit; only 'ok' changes the head and asks for the bytes to be written. */
export function commitHead(head: CheckpointHead, commit: CheckpointCommit): CommitOutcome | 'repeated' {
  if (commit.commitId === head.lastCommit) return 'repeated';
  if (commit.fence !== head.fence || head.fence === 0) return 'fenced';
  const items = commit.items ?? [];
  if (commit.version !== head.version || (items[0] !== undefined && items[0].seq !== head.streamSeq + 1)) return 'conflict';
  head.version++;
  head.streamSeq += items.length;
  head.updatedAt = commit.now;
  head.lastCommit = commit.commitId;
  if (commit.wakeAt !== undefined) head.wakeAt = commit.wakeAt;
  if (commit.status !== undefined) {
    head.status = commit.status;
    if (isFinalStatus(commit.status)) endClaim(head, null);
  }
  return 'ok';
}

/** Make the lease end later; false when the claim is not the current one. */
export function renewHead(head: CheckpointHead, fence: number, leaseMs: number, now: number): boolean {
  if (fence !== head.fence || fence === 0) return false;
  head.dueAt = now + leaseMs;
  return true;
}

/** End the claim; false when it is not the current one. */
export function releaseHead(head: CheckpointHead, fence: number, options: ReleaseOptions): boolean {
  if (fence !== head.fence || fence === 0) return false;
  if (options.wakeAt !== undefined) head.wakeAt = options.wakeAt;
  endClaim(head, head.inputSeq > options.seenInput ? 0 : head.wakeAt);
  return true;
}

/** Take a new input in; gives its number. */
export function inputHead(head: CheckpointHead): number {
  if (head.fence === 0) head.dueAt = 0;
  return ++head.inputSeq;
}

/** What `status` and `list` tell. */
export function summaryOf(runId: string, head: CheckpointHead): CheckpointSummary {
  const { workflow, status, version, streamSeq, createdAt, updatedAt, dueAt } = head;
  return { runId, workflow, status, version, streamSeq, createdAt, updatedAt, dueAt };
}

function endClaim(head: CheckpointHead, dueAt: number | null): void {
  head.fence = 0;
  head.owner = null;
  head.dueAt = dueAt;
}
