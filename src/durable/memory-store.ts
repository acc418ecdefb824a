import type {
  CheckpointCommit, CheckpointInput, CheckpointItem, CheckpointPage, CheckpointQuery, CheckpointStore, CheckpointSummary,
  ClaimedCheckpoint, CommitOutcome, InputOutcome, NewCheckpoint, ReleaseOptions, StoredCheckpoint,
} from '../spec/checkpoint.ts';
import {
  claimHead, commitHead, inputHead, mayClaim, newHead, releaseHead, renewHead, summaryOf,
} from '../spec/checkpoint-head.ts';
import {
  checkBytes, checkCommit, checkCount, checkKey, checkLease, checkLimit, checkNewCheckpoint, checkRelease, isFinalStatus,
} from '../spec/checkpoint-rules.ts';
import { ByteList } from './byte-list.ts';
import { type Asleep, type Entry, entryOf, headOf, layDown } from './memory-entry.ts';

const NONE: never[] = [];

/**
 * Runs in the memory of this process, as bytes: what cannot be stored elsewhere cannot be stored here. Every method
 * answers at once.
 */
export class InMemoryCheckpointStore implements CheckpointStore {
  readonly capabilities: CheckpointStore['capabilities'] = { persistent: false, shared: false };
  readonly #runs = new Map<string, Entry | Asleep>();
  /** When each is due that ever is. */
  readonly #due = new Map<string, number>();
  #fences = 0;
  #places = 0;

  create(runId: string, run: NewCheckpoint): 'created' | 'exists' {
    checkNewCheckpoint(runId, run);
    if (this.#runs.has(runId)) return 'exists';
    const deltas = new ByteList();
    const items = new ByteList();
    const entry: Entry = { ...newHead(run), runId, place: ++this.#places, base: run.base.slice(), deltas, items, inputs: new Map() };
    this.#keep(entry);
    return 'created';
  }

  claim(runId: string, owner: string, leaseMs: number, now: number): ClaimedCheckpoint | null {
    checkKey(owner, 'owner');
    checkLease(leaseMs, now);
    const entry = this.#entry(runId);
    if (entry === undefined || !mayClaim(entry, owner, now)) return null;
    claimHead(entry, ++this.#fences, owner, leaseMs, now);
    this.#keep(entry);
    return { ...stored(entry), fence: entry.fence, inputs: inputsOf(entry, 0) };
  }

  commit(runId: string, commit: CheckpointCommit): CommitOutcome {
    checkCommit(runId, commit);
    const entry = this.#entry(runId);
    if (entry === undefined) return 'fenced';
    const outcome = commitHead(entry, commit);
    if (outcome !== 'ok') return outcome === 'repeated' ? 'ok' : outcome;
    const { base, delta, items = NONE, consumed = NONE } = commit;
    if (base !== undefined) {
      entry.base = base.slice();
      entry.deltas.clear();
    }
    if (delta !== undefined) entry.deltas.push(delta);
    for (const item of items) entry.items.push(item.data);
    for (const id of consumed) entry.inputs.set(id, null);
    if (isFinalStatus(entry.status)) this.#keep(entry, layDown(entry));
    return 'ok';
  }

  renew(runId: string, fence: number, leaseMs: number, now: number): boolean {
    checkLease(leaseMs, now);
    const entry = this.#entry(runId);
    if (entry === undefined || !renewHead(entry, fence, leaseMs, now)) return false;
    this.#keep(entry);
    return true;
  }

  release(runId: string, fence: number, options: ReleaseOptions): boolean {
    checkRelease(options);
    const entry = this.#entry(runId);
    if (entry === undefined || !releaseHead(entry, fence, options)) return false;
    this.#keep(entry, layDown(entry));
    return true;
  }

  putInput(runId: string, inputId: string, data: Uint8Array): InputOutcome {
    checkKey(inputId, 'inputId');
    checkBytes(data, 'data');
    const entry = this.#entry(runId);
    if (entry?.inputs.has(inputId)) return 'already';
    if (entry === undefined || isFinalStatus(entry.status)) return 'gone';
    entry.inputs.set(inputId, { seq: inputHead(entry), data: data.slice() });
    this.#keep(entry);
    return 'stored';
  }

  readInputs(runId: string, afterSeq: number): CheckpointInput[] {
    checkCount(afterSeq, 'afterSeq');
    const entry = this.#entry(runId);
    return entry === undefined ? [] : inputsOf(entry, afterSeq);
  }

  due(now: number, limit: number): string[] {
    checkCount(now, 'now');
    checkLimit(limit);
    const due = [...this.#due].filter(([, at]) => at <= now);
    return due.sort(([, a], [, b]) => a - b).slice(0, limit).map(([runId]) => runId);
  }

  readStream(runId: string, afterSeq: number, limit: number): CheckpointItem[] {
    checkCount(afterSeq, 'afterSeq');
    checkLimit(limit);
    const entry = this.#entry(runId);
    if (entry === undefined) return [];
    const { items, streamSeq } = entry;
    const lost = streamSeq - items.length;
    const page: CheckpointItem[] = [];
    for (let i = Math.max(0, afterSeq - lost); i < items.length && page.length < limit; i++) page.push({ seq: lost + i + 1, data: items.at(i) });
    return page;
  }

  read(runId: string): StoredCheckpoint | null {
    const entry = this.#entry(runId);
    return entry === undefined ? null : stored(entry);
  }

  status(runId: string): CheckpointSummary | null {
    const run = this.#runs.get(runId);
    return run === undefined ? null : summaryOf(runId, headOf(runId, run));
  }

  list(query: CheckpointQuery = {}): CheckpointPage {
    const { status, workflow, cursor, limit = 100 } = query;
    checkLimit(limit);
    const after = Number(cursor ?? 0);
    const runs: CheckpointSummary[] = [];
    let last = 0;
    for (const [runId, run] of this.#runs) {
      const head = headOf(runId, run);
      const { place } = head;
      if (place <= after || (status !== undefined && head.status !== status) || (workflow !== undefined && head.workflow !== workflow)) continue;
      if (runs.length === limit) return { runs, cursor: String(last) };
      runs.push(summaryOf(runId, head));
      last = place;
    }
    return { runs, cursor: null };
  }

  delete(runId: string): boolean {
    this.#due.delete(runId);
    return this.#runs.delete(runId);
  }

  /** One that is asleep is changed by nobody before it is kept. */
  #entry(runId: string): Entry | undefined {
    const run = this.#runs.get(runId);
    return run === undefined ? undefined : entryOf(runId, run);
  }

  #keep(entry: Entry, run: Entry | Asleep = entry): void {
    const { runId, dueAt } = entry;
    this.#runs.set(runId, run);
    if (dueAt === null) this.#due.delete(runId);
    else this.#due.set(runId, dueAt);
  }
}

function stored(entry: Entry): StoredCheckpoint {
  return { ...summaryOf(entry.runId, entry), base: entry.base.slice(), deltas: entry.deltas.list() };
}

function inputsOf(entry: Entry, afterSeq: number): CheckpointInput[] {
  const list: CheckpointInput[] = [];
  for (const [id, input] of entry.inputs) {
    if (input !== null && input.seq > afterSeq) list.push({ id, seq: input.seq, data: input.data.slice() });
  }
  return list;
}
