import type { CheckpointInput, CheckpointItem, StoredCheckpoint } from '../../spec/checkpoint.ts';
import { type CheckpointHead, summaryOf } from '../../spec/checkpoint-head.ts';

// 'heads' by run id; 'values' (bytes) by [run id, kind, number]; 'inputs' by [run id, id], with the data of
// those that wait; 'counters'.
/** Names of the object stores. */
export const RUN_STORES: ['heads', 'values', 'inputs', 'counters'] = ['heads', 'values', 'inputs', 'counters'];

type Head = CheckpointHead & { readonly runId: string };
type StoredInput = { readonly seq: number; readonly data: Uint8Array | null };
type Kind = 'base' | 'delta' | 'item';

/** Make the object stores of a new database. */
export function createRunStores(database: IDBDatabase): void {
  database.createObjectStore('heads', { keyPath: 'runId' }).createIndex('dueAt', 'dueAt');
  for (const name of ['values', 'inputs', 'counters']) database.createObjectStore(name);
}

/** The object stores within one transaction. Writes are not awaited: their failure ends the transaction. */
export class RunTransaction {
  readonly #heads: IDBObjectStore;
  readonly #values: IDBObjectStore;
  readonly #inputs: IDBObjectStore;
  readonly #counters: IDBObjectStore;

  constructor(transaction: IDBTransaction) {
    [this.#heads, this.#values, this.#inputs, this.#counters] = RUN_STORES.map((name) => transaction.objectStore(name)) as [IDBObjectStore, IDBObjectStore, IDBObjectStore, IDBObjectStore];
  }

  head(runId: string): Promise<Head | undefined> { return answer(this.#heads.get(runId)); }
  putHead(head: Head): void { this.#heads.put(head); }
  putValue(key: [runId: string, kind: Kind, n: number], data: Uint8Array): void { this.#values.put(exact(data), key); }
  deleteValues(runId: string, kind: Kind): void { this.#values.delete(below(runId, kind)); }
  input(runId: string, id: string): Promise<StoredInput | undefined> { return answer(this.#inputs.get([runId, id])); }
  putInput(runId: string, id: string, { seq, data }: StoredInput): void { this.#inputs.put({ seq, data: data && exact(data) }, [runId, id]); }

  async nextFence(): Promise<number> {
    const fence = (await answer<number | undefined>(this.#counters.get('fence')) ?? 0) + 1;
    this.#counters.put(fence, 'fence');
    return fence;
  }

  async stored(head: Head): Promise<StoredCheckpoint> {
    const [base, deltas] = await Promise.all([
      answer<Uint8Array>(this.#values.get([head.runId, 'base', 0])), answer<Uint8Array[]>(this.#values.getAll(below(head.runId, 'delta'))),
    ]);
    return { ...summaryOf(head.runId, head), base, deltas };
  }

  async waiting(runId: string, afterSeq: number): Promise<CheckpointInput[]> {
    const range = below(runId);
    const [keys, inputs] = await Promise.all([answer<[string, string][]>(this.#inputs.getAllKeys(range) as IDBRequest), answer<StoredInput[]>(this.#inputs.getAll(range))]);
    const waiting = inputs.flatMap(({ seq, data }, i): CheckpointInput[] => (data !== null && seq > afterSeq ? [{ id: (keys[i] as [string, string])[1], seq, data }] : []));
    return waiting.sort((a, b) => a.seq - b.seq);
  }

  async items(runId: string, afterSeq: number, limit: number): Promise<CheckpointItem[]> {
    const range = IDBKeyRange.bound([runId, 'item', afterSeq], [runId, 'item', []], true);
    const [keys, data] = await Promise.all([
      answer<[string, string, number][]>(this.#values.getAllKeys(range, limit) as IDBRequest), answer<Uint8Array[]>(this.#values.getAll(range, limit)),
    ]);
    return data.map((one, i) => ({ seq: (keys[i] as [string, string, number])[2], data: one }));
  }

  async due(now: number, limit: number): Promise<string[]> {
    return answer<string[]>(this.#heads.index('dueAt').getAllKeys(IDBKeyRange.upperBound(now), limit) as IDBRequest);
  }

  heads(after: string | null, limit: number): Promise<Head[]> {
    return answer(this.#heads.getAll(after === null ? null : IDBKeyRange.lowerBound(after, true), limit));
  }

  deleteRun(runId: string): void {
    this.#heads.delete(runId);
    this.#values.delete(below(runId));
    this.#inputs.delete(below(runId));
  }
}

/** All keys that begin with these parts: an empty array comes after every text and number. */
function below(...parts: string[]): IDBKeyRange {
  return IDBKeyRange.bound(parts, [...parts, []]);
}

/** A view into a larger buffer would be stored with all of it. */
function exact(data: Uint8Array): Uint8Array {
  return data.byteLength === data.buffer.byteLength ? data : new Uint8Array(data);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
