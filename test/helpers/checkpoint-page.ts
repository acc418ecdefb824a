// What a tab of the killed-tabs test runs: writers over one IndexedDB database, and the check of what they left.
import { createIndexedDbCheckpointStore } from '../../src/platform/browser/index.ts';
import { checkHistory, commitForever } from './checkpoint-load.ts';

export interface CheckpointPage {
  write(owner: string, runIds: readonly string[]): void;
  check(runIds: readonly string[], acknowledged: readonly string[]): ReturnType<typeof checkHistory>;
}

const store = createIndexedDbCheckpointStore();
const page: CheckpointPage = {
  write: (owner, runIds) => {
    // Sent, not awaited: what reaches the test was acknowledged, whatever happens to the tab.
    const report = (line: string): void => { void fetch('/acknowledged', { method: 'POST', body: line, keepalive: true }).catch(() => {}); };
    void commitForever(store, { owner, runIds, leaseMs: 100, report }).catch((error: unknown) => report(`! ${String(error)}`));
  },
  check: (runIds, acknowledged) => checkHistory(store, runIds, acknowledged),
};
Object.assign(globalThis, { page });
