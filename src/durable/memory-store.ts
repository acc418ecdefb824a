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
import { ByteList } from './byte-list.ts';

/** Small values are kept as strings with one character per byte: an array object costs more than what is in it. */
type Packed = string | Uint8Array;
const PACKED_AS_TEXT = 4096;
const FEW = 16;

/** The head and what belongs to it, in one object. */
interface Entry extends CheckpointHead {
  readonly runId: string;
  /** Position in `list`. */
  readonly place: number;
  base: Packed;
  /** Data of the stream items, the oldest first. */
  items: Packed[];
  /** What has come since the run was last put away. */
  recent: Recent | null;
  /** By id, in order of arrival; null once it is used. */
  inputs: Map<string, { readonly seq: number; readonly data: Packed } | null> | null;
}

/** The changes since the base, and the newest stream items, up to `streamSeq`. */
interface Recent { readonly deltas: ByteList; readonly items: ByteList }

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
      runId, place: ++this.#places, base: pack(run.base), items: NONE, recent: null, inputs: null,
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
    const recent = (entry.recent ??= { deltas: new ByteList(), items: new ByteList() });
    if (base !== undefined) {
      entry.base = pack(base);
      recent.deltas.clear();
    }
    if (delta !== undefined) recent.deltas.push(delta);
    for (const item of items) recent.items.push(item.data);
    for (const id of consumed) (entry.inputs ??= new Map()).set(id, null);
    if (isFinalStatus(entry.status)) putAway(entry);
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
    putAway(entry);
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
    const { items, recent, streamSeq } = entry;
    const count = items.length + (recent?.items.length ?? 0);
    const lost = streamSeq - count;
    const from = Math.max(0, afterSeq - lost);
    const page: CheckpointItem[] = [];
    for (let i = from; i < Math.min(count, from + limit); i++) {
      page.push({ seq: lost + i + 1, data: i < items.length ? unpack(items[i] as Packed) : (recent as Recent).items.at(i - items.length) });
    }
    return page;
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
  return { ...summaryOf(entry.runId, entry), base: unpack(entry.base), deltas: entry.recent?.deltas.list() ?? [] };
}

function inputsOf(entry: Entry, afterSeq: number): CheckpointInput[] {
  const list: CheckpointInput[] = [];
  for (const [id, input] of entry.inputs ?? []) {
    if (input !== null && input.seq > afterSeq) list.push({ id, seq: input.seq, data: unpack(input.data) });
  }
  return list;
}

/** Nobody writes for now: keep it in less memory. Lists of few pieces cost more than the pieces. */
function putAway(entry: Entry): void {
  const { items, recent } = entry;
  if (recent === null) return;
  if (recent.deltas.length > 0 || recent.items.length > FEW) {
    recent.deltas.trim();
    recent.items.trim();
    return;
  }
  // Not spread: that leaves room for more.
  entry.items = items.concat(recent.items.list().map(pack));
  entry.recent = null;
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
