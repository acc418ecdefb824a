// What the page of the full-storage test runs: a memory that is filled until the site has used up what Chromium grants it.
import { MemoryQuotaError } from '../../src/base/error-classes.ts';
import { Memory } from '../../src/memory/index.ts';
import { createIndexedDbMemory, createIndexedDbSegments, createOpfsMemory, createOpfsSegments } from '../../src/platform/browser/index.ts';
import type { MemoryBackendSpec } from '../../src/spec/memory.ts';

const BATCH = 64;
// Nothing that a database could compress.
function textOf(i: number): string {
  let state = i + 1;
  return `entry ${i} ${Array.from({ length: 300 }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0).toString(36)).join(' ')}`;
}

const open = (store: string): MemoryBackendSpec => (store === 'opfs' ? createOpfsMemory() : createIndexedDbMemory());
const memories = new Map<string, Memory>();

const page = {
  /** Adds until a batch fails, from entry `stored` on. */
  async fill(store: string, stored: number, most: number): Promise<{ stored: number; counted: number; full: boolean; error: string; first: string | undefined }> {
    const memory = memories.get(store) ?? new Memory(null, open(store));
    memories.set(store, memory);
    let error: unknown = null;
    for (; stored < most; stored += BATCH) {
      try {
        await memory.addMany(Array.from({ length: BATCH }, (_, i) => ({ id: `e${stored + i}`, text: textOf(stored + i) })));
      } catch (thrown) {
        error = thrown;
        break;
      }
    }
    const [hit] = await memory.search('entry 0', { limit: 1, filter: null });
    return { stored, counted: await memory.count(), full: error instanceof MemoryQuotaError, error: String(error), first: hit?.id };
  },
  /** What somebody else who opens the store finds; segments that nothing lists take room for nothing. */
  async check(store: string, last: number): Promise<{ counted: number; intact: boolean; segments: number }> {
    const backend = open(store);
    const memory = new Memory(null, backend);
    const blobs = store === 'opfs' ? createOpfsSegments() : createIndexedDbSegments();
    const segments = (await blobs.listSegments()).filter((key) => key.startsWith('segment-')).length;
    const found = { counted: await memory.count(), intact: (await memory.get(`e${last}`))?.text === textOf(last), segments };
    await memory.close();
    await blobs.close?.();
    return found;
  },
};
export type FullPage = typeof page;
Object.assign(globalThis, { page });
