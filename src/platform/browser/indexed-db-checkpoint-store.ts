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
import { createRunStores, RUN_STORES, RunTransaction } from './indexed-db-runs.ts';

/** Where in IndexedDB the runs lie. */
export interface IndexedDbCheckpointStoreOptions {
  /** Name of the database. Default 'blazen-runs'. */
  readonly database?: string;
}

/**
 * Runs in the browser's IndexedDB: they survive reloads and crashes, and the tabs and workers of an origin share them.
 *
 * Each call is one transaction, which the browser is asked to write to the disk before it answers.
 *
 * @example
 * const store = createIndexedDbCheckpointStore({ database: 'runs' });
 */
export function createIndexedDbCheckpointStore(options: IndexedDbCheckpointStoreOptions = {}): CheckpointStore {
  return new IndexedDbCheckpointStore(options.database ?? 'blazen-runs');
}

class IndexedDbCheckpointStore implements CheckpointStore {
  readonly capabilities: CheckpointStore['capabilities'] = { persistent: true, shared: true };
  readonly #name: string;
  #database: Promise<IDBDatabase> | null = null;
  #closed = false;

  constructor(name: string) {
    this.#name = name;
  }

  async create(runId: string, run: NewCheckpoint): Promise<'created' | 'exists'> {
    checkNewCheckpoint(runId, run);
    return this.#transact('readwrite', 'create a run', async (at) => {
      if (await at.head(runId) !== undefined) return 'exists';
      at.putHead({ ...newHead(run), runId });
      at.putValue([runId, 'base', 0], run.base);
      return 'created';
    });
  }

  async claim(runId: string, owner: string, leaseMs: number, now: number): Promise<ClaimedCheckpoint | null> {
    checkKey(owner, 'owner');
    checkLease(leaseMs, now);
    return this.#transact('readwrite', 'claim a run', async (at) => {
      const head = await at.head(runId);
      if (head === undefined || !mayClaim(head, owner, now)) return null;
      claimHead(head, await at.nextFence(), owner, leaseMs, now);
      at.putHead(head);
      return { ...await at.stored(head), fence: head.fence, inputs: await at.waiting(runId, 0) };
    });
  }

  async commit(runId: string, commit: CheckpointCommit): Promise<CommitOutcome> {
    checkCommit(runId, commit);
    return this.#transact('readwrite', 'commit', async (at) => {
      const head = await at.head(runId);
      if (head === undefined) return 'fenced';
      const outcome = commitHead(head, commit);
      if (outcome !== 'ok') return outcome === 'repeated' ? 'ok' : outcome;
      const { base, delta, items = [], consumed = [] } = commit;
      if (base !== undefined) {
        at.deleteValues(runId, 'delta');
        at.putValue([runId, 'base', 0], base);
      }
      if (delta !== undefined) at.putValue([runId, 'delta', head.version], delta);
      for (const { seq, data } of items) at.putValue([runId, 'item', seq], data);
      for (const id of consumed) at.putInput(runId, id, { seq: 0, data: null });
      at.putHead(head);
      return 'ok';
    });
  }

  async renew(runId: string, fence: number, leaseMs: number, now: number): Promise<boolean> {
    checkLease(leaseMs, now);
    return this.#changeHead('renew a lease', runId, (head) => renewHead(head, fence, leaseMs, now));
  }

  async release(runId: string, fence: number, options: ReleaseOptions): Promise<boolean> {
    checkRelease(options);
    return this.#changeHead('release a run', runId, (head) => releaseHead(head, fence, options));
  }

  async putInput(runId: string, inputId: string, data: Uint8Array): Promise<InputOutcome> {
    checkKey(inputId, 'inputId');
    checkBytes(data, 'data');
    return this.#transact('readwrite', 'store an input', async (at) => {
      const head = await at.head(runId);
      if (head === undefined) return 'gone';
      if (await at.input(runId, inputId) !== undefined) return 'already';
      if (isFinalStatus(head.status)) return 'gone';
      at.putInput(runId, inputId, { seq: inputHead(head), data });
      at.putHead(head);
      return 'stored';
    });
  }

  async readInputs(runId: string, afterSeq: number): Promise<CheckpointInput[]> {
    checkCount(afterSeq, 'afterSeq');
    return this.#transact('readonly', 'read the inputs', (at) => at.waiting(runId, afterSeq));
  }

  async due(now: number, limit: number): Promise<string[]> {
    checkCount(now, 'now');
    checkLimit(limit);
    return this.#transact('readonly', 'look for due runs', (at) => at.due(now, limit));
  }

  async readStream(runId: string, afterSeq: number, limit: number): Promise<CheckpointItem[]> {
    checkCount(afterSeq, 'afterSeq');
    checkLimit(limit);
    return this.#transact('readonly', 'read the stream', (at) => at.items(runId, afterSeq, limit));
  }

  async read(runId: string): Promise<StoredCheckpoint | null> {
    return this.#transact('readonly', 'read a run', async (at) => {
      const head = await at.head(runId);
      return head === undefined ? null : at.stored(head);
    });
  }

  async status(runId: string): Promise<CheckpointSummary | null> {
    return this.#transact('readonly', 'read a run', async (at) => {
      const head = await at.head(runId);
      return head === undefined ? null : summaryOf(runId, head);
    });
  }

  async list({ status, workflow, cursor, limit = 100 }: CheckpointQuery = {}): Promise<CheckpointPage> {
    checkLimit(limit);
    const heads = await this.#transact('readonly', 'list the runs', (at) => at.heads(cursor ?? null, limit));
    const chosen = heads.filter((head) => (status === undefined || head.status === status) && (workflow === undefined || head.workflow === workflow));
    return { runs: chosen.map((head) => summaryOf(head.runId, head)), cursor: heads.length < limit ? null : heads.at(-1)?.runId ?? null };
  }

  async delete(runId: string): Promise<boolean> {
    return this.#transact('readwrite', 'delete a run', async (at) => {
      const known = await at.head(runId) !== undefined;
      at.deleteRun(runId);
      return known;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    (await this.#database?.catch(() => null))?.close();
    this.#database = null;
  }

  #changeHead(action: string, runId: string, change: (head: CheckpointHead) => boolean): Promise<boolean> {
    return this.#transact('readwrite', action, async (at) => {
      const head = await at.head(runId);
      if (head === undefined || !change(head)) return false;
      at.putHead(head);
      return true;
    });
  }

  /** Run `work` in one transaction; its answer is given once the transaction is complete. */
  async #transact<T>(mode: IDBTransactionMode, action: string, work: (at: RunTransaction) => Promise<T>): Promise<T> {
    if (this.#closed) throw new PersistError(`Cannot ${action}: the store is closed`);
    try {
      const database = await (this.#database ??= this.#open());
      const transaction = database.transaction(RUN_STORES, mode, { durability: 'strict' });
      const complete = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new DOMException('The transaction was aborted', 'AbortError'));
      });
      const working = work(new RunTransaction(transaction)).catch((error: unknown) => {
        // Unless it was aborted for a reason of its own, which then says more than what `work` has met.
        if (transaction.error === null) {
          complete.catch(() => {});
          transaction.abort();
          throw error;
        }
        return complete.then(() => Promise.reject(error as Error));
      });
      const result = await working;
      await complete;
      return result;
    } catch (cause) {
      if (cause instanceof BlazenError) throw cause;
      const name = cause instanceof DOMException ? cause.name : '';
      if (name === 'QuotaExceededError') throw new PersistQuotaError(`Cannot ${action}: the browser's storage for this site is full`, { cause });
      // The browser closed the connection under us, or the page is going away.
      if (name === 'InvalidStateError') this.#database = null;
      throw new PersistError(`Cannot ${action}: IndexedDB failed (${name || String(cause)})`, { cause, retryable: name === 'InvalidStateError' || name === 'AbortError' });
    }
  }

  #open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => createRunStores(request.result);
      request.onsuccess = () => {
        const database = request.result;
        // Another tab wants to delete it or has a newer version: stand aside, and open it again when needed.
        database.onversionchange = () => {
          database.close();
          this.#database = null;
        };
        resolve(database);
      };
      request.onerror = () => {
        this.#database = null;
        reject(request.error);
      };
    });
  }
}
