/** A value, or a promise of it: a store in memory answers at once, and a caller that awaits only promises stays fast. */
export type MaybePromise<T> = T | Promise<T>;

/** Where a stored run is. The last four are final: such a run is never due, cannot be claimed and takes no input. */
export type CheckpointStatus = 'running' | 'waiting' | 'paused' | 'completed' | 'failed' | 'aborted' | 'timed_out';

/** A new run. */
export interface NewCheckpoint {
  /** Name of the workflow, for `list`. At most 512 bytes in UTF-8. */
  readonly workflow: string;
  /** The state before the first commit. */
  readonly base: Uint8Array;
  /** Milliseconds since 1970, by the caller's clock. */
  readonly now: number;
  /** When `due` names the run if nobody has claimed it by then, milliseconds since 1970. Default `now`. */
  readonly wakeAt?: number | null;
  /** Default 'running'. */
  readonly status?: CheckpointStatus;
  /** Number of the last stream item before this store took the run over. Default 0. */
  readonly streamSeq?: number;
}

/** One durable item of a run's stream. `seq` is contiguous within the run. */
export interface CheckpointItem {
  readonly seq: number;
  readonly data: Uint8Array;
}

/** An input that waits to be consumed. */
export interface CheckpointInput {
  readonly id: string;
  /** Order of arrival in its run, from 1; may have gaps. */
  readonly seq: number;
  readonly data: Uint8Array;
}

/** What is known about a run without reading its state. */
export interface CheckpointSummary {
  readonly runId: string;
  readonly workflow: string;
  readonly status: CheckpointStatus;
  /** Commits so far. */
  readonly version: number;
  /** Number of the last stream item. */
  readonly streamSeq: number;
  /** `now` of `create` and of the last commit, milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When `due` will name the run: the end of its lease, or its wake time; null for never, until an input comes. */
  readonly dueAt: number | null;
}

/** A run's stored state, one consistent cut: the deltas applied in order on the base give the state at `version`. */
export interface StoredCheckpoint extends CheckpointSummary {
  readonly base: Uint8Array;
  /** Oldest first. */
  readonly deltas: readonly Uint8Array[];
}

/** The right to write to a run, and everything needed to go on with it. */
export interface ClaimedCheckpoint extends StoredCheckpoint {
  /** Goes with every write under this claim. A positive integer, higher than those of the run's earlier claims. */
  readonly fence: number;
  /** Inputs no commit has consumed, in order of arrival. */
  readonly inputs: readonly CheckpointInput[];
}

/** One change of a run: everything in it happens, or nothing. */
export interface CheckpointCommit {
  /** Of the claim. */
  readonly fence: number;
  /** The version this commit was made on; the run has `version + 1` afterwards. */
  readonly version: number;
  /** Unique among all commits of the run, by any writer; `<fence>.<version>` is. 1 to 512 bytes in UTF-8. */
  readonly commitId: string;
  /** Milliseconds since 1970, by the caller's clock; becomes `updatedAt`. */
  readonly now: number;
  /** What this commit changes, appended to the deltas. Not together with `base`. */
  readonly delta?: Uint8Array;
  /** A compaction point: the whole state after this commit, in place of the stored base and all its deltas. */
  readonly base?: Uint8Array;
  /** Appended to the stream; the first has the number `streamSeq + 1`, the others follow without gaps. */
  readonly items?: readonly CheckpointItem[];
  /** Ids of inputs that take effect with this commit; remembered as used even if they never were in the store. */
  readonly consumed?: readonly string[];
  /** A final one also ends the claim. Absent: unchanged. */
  readonly status?: CheckpointStatus;
  /** When the run is due once it is released, milliseconds since 1970; null for never. Absent: unchanged. */
  readonly wakeAt?: number | null;
}

/**
 * What became of a commit.
 * - `ok`: it is stored, now or by an earlier call with the same `commitId`.
 * - `fenced`: nothing happened; the run has another writer, was released, has ended or is gone. Stop working on it.
 * - `conflict`: nothing happened; version or stream number are not those of the store. Claim again.
 */
export type CommitOutcome = 'ok' | 'fenced' | 'conflict';

/**
 * What became of an input.
 * - `stored`: it will be given to the run's writer, and a run without one is due now.
 * - `already`: an earlier input with this id counts; this one was dropped.
 * - `gone`: no such run, or it has ended.
 */
export type InputOutcome = 'stored' | 'already' | 'gone';

/** How a claim is given back. */
export interface ReleaseOptions {
  /** When the run is due, milliseconds since 1970; null for never. Absent: what the commits said. */
  readonly wakeAt?: number | null;
  /**
   * `seq` of the newest input the writer has looked at, 0 for none. When a newer one lies in the store the run is due at
   * once instead, so an input that comes while its run is being put to sleep is never missed.
   */
  readonly seenInput: number;
}

/** Which runs a list names. */
export interface CheckpointQuery {
  readonly status?: CheckpointStatus;
  readonly workflow?: string;
  /** Of the page before. */
  readonly cursor?: string | null;
  /** Runs per page, at most. Default 100. */
  readonly limit?: number;
}

/** One page of a list. */
export interface CheckpointPage {
  /** May be fewer than asked for, or none, before the last page. */
  readonly runs: readonly CheckpointSummary[];
  /** Give it back to get the next page; null after the last one. */
  readonly cursor: string | null;
}

/**
 * Where durable runs are kept: the state of each as opaque bytes, its stream and its inputs, and who may write.
 *
 * **One writer.** `claim` gives a lease and a fence. A lease only decides when others may take the run over; what keeps
 * a late writer out is the fence, compared in the same atomic step as the write. So clocks that differ cost time, never
 * correctness: a store has no clock, `now` is the caller's, and a lease that ended unnoticed is still good while nobody
 * else has claimed the run.
 *
 * **Atomic and repeatable.** Every method happens completely or not at all, and is durable when it answers, as far as
 * the store is. When a call fails the caller cannot know whether it took effect and sends it again unchanged: a commit
 * whose id is that of the run's newest commit answers 'ok' and changes nothing, even when the claim has ended since; an
 * older one is refused as any stale write is. A writer sends one commit of a run at a time. A `create` or `putInput` that
 * is sent again may find its own first attempt: 'exists' and 'already' then do not mean that somebody else was first.
 *
 * **Deleting.** A run may be deleted while it is claimed: its writer's next commit is 'fenced'. No fence is given out
 * twice, so neither does a writer of the deleted run reach a new one of the same name.
 *
 * **Keys and sizes.** Run, input and commit ids and owners are any well-formed Unicode of 1 to 512 bytes in UTF-8 without
 * U+0000, compared exactly, never as paths. Base, delta, stream item and input may each have up to 1 MiB in every store.
 * Times and numbers are non-negative safe integers. Bytes given are copied or written before the call settles; bytes
 * given back belong to the caller.
 *
 * **Errors.** ValidationError for arguments that break these rules, PersistQuotaError when there is no room,
 * PersistCorruptError when what is stored is damaged, PersistError for everything else that failed; `retryable` when the
 * same call may succeed later. No method waits for anything but its own I/O.
 */
export interface CheckpointStore {
  readonly capabilities: {
    /** Survives the process. */
    readonly persistent: boolean;
    /** Other processes, tabs or machines may work on the same runs. */
    readonly shared: boolean;
  };
  /** Store a new run at version 0; 'exists' changes nothing, whatever the stored run looks like. */
  create(runId: string, run: NewCheckpoint): MaybePromise<'created' | 'exists'>;
  /**
   * Become the run's writer until `now + leaseMs`. Null when there is no such run, it has ended, or another owner's lease
   * has not. The same owner may claim again, which ends its earlier claim: `owner` names one instance of a host.
   */
  claim(runId: string, owner: string, leaseMs: number, now: number): MaybePromise<ClaimedCheckpoint | null>;
  /** Apply one change. */
  commit(runId: string, commit: CheckpointCommit): MaybePromise<CommitOutcome>;
  /** Make the lease end at `now + leaseMs`; false when the claim is no longer the run's newest. */
  renew(runId: string, fence: number, leaseMs: number, now: number): MaybePromise<boolean>;
  /** End the claim; false when it had ended already. */
  release(runId: string, fence: number, options: ReleaseOptions): MaybePromise<boolean>;
  /** Keep an input for the run's writer. The first with an id counts for ever. */
  putInput(runId: string, inputId: string, data: Uint8Array): MaybePromise<InputOutcome>;
  /** Inputs no commit has consumed with `seq` above `afterSeq`, in order of arrival; none for an unknown run. */
  readInputs(runId: string, afterSeq: number): MaybePromise<readonly CheckpointInput[]>;
  /**
   * Runs that nobody works on although somebody should, longest due first: the lease has ended, or there is none and the
   * wake time has come or an input waits that the last writer has not seen. A boundary that is reached counts as passed.
   */
  due(now: number, limit: number): MaybePromise<readonly string[]>;
  /** Stream items after number `afterSeq`, in order, at most `limit`; none for an unknown run. */
  readStream(runId: string, afterSeq: number, limit: number): MaybePromise<readonly CheckpointItem[]>;
  /** The state without a claim; null for an unknown run. */
  read(runId: string): MaybePromise<StoredCheckpoint | null>;
  /** The facts about a run; null for an unknown one. */
  status(runId: string): MaybePromise<CheckpointSummary | null>;
  /** Runs in an order of the store's own that does not change, each once when none is created or deleted meanwhile. */
  list(query?: CheckpointQuery): MaybePromise<CheckpointPage>;
  /** Remove a run with its stream and inputs, claimed or not; false when there was none. */
  delete(runId: string): MaybePromise<boolean>;
  /** Releases connections and handles; calls after it fail. */
  close?(): MaybePromise<void>;
}
