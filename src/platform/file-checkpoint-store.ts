import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { BlazenError } from '../base/errors.ts';
import { PersistError, PersistQuotaError } from '../base/error-classes.ts';
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
import { encodeRecord, type FileRecord } from './file-record.ts';
import {
  appendRecord, discard, fullRecord, isCurrent, list, loadRun, type OpenRun, streamOf, syncFolder, tidy, waiting, type WholeRun,
  writeDurably,
} from './file-run.ts';

/** How a file store reports what it met. */
export interface FileCheckpointStoreOptions {
  /**
   * Called once for each record whose end was never written, as after a power cut. No commit that was acknowledged is
   * missing because of it; the store goes on without it. Default: nobody is told.
   */
  readonly onTornRecord?: (path: string) => void;
}

/** What one call does to a run. `change` absent: the answer is all. */
interface Decision<T> {
  readonly answer: T;
  readonly change?: { readonly base?: Uint8Array | undefined; readonly delta?: Uint8Array | undefined } & Partial<Pick<FileRecord, 'items' | 'inputs' | 'used'>>;
}

/** Records after which the store writes a full one by itself, so that a run never is more files than this. */
const RECORDS_PER_RUN = 256;

/**
 * Runs in a folder of this machine, one file per commit, written, synced and then linked into place: a process or machine
 * that dies at any moment loses nothing that was acknowledged. Several processes may use the folder at the same time.
 *
 * It answers at once and blocks the thread meanwhile, about two disk syncs per commit; `due` and `list` look at every run.
 * The folder must be on one local file system with hard links. Ids never become paths.
 *
 * @example
 * const store = createFileCheckpointStore('./runs');
 */
export function createFileCheckpointStore(folder: string, options: FileCheckpointStoreOptions = {}): CheckpointStore {
  return new FileCheckpointStore(folder, options);
}

class FileCheckpointStore implements CheckpointStore {
  readonly capabilities: CheckpointStore['capabilities'] = { persistent: true, shared: true };
  readonly #runs: string;
  readonly #fresh: string;
  readonly #trash: string;
  readonly #onTornRecord: (path: string) => void;
  /** By folder name. */
  readonly #known = new Map<string, OpenRun>();
  readonly #torn = new Set<string>();
  #prepared = false;

  constructor(folder: string, { onTornRecord }: FileCheckpointStoreOptions) {
    this.#runs = join(folder, 'runs');
    this.#fresh = join(folder, 'new');
    this.#trash = join(folder, 'trash');
    this.#onTornRecord = (path) => {
      if (this.#torn.has(path)) return;
      this.#torn.add(path);
      onTornRecord?.(path);
    };
  }

  create(runId: string, run: NewCheckpoint): 'created' | 'exists' {
    checkNewCheckpoint(runId, run);
    return guard('create a run', () => {
      this.#prepare();
      const target = join(this.#runs, nameOf(runId));
      const record: FileRecord = { previous: 0, runId, head: newHead(run), base: run.base, deltas: [], items: [], inputs: [], used: [] };
      const bytes = encodeRecord(record);
      for (;;) {
        if (existsSync(target)) return 'exists';
        const folder = join(this.#fresh, randomBytes(8).toString('hex'));
        // The life's name is where its fences begin: no two lives of a run share one.
        const life = join(folder, String(randomBytes(4).readUInt32BE() * 2 ** 20));
        try {
          mkdirSync(life, { recursive: true });
          writeDurably(join(life, '1'), bytes);
          syncFolder(life);
          syncFolder(folder);
          renameSync(folder, target);
        } catch (error) {
          discard(folder, this.#trash);
          // Another process was first, or took the folder for one that a dead process had left.
          if (existsSync(target) || (error as NodeJS.ErrnoException).code === 'ENOENT') continue;
          throw error;
        }
        syncFolder(this.#runs);
        return 'created';
      }
    });
  }

  claim(runId: string, owner: string, leaseMs: number, now: number): ClaimedCheckpoint | null {
    checkKey(owner, 'owner');
    checkLease(leaseMs, now);
    return this.#change<ClaimedCheckpoint | null>('claim a run', runId, null, (head, run) => {
      if (!mayClaim(head, owner, now)) return { answer: null };
      claimHead(head, run.life + run.taken + 1, owner, leaseMs, now);
      const whole = this.#whole(nameOf(runId), run);
      if (whole === null) return null;
      return { answer: { ...stored(runId, whole, head), fence: head.fence, inputs: waiting(run, 0) }, change: {} };
    });
  }

  commit(runId: string, commit: CheckpointCommit): CommitOutcome {
    checkCommit(runId, commit);
    return this.#change<CommitOutcome>('commit', runId, 'fenced', (head) => {
      const outcome = commitHead(head, commit);
      if (outcome !== 'ok') return { answer: outcome === 'repeated' ? 'ok' : outcome };
      const { base, delta, items = [], consumed = [] } = commit;
      return { answer: 'ok', change: { base, delta, items, used: consumed } };
    });
  }

  renew(runId: string, fence: number, leaseMs: number, now: number): boolean {
    checkLease(leaseMs, now);
    return this.#change('renew a lease', runId, false, (head) => (renewHead(head, fence, leaseMs, now) ? { answer: true, change: {} } : { answer: false }));
  }

  release(runId: string, fence: number, options: ReleaseOptions): boolean {
    checkRelease(options);
    return this.#change('release a run', runId, false, (head) => (releaseHead(head, fence, options) ? { answer: true, change: {} } : { answer: false }));
  }

  putInput(runId: string, inputId: string, data: Uint8Array): InputOutcome {
    checkKey(inputId, 'inputId');
    checkBytes(data, 'data');
    return this.#change<InputOutcome>('store an input', runId, 'gone', (head, { inputs }) => {
      if (inputs.has(inputId)) return { answer: 'already' };
      if (isFinalStatus(head.status)) return { answer: 'gone' };
      return { answer: 'stored', change: { inputs: [{ id: inputId, seq: inputHead(head), data: new Uint8Array(data) }] } };
    });
  }

  readInputs(runId: string, afterSeq: number): readonly CheckpointInput[] {
    checkCount(afterSeq, 'afterSeq');
    return guard('read the inputs', () => {
      const run = this.#open(nameOf(runId));
      return run === null ? [] : waiting(run, afterSeq);
    });
  }

  due(now: number, limit: number): readonly string[] {
    checkCount(now, 'now');
    checkLimit(limit);
    return guard('look for due runs', () => {
      const due: { runId: string; dueAt: number }[] = [];
      for (const name of list(this.#runs) ?? []) {
        const run = this.#open(name);
        if (run !== null && run.head.dueAt !== null && run.head.dueAt <= now) due.push({ runId: run.runId, dueAt: run.head.dueAt });
      }
      return due.sort((a, b) => a.dueAt - b.dueAt).slice(0, limit).map(({ runId }) => runId);
    });
  }

  readStream(runId: string, afterSeq: number, limit: number): readonly CheckpointItem[] {
    checkCount(afterSeq, 'afterSeq');
    checkLimit(limit);
    return guard('read the stream', () => {
      const run = this.#load(nameOf(runId));
      return run === null ? [] : streamOf(run, afterSeq, limit);
    });
  }

  read(runId: string): StoredCheckpoint | null {
    return guard('read a run', () => {
      const run = this.#load(nameOf(runId));
      return run === null ? null : stored(runId, run, run.head);
    });
  }

  status(runId: string): CheckpointSummary | null {
    return guard('read a run', () => {
      const run = this.#open(nameOf(runId));
      return run === null ? null : summaryOf(runId, run.head);
    });
  }

  list({ status, workflow, cursor, limit = 100 }: CheckpointQuery = {}): CheckpointPage {
    checkLimit(limit);
    return guard('list the runs', () => {
      const runs: CheckpointSummary[] = [];
      let last = '';
      for (const name of (list(this.#runs) ?? []).sort()) {
        if (cursor != null && name <= cursor) continue;
        const run = this.#open(name);
        if (run === null || (status !== undefined && run.head.status !== status) || (workflow !== undefined && run.head.workflow !== workflow)) continue;
        if (runs.length === limit) return { runs, cursor: last };
        runs.push(summaryOf(run.runId, run.head));
        last = name;
      }
      return { runs, cursor: null };
    });
  }

  delete(runId: string): boolean {
    return guard('delete a run', () => {
      this.#prepare();
      const name = nameOf(runId);
      this.#known.delete(name);
      if (!discard(join(this.#runs, name), this.#trash)) return false;
      syncFolder(this.#runs);
      return true;
    });
  }

  /** Decide on the newest state and write what follows from it, again and again until nobody was faster. */
  #change<T>(action: string, runId: string, missing: T, decide: (head: CheckpointHead, run: OpenRun) => Decision<T> | null): T {
    return guard(action, () => {
      const name = nameOf(runId);
      for (;;) {
        const run = this.#open(name);
        if (run === null) return missing;
        const head = { ...run.head };
        const decision = decide(head, run);
        if (decision === null) continue;
        if (decision.change === undefined || this.#append(name, run, head, decision.change)) return decision.answer;
      }
    });
  }

  #append(name: string, run: OpenRun, head: CheckpointHead, change: NonNullable<Decision<unknown>['change']>): boolean {
    const { base, delta, items = [], inputs = [], used = [] } = change;
    const deltas = delta === undefined ? [] : [delta];
    const whole = base !== undefined || run.taken - run.full >= RECORDS_PER_RUN ? this.#whole(name, run) : undefined;
    if (whole === null) return false;
    const added = { head, deltas, items, inputs, used };
    const next = appendRecord(this.#folder(name, run.life), run, whole === undefined ? added : fullRecord(whole, added, base));
    if (next === null) return false;
    this.#known.set(name, next);
    if (whole !== undefined) tidy(whole, next.full);
    return true;
  }

  /** The newest head and inputs of a run, from memory when no other process has written since. */
  #open(name: string): OpenRun | null {
    const known = this.#known.get(name);
    if (known !== undefined && isCurrent(this.#folder(name, known.life), known)) return known;
    return this.#load(name);
  }

  #load(name: string): WholeRun | null {
    const life = list(join(this.#runs, name))?.[0];
    const run = life === undefined ? null : loadRun(this.#folder(name, life), this.#onTornRecord);
    if (run === null) this.#known.delete(name);
    else {
      const { folder: _folder, base: _base, deltas: _deltas, items: _items, ...known } = run;
      this.#known.set(name, known);
    }
    return run;
  }

  /** Everything of a run that has just been opened; null when another process has written since. */
  #whole(name: string, run: OpenRun): WholeRun | null {
    const whole = loadRun(this.#folder(name, run.life), this.#onTornRecord);
    return whole?.taken === run.taken ? whole : null;
  }

  /** Of one life of a run. */
  #folder(name: string, life: number | string): string { return join(this.#runs, name, String(life)); }

  #prepare(): void {
    if (this.#prepared) return;
    for (const folder of [this.#runs, this.#fresh, this.#trash]) mkdirSync(folder, { recursive: true });
    for (const name of list(this.#fresh) ?? []) discard(join(this.#fresh, name), this.#trash);
    for (const name of list(this.#trash) ?? []) discard(join(this.#trash, name), this.#trash);
    this.#prepared = true;
  }
}

/** Ids are hashed: no id can name a path, and look-alikes stay apart on every file system. */
function nameOf(runId: string): string { return createHash('sha256').update(runId).digest('hex'); }

function stored(runId: string, { base, deltas }: WholeRun, head: CheckpointHead): StoredCheckpoint { return { ...summaryOf(runId, head), base, deltas }; }

function guard<T>(action: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof BlazenError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new PersistQuotaError(`Cannot ${action}: the disk is full; make room and try again`, { cause });
    throw new PersistError(`Cannot ${action}: the file system refused it (${code ?? 'no code'})`, { cause });
  }
}
