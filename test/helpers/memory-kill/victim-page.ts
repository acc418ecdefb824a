// What a tab runs until it is killed: adds to a memory in IndexedDB or in the private file system.
import { createIndexedDbMemory, createOpfsMemory } from '../../../src/platform/browser/index.ts';
import { ingest } from './ingest.ts';

// Sent, not awaited: what reaches the test was acknowledged, whatever happens to the tab.
const report = (line: string): void => { void fetch('/', { method: 'POST', body: line, keepalive: true }).catch(() => undefined); };

const page = {
  ingest(store: string, batchSize: number): void {
    const backend = store === 'opfs' ? createOpfsMemory() : createIndexedDbMemory();
    ingest(backend, batchSize, report).catch((error: unknown) => report(`! ${String(error)}`));
  },
};
export type IngestPage = typeof page;
Object.assign(globalThis, { page });
