import type {
  CheckpointCommit, CheckpointInput, CheckpointItem, CheckpointPage, CheckpointQuery, CheckpointStore, CheckpointSummary,
  ClaimedCheckpoint, CommitOutcome, InputOutcome, NewCheckpoint, ReleaseOptions, StoredCheckpoint,
} from '../spec/checkpoint.ts';
import {
  type CheckpointHead, claimHead, commitHead, inputHead, mayClaim, newHead, releaseHead, renewHead, summaryOf,
} from '../spec/checkpoint-head.ts';
import {
  checkBytes, checkCommit, checkCount, checkKey, checkLease, checkLimit, checkNewCheckpoint, checkRelease, isFinalStatus,
} from '../spec/checkpoint-rules.ts';

/** Small values are kept as strings with one character per byte: an array object costs more than what is in it. */
type Packed = string | Uint8Array;
const PACKED_AS_TEXT = 4096;

/** The head and what belongs to it, in one object. */
interface Entry extends CheckpointHead {
  readonly runId: string;
  /** Position in `list`. */
  readonly place: number;
  base: Packed;
  deltas: Packed[];
  /** Data of the stream items up to `streamSeq`. */
  items: Packed[];
  /** By id, in order of arrival; null once it is used. */
  inputs: Map<string, { readonly seq: number; readonly data: Packed } | null> | null;
}

const NONE: never[] = [];

/**
 * Runs in the memory of this process, as bytes: what cannot be stored elsewhere cannot be stored here. Every method
 * answers at once.
 */
export class InMemoryCheckpointStore implements CheckpointStore {
  readonly capabilities: CheckpointStore['capabilities'] = { persistent: false, shared: false };
  readonly #runs = new Map<string, Entry>();
  /** Those that are due at some time. */
  readonly #timed = new Set<Entry>();
  #fences = 0;
  #places = 0;

  create(runId: string, run: NewCheckpoint): 'created' | 'exists' {
    checkNewCheckpoint(runId, run);
    if (this.#runs.has(runId)) return 'exists';
    const { workflow, status, version, streamSeq, createdAt, updatedAt, fence, owner, wakeAt, dueAt, inputSeq, lastCommit } = newHead(run);
    // Spelled out: what is spread into an object takes more memory.
    const entry: Entry = {
      runId, place: ++this.#places, base: pack(run.base), deltas: NONE, items: NONE, inputs: null,
      workflow, status, version, streamSeq, createdAt, updatedAt, fence, owner, wakeAt, dueAt, inputSeq, lastCommit,
    };
    this.#runs.set(runId, entry);
    this.#time(entry);
    return 'created';
  }

  claim(runId: string, owner: string, leaseMs: number, now: number): ClaimedCheckpoint | null {
    checkKey(owner, 'owner');
    checkLease(leaseMs, now);
    const entry = this.#runs.get(runId);
    if (entry === undefined || !mayClaim(entry, owner, now)) return null;
    claimHead(entry, ++this.#fences, owner, leaseMs, now);
    this.#time(entry);
    return { ...stored(entry), fence: entry.fence, inputs: inputsOf(entry, 0) };
  }

  commit(runId: string, commit: CheckpointCommit): CommitOutcome {
    checkCommit(runId, commit);
    const entry = this.#runs.get(runId);
    if (entry === undefined) return 'fenced';
    const outcome = commitHead(entry, commit);
    if (outcome !== 'ok') return outcome === 'repeated' ? 'ok' : outcome;
    const { base, delta, items = NONE, consumed = NONE } = commit;
    if (base !== undefined) {
      entry.base = pack(base);
      entry.deltas = NONE;
    }
    // Not packed: they are gone as soon as the state is written anew.
    if (delta !== undefined) entry.deltas = append(entry.deltas, new Uint8Array(delta));
    for (const item of items) entry.items = append(entry.items, pack(item.data));
    for (const id of consumed) (entry.inputs ??= new Map()).set(id, null);
    this.#time(entry);
    return 'ok';
  }

  renew(runId: string, fence: number, leaseMs: number, now: number): boolean {
    checkLease(leaseMs, now);
    const entry = this.#runs.get(runId);
    return entry !== undefined && renewHead(entry, fence, leaseMs, now);
  }

  release(runId: string, fence: number, options: ReleaseOptions): boolean {
    checkRelease(options);
    const entry = this.#runs.get(runId);
    if (entry === undefined || !releaseHead(entry, fence, options)) return false;
    this.#time(entry);
    return true;
  }

  putInput(runId: string, inputId: string, data: Uint8Array): InputOutcome {
    checkKey(inputId, 'inputId');
    checkBytes(data, 'data');
    const entry = this.#runs.get(runId);
    if (entry?.inputs?.has(inputId)) return 'already';
    if (entry === undefined || isFinalStatus(entry.status)) return 'gone';
    (entry.inputs ??= new Map()).set(inputId, { seq: inputHead(entry), data: pack(data) });
    this.#time(entry);
    return 'stored';
  }

  readInputs(runId: string, afterSeq: number): CheckpointInput[] {
    checkCount(afterSeq, 'afterSeq');
    const entry = this.#runs.get(runId);
    return entry === undefined ? [] : inputsOf(entry, afterSeq);
  }

  due(now: number, limit: number): string[] {
    checkCount(now, 'now');
    checkLimit(limit);
    const due: Entry[] = [];
    for (const entry of this.#timed) if ((entry.dueAt as number) <= now) due.push(entry);
    return due.sort((a, b) => (a.dueAt as number) - (b.dueAt as number)).slice(0, limit).map((entry) => entry.runId);
  }

  readStream(runId: string, afterSeq: number, limit: number): CheckpointItem[] {
    checkCount(afterSeq, 'afterSeq');
    checkLimit(limit);
    const entry = this.#runs.get(runId);
    if (entry === undefined) return [];
    const lost = entry.streamSeq - entry.items.length;
    const from = Math.max(0, afterSeq - lost);
    return entry.items.slice(from, from + limit).map((data, i) => ({ seq: lost + from + i + 1, data: unpack(data) }));
  }

  read(runId: string): StoredCheckpoint | null {
    const entry = this.#runs.get(runId);
    return entry === undefined ? null : stored(entry);
  }

  status(runId: string): CheckpointSummary | null {
    const entry = this.#runs.get(runId);
    return entry === undefined ? null : summaryOf(runId, entry);
  }

  list(query: CheckpointQuery = {}): CheckpointPage {
    const { status, workflow, cursor, limit = 100 } = query;
    checkLimit(limit);
    const after = Number(cursor ?? 0);
    const runs: CheckpointSummary[] = [];
    let last = 0;
    for (const head of this.#runs.values()) {
      const { runId, place } = head;
      if (place <= after || (status !== undefined && head.status !== status) || (workflow !== undefined && head.workflow !== workflow)) continue;
      if (runs.length === limit) return { runs, cursor: String(last) };
      runs.push(summaryOf(runId, head));
      last = place;
    }
    return { runs, cursor: null };
  }

  delete(runId: string): boolean {
    const entry = this.#runs.get(runId);
    if (entry !== undefined) this.#timed.delete(entry);
    return this.#runs.delete(runId);
  }

  #time(entry: Entry): void {
    if (entry.dueAt === null) this.#timed.delete(entry);
    else this.#timed.add(entry);
  }
}

function stored(entry: Entry): StoredCheckpoint {
  return { ...summaryOf(entry.runId, entry), base: unpack(entry.base), deltas: entry.deltas.map(unpack) };
}

function inputsOf(entry: Entry, afterSeq: number): CheckpointInput[] {
  const list: CheckpointInput[] = [];
  for (const [id, input] of entry.inputs ?? []) {
    if (input !== null && input.seq > afterSeq) list.push({ id, seq: input.seq, data: unpack(input.data) });
  }
  return list;
}

/** The shared empty list becomes a list of the run's own. */
function append(list: Packed[], value: Packed): Packed[] {
  if (list.length === 0) return [value];
  list.push(value);
  return list;
}

function pack(bytes: Uint8Array): Packed {
  return bytes.length > PACKED_AS_TEXT ? new Uint8Array(bytes) : String.fromCharCode.apply(null, bytes as unknown as number[]);
}

function unpack(packed: Packed): Uint8Array {
  if (typeof packed !== 'string') return new Uint8Array(packed);
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = packed.charCodeAt(i);
  return bytes;
}
