// The tab that is killed.
import { createIndexedDbCheckpointStore } from '../../../src/platform/browser/index.ts';
import type { CheckpointStore } from '../../../src/spec/index.ts';
import type { Gate } from './gate.ts';
import { type Order, type Remains, Victim } from './victim.ts';

export interface VictimPage { obey(orders: readonly Order[], remains: readonly Remains[]): void }

/** All writes of a commit have been made and its transaction is kept open; nobody else can write meanwhile. */
function store(gate: Gate): CheckpointStore {
  const put = Object.getOwnPropertyDescriptor(IDBObjectStore.prototype, 'put')?.value as IDBObjectStore['put'];
  IDBObjectStore.prototype.put = function (this: IDBObjectStore, value: { readonly runId?: string }, key?: IDBValidKey) {
    const request = key === undefined ? put.call(this, value) : put.call(this, value, key);
    // The head is what a commit writes last.
    if (this.name === 'heads' && gate.armed.delete(value.runId ?? '')) {
      const keepOpen = (): void => { this.count().onsuccess = keepOpen; };
      keepOpen();
      void gate.hold(value.runId ?? '');
    }
    return request;
  };
  return createIndexedDbCheckpointStore();
}

const victim = new Victim({ store, address: '/', leaseMs: 500 });
const page: VictimPage = {
  obey: (orders, remains) => {
    victim.begin(orders);
    if (remains.length > 0) void victim.recover(remains);
  },
};
Object.assign(globalThis, { page });
