import { isFinalStatus } from '../../spec/checkpoint-rules.ts';
import type { CheckpointCommit, ClaimedCheckpoint, CommitOutcome, InputOutcome, NewCheckpoint } from '../../spec/checkpoint.ts';
import { SCOPE_ENDED } from '../../events/index.ts';
import { decodeChange } from '../../durable/change-codec.ts';
import { CheckpointModel } from '../suites/checkpoint-model.ts';
import type { SimulationCounts } from './faults.ts';
import { Violation } from './simulation-error.ts';

/** What is known about the claims and commits of a run from the calls that its store has answered. */
interface Watched {
  /** The store's fence and the model's number of the newest claim. */
  fence: number;
  claim: number;
  holder: string;
  /** The newest claim was made when nothing went wrong any more. */
  calm: boolean;
  /** Commits that changed the run. */
  changes: number;
  readonly consumed: Set<string>;
  /** Executions whose last commit is stored, as `event.step`. */
  readonly over: Set<string>;
  ended: boolean;
}

/** Compares every answer of the store with what the contract says, and every commit with those before it. */
export class ContractWatch {
  readonly #model = new CheckpointModel();
  readonly #runs = new Map<string, Watched>();
  readonly #counts: SimulationCounts;

  constructor(counts: SimulationCounts) { this.#counts = counts; }

  /** What the store must have of a run; null before it is created. */
  of(runId: string): Watched | null { return this.#runs.get(runId) ?? null; }

  create(runId: string, run: NewCheckpoint, answer: 'created' | 'exists'): void {
    same(`create of ${runId}`, answer, this.#model.create(runId, run));
    if (answer === 'created') this.#runs.set(runId, { fence: 0, claim: 0, holder: '', calm: false, changes: 0, consumed: new Set(), over: new Set(), ended: false });
  }

  /** @param calm nothing goes wrong any more: a worker keeps what it has claimed. */
  claim(runId: string, owner: string, leaseMs: number, now: number, calm: boolean, answer: ClaimedCheckpoint | null): void {
    const watched = this.#runs.get(runId);
    const claimedBefore = this.#model.runs.get(runId)?.writer != null;
    const claim = this.#model.claim(runId, owner, leaseMs, now);
    same(`claim of ${runId} by ${owner}`, answer !== null, claim !== null);
    if (watched === undefined || answer === null || claim === null) return;
    if (answer.fence <= watched.fence) throw new Violation(`${owner} got fence ${answer.fence} of ${runId} after ${watched.holder} had got ${watched.fence}`);
    if (claimedBefore && watched.holder !== owner) {
      this.#counts.takeovers++;
      if (watched.calm && calm) throw new Violation(`${owner} took ${runId} over from ${watched.holder}, which works on it and is well: its lease was not renewed`);
    }
    Object.assign(watched, { fence: answer.fence, claim, holder: owner, calm });
    same(`inputs of the claim of ${runId}`, answer.inputs.map(({ id }) => id).join(), this.#model.inputs(runId, 0).map((input) => input.slice(0, input.indexOf('='))).join());
    same(`version in the claim of ${runId}`, answer.version, this.#model.runs.get(runId)?.version);
  }

  commit(runId: string, commit: CheckpointCommit, answer: CommitOutcome): void {
    const watched = this.#runs.get(runId);
    if (watched === undefined) return;
    const before = this.#model.runs.get(runId)?.version;
    const expected = this.#model.commit(runId, { ...commit, fence: commit.fence === watched.fence ? watched.claim : -1 });
    same(`commit ${commit.commitId} of ${runId}`, answer, expected);
    if (this.#model.runs.get(runId)?.version === before) return;
    if (watched.ended) throw new Violation(`Commit ${commit.commitId} changed ${runId} after its end`);
    this.#counts.commits++;
    for (const id of commit.consumed ?? []) {
      if (watched.consumed.has(id)) throw new Violation(`Input ${id} of ${runId} was consumed twice`);
      watched.consumed.add(id);
    }
    if (commit.status !== undefined && isFinalStatus(commit.status)) watched.ended = true;
    if (commit.delta === undefined) return;
    watched.changes++;
    const { c, n } = decodeChange(commit.delta);
    // The end of a scope comes from the run itself.
    if (n !== undefined && n.type !== SCOPE_ENDED && (commit.consumed ?? []).length === 0) throw new Violation(`Commit ${commit.commitId} of ${runId} took in ${n.type} and left it in the store`);
    if (c === undefined) return;
    const [step, id, , , final] = c;
    if (watched.over.has(`${id}.${step}`)) throw new Violation(`Execution ${id}.${step} of ${runId} made a commit after its last one`);
    if (final === 1) watched.over.add(`${id}.${step}`);
  }

  renew(runId: string, fence: number, leaseMs: number, now: number, answer: boolean): void {
    same(`renewal of ${runId}`, answer, this.#model.renew(runId, this.#claimOf(runId, fence), leaseMs, now));
  }

  release(runId: string, fence: number, wakeAt: number | null | undefined, seenInput: number, answer: boolean): void {
    const claim = this.#claimOf(runId, fence);
    same(`release of ${runId}`, answer, this.#model.release(runId, claim, wakeAt, seenInput));
  }

  putInput(runId: string, inputId: string, data: Uint8Array, answer: InputOutcome): void {
    same(`input ${inputId} of ${runId}`, answer, this.#model.putInput(runId, inputId, data));
  }

  #claimOf(runId: string, fence: number): number {
    const watched = this.#runs.get(runId);
    return watched?.fence === fence ? watched.claim : -1;
  }
}

function same(what: string, answer: unknown, expected: unknown): void {
  if (!Object.is(answer, expected)) throw new Violation(`The store answered the ${what} with ${String(answer)}; the contract says ${String(expected)}`);
}
