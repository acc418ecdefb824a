import { PersistError, PersistQuotaError } from '../../base/error-classes.ts';
import { BlazenError } from '../../base/errors.ts';
import type {
  CheckpointCommit, CheckpointInput, CheckpointItem, CheckpointPage, CheckpointQuery, CheckpointStore, CheckpointSummary,
  ClaimedCheckpoint, CommitOutcome, InputOutcome, NewCheckpoint, ReleaseOptions, StoredCheckpoint,
} from '../../spec/checkpoint.ts';
import {
  type CheckpointHead, claimHead, commitHead, inputHead, mayClaim, newHead, releaseHead, renewHead, summaryOf,
} from '../../spec/checkpoint-head.ts';
import {
  checkBytes, checkCommit, checkCount, checkKey, checkLease, checkLimit, checkNewCheckpoint, checkRelease, isFinalStatus,
} from '../../spec/checkpoint-rules.ts';
import type { DurableObjectSqlStorage } from './durable-object-memory.ts';

/**
 * Runs in the SQLite database of a Durable Object, each call one `transactionSync`.
 *
 * It answers at once; the object's output gate holds back every response and request until the database is on the disk, so
 * nothing outside learns of a commit that could still be lost. Only this object reaches its database: it is not `shared`.
 * Its tables begin with `blazen_run`.
 *
 * @example
 * // `storage` is `this.ctx.storage` of the object.
 * const store = createDurableObjectCheckpointStore(storage);
 */
export function createDurableObjectCheckpointStore(storage: DurableObjectSqlStorage): CheckpointStore {
  return new DurableObjectCheckpointStore(storage);
}

const TABLES = [
  'CREATE TABLE IF NOT EXISTS blazen_run_heads (run TEXT PRIMARY KEY, status TEXT NOT NULL, workflow TEXT NOT NULL, due INTEGER, head TEXT NOT NULL) WITHOUT ROWID',
  'CREATE INDEX IF NOT EXISTS blazen_run_due ON blazen_run_heads (due) WHERE due IS NOT NULL',
  'CREATE TABLE IF NOT EXISTS blazen_run_values (run TEXT, kind TEXT, n INTEGER, part INTEGER, data BLOB NOT NULL, PRIMARY KEY (run, kind, n, part)) WITHOUT ROWID',
  'CREATE TABLE IF NOT EXISTS blazen_run_inputs (run TEXT, id TEXT, seq INTEGER NOT NULL, data BLOB, PRIMARY KEY (run, id)) WITHOUT ROWID',
  'CREATE TABLE IF NOT EXISTS blazen_run_fences (id INTEGER PRIMARY KEY, fence INTEGER NOT NULL)',
];
/** A row has at most 2 MB there, its keys included: longer values lie in several. */
const PART = 1_900_000;

type Row = Record<string, unknown>;

/** The store itself: every method answers at once. */
export class DurableObjectCheckpointStore implements CheckpointStore {
  readonly capabilities: CheckpointStore['capabilities'] = { persistent: true, shared: false };
  readonly #storage: DurableObjectSqlStorage;
  #prepared = false;

  constructor(storage: DurableObjectSqlStorage) {
    this.#storage = storage;
  }

  create(runId: string, run: NewCheckpoint): 'created' | 'exists' {
    checkNewCheckpoint(runId, run);
    return this.#transact('create a run', () => {
      if (this.#head(runId) !== null) return 'exists';
      this.#putHead(runId, newHead(run));
      this.#putValue(runId, 'base', 0, run.base);
      return 'created';
    });
  }

  claim(runId: string, owner: string, leaseMs: number, now: number): ClaimedCheckpoint | null {
    checkKey(owner, 'owner');
    checkLease(leaseMs, now);
    return this.#transact('claim a run', () => {
      const head = this.#head(runId);
      if (head === null || !mayClaim(head, owner, now)) return null;
      const [row] = this.#sql('INSERT INTO blazen_run_fences VALUES (1, 1) ON CONFLICT DO UPDATE SET fence = fence + 1 RETURNING fence');
      claimHead(head, Number(row?.['fence']), owner, leaseMs, now);
      this.#putHead(runId, head);
      return { ...this.#stored(runId, head), fence: head.fence, inputs: this.#waiting(runId, 0) };
    });
  }

  commit(runId: string, commit: CheckpointCommit): CommitOutcome {
    checkCommit(runId, commit);
    return this.#transact<CommitOutcome>('commit', () => {
      const head = this.#head(runId);
      const outcome = head === null ? 'fenced' : commitHead(head, commit);
      if (head === null || outcome !== 'ok') return outcome === 'repeated' ? 'ok' : outcome;
      const { base, delta, items = [], consumed = [] } = commit;
      if (base !== undefined) {
        this.#sql("DELETE FROM blazen_run_values WHERE run = ? AND kind IN ('base', 'delta')", runId);
        this.#putValue(runId, 'base', 0, base);
      }
      if (delta !== undefined) this.#putValue(runId, 'delta', head.version, delta);
      for (const { seq, data } of items) this.#putValue(runId, 'item', seq, data);
      for (const id of consumed) this.#sql('INSERT OR REPLACE INTO blazen_run_inputs VALUES (?, ?, 0, NULL)', runId, id);
      this.#putHead(runId, head);
      return 'ok';
    });
  }

  renew(runId: string, fence: number, leaseMs: number, now: number): boolean {
    checkLease(leaseMs, now);
    return this.#changeHead('renew a lease', runId, (head) => renewHead(head, fence, leaseMs, now));
  }

  release(runId: string, fence: number, options: ReleaseOptions): boolean {
    checkRelease(options);
    return this.#changeHead('release a run', runId, (head) => releaseHead(head, fence, options));
  }

  putInput(runId: string, inputId: string, data: Uint8Array): InputOutcome {
    checkKey(inputId, 'inputId');
    checkBytes(data, 'data');
    return this.#transact<InputOutcome>('store an input', () => {
      const head = this.#head(runId);
      if (head === null) return 'gone';
      if (this.#sql('SELECT 1 FROM blazen_run_inputs WHERE run = ? AND id = ?', runId, inputId).length > 0) return 'already';
      if (isFinalStatus(head.status)) return 'gone';
      this.#sql('INSERT INTO blazen_run_inputs VALUES (?, ?, ?, ?)', runId, inputId, inputHead(head), data);
      this.#putHead(runId, head);
      return 'stored';
    });
  }

  readInputs(runId: string, afterSeq: number): readonly CheckpointInput[] {
    checkCount(afterSeq, 'afterSeq');
    return this.#transact('read the inputs', () => this.#waiting(runId, afterSeq));
  }

  due(now: number, limit: number): readonly string[] {
    checkCount(now, 'now');
    checkLimit(limit);
    return this.#transact('look for due runs', () => (
      this.#sql('SELECT run FROM blazen_run_heads WHERE due <= ? ORDER BY due LIMIT ?', now, limit).map((row) => String(row['run']))));
  }

  readStream(runId: string, afterSeq: number, limit: number): readonly CheckpointItem[] {
    checkCount(afterSeq, 'afterSeq');
    checkLimit(limit);
    return this.#transact('read the stream', () => {
      const numbers = this.#sql("SELECT n FROM blazen_run_values WHERE run = ? AND kind = 'item' AND n > ? AND part = 0 ORDER BY n LIMIT ?", runId, afterSeq, limit);
      const last = Number(numbers.at(-1)?.['n'] ?? 0);
      return this.#values(runId, 'item', afterSeq, last).map(({ n, data }) => ({ seq: n, data }));
    });
  }

  read(runId: string): StoredCheckpoint | null {
    return this.#transact('read a run', () => {
      const head = this.#head(runId);
      return head === null ? null : this.#stored(runId, head);
    });
  }

  status(runId: string): CheckpointSummary | null {
    return this.#transact('read a run', () => {
      const head = this.#head(runId);
      return head === null ? null : summaryOf(runId, head);
    });
  }

  list({ status, workflow, cursor, limit = 100 }: CheckpointQuery = {}): CheckpointPage {
    checkLimit(limit);
    return this.#transact('list the runs', () => {
      const rows = this.#sql(
        'SELECT run, head FROM blazen_run_heads WHERE run > ?1 AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR workflow = ?3) ORDER BY run LIMIT ?4',
        cursor ?? '', status ?? null, workflow ?? null, limit,
      );
      const runs = rows.map((row) => summaryOf(String(row['run']), parse(row)));
      return { runs, cursor: runs.length < limit ? null : runs.at(-1)?.runId ?? null };
    });
  }

  delete(runId: string): boolean {
    return this.#transact('delete a run', () => {
      this.#sql('DELETE FROM blazen_run_values WHERE run = ?', runId);
      this.#sql('DELETE FROM blazen_run_inputs WHERE run = ?', runId);
      return this.#sql('DELETE FROM blazen_run_heads WHERE run = ? RETURNING run', runId).length > 0;
    });
  }

  #head(runId: string): CheckpointHead | null {
    const [row] = this.#sql('SELECT head FROM blazen_run_heads WHERE run = ?', runId);
    return row === undefined ? null : parse(row);
  }

  #putHead(runId: string, head: CheckpointHead): void {
    this.#sql('INSERT OR REPLACE INTO blazen_run_heads VALUES (?, ?, ?, ?, ?)', runId, head.status, head.workflow, head.dueAt, JSON.stringify(head));
  }

  #changeHead(action: string, runId: string, change: (head: CheckpointHead) => boolean): boolean {
    return this.#transact(action, () => {
      const head = this.#head(runId);
      if (head === null || !change(head)) return false;
      this.#putHead(runId, head);
      return true;
    });
  }

  #putValue(runId: string, kind: string, n: number, data: Uint8Array): void {
    for (let part = 0; part === 0 || part * PART < data.length; part++) {
      this.#sql('INSERT INTO blazen_run_values VALUES (?, ?, ?, ?, ?)', runId, kind, n, part, data.subarray(part * PART, (part + 1) * PART));
    }
  }

  #values(runId: string, kind: string, after: number, last: number): { readonly n: number; readonly data: Uint8Array }[] {
    const rows = this.#sql('SELECT n, data FROM blazen_run_values WHERE run = ? AND kind = ? AND n > ? AND n <= ? ORDER BY n, part', runId, kind, after, last);
    const values: { readonly n: number; data: Uint8Array }[] = [];
    for (const row of rows) {
      const [n, data, previous] = [Number(row['n']), blob(row), values.at(-1)];
      if (previous?.n === n) previous.data = joined(previous.data, data);
      else values.push({ n, data });
    }
    return values;
  }

  #stored(runId: string, head: CheckpointHead): StoredCheckpoint {
    const [base] = this.#values(runId, 'base', -1, 0);
    const deltas = this.#values(runId, 'delta', 0, head.version).map(({ data }) => data);
    return { ...summaryOf(runId, head), base: (base as { data: Uint8Array }).data, deltas };
  }

  #waiting(runId: string, afterSeq: number): CheckpointInput[] {
    const rows = this.#sql('SELECT id, seq, data FROM blazen_run_inputs WHERE run = ? AND seq > ? ORDER BY seq', runId, afterSeq);
    return rows.map((row) => ({ id: String(row['id']), seq: Number(row['seq']), data: blob(row) }));
  }

  #sql(query: string, ...values: unknown[]): Row[] {
    return [...this.#storage.sql.exec(query, ...values)];
  }

  #transact<T>(action: string, work: () => T): T {
    try {
      if (!this.#prepared) for (const table of TABLES) this.#sql(table);
      this.#prepared = true;
      return this.#storage.transactionSync(work);
    } catch (cause) {
      if (cause instanceof BlazenError) throw cause;
      const message = String(cause);
      if (message.includes('SQLITE_FULL')) throw new PersistQuotaError(`Cannot ${action}: the object's database is full`, { cause });
      throw new PersistError(`Cannot ${action}: the object's database refused it (${message.slice(0, 200)})`, { cause });
    }
  }
}

function parse(row: Row): CheckpointHead {
  return JSON.parse(String(row['head'])) as CheckpointHead;
}

function blob(row: Row): Uint8Array {
  return new Uint8Array(row['data'] as ArrayBuffer);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
