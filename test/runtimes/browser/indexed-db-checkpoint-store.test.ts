import { describe, expect, it, vi } from 'vitest';
import { PersistError, PersistQuotaError } from '../../../src/base/error-classes.ts';
import { createIndexedDbCheckpointStore } from '../../../src/platform/browser/index.ts';
import { checkpointStoreSuite } from '../../../src/testing/index.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

let databases = 0;
let database = '';
const fresh = (): string => (database = `checkpoint-test-${Date.now()}-${databases++}`);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('checkpoints in IndexedDB', () => {
  checkpointStoreSuite(createTestApi((name, run) => it(name, run)), {
    create: () => createIndexedDbCheckpointStore({ database: fresh() }),
    reopen: () => createIndexedDbCheckpointStore({ database }),
    cleanUp: async () => {
      await new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase(database);
        request.onsuccess = resolve;
        request.onerror = reject;
      });
    },
  });

  it('report a full disk as a typed error and keep what was there', async () => {
    const store = createIndexedDbCheckpointStore({ database: fresh() });
    await store.create('r', { workflow: 'w', base: bytes('base'), now: 1 });
    const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => { throw new DOMException('full', 'QuotaExceededError'); });
    await expect(store.putInput('r', 'i', bytes('x'))).rejects.toBeInstanceOf(PersistQuotaError);
    full.mockRestore();
    expect(await store.putInput('r', 'i', bytes('x'))).toBe('stored');
    await store.close?.();
  });

  it('keep nothing of a commit whose last value the browser does not take', async () => {
    const store = createIndexedDbCheckpointStore({ database: fresh() });
    await store.create('r', { workflow: 'w', base: bytes('base'), now: 1 });
    const claim = await store.claim('r', 'me', 100, 1);
    const sent = { fence: claim?.fence ?? 0, version: 0, commitId: 'c', now: 1, delta: bytes('d') };
    const detached = bytes('x');
    structuredClone(detached, { transfer: [detached.buffer] });
    await expect(store.commit('r', { ...sent, items: [{ seq: 1, data: bytes('x') }, { seq: 2, data: detached }] })).rejects.toBeInstanceOf(PersistError);
    expect([(await store.read('r'))?.deltas, await store.readStream('r', 0, 10)]).toEqual([[], []]);
    expect(await store.commit('r', sent)).toBe('ok');
    await store.close?.();
  });

  it('stand aside when another tab deletes the database', async () => {
    const store = createIndexedDbCheckpointStore({ database: fresh() });
    await store.create('r', { workflow: 'w', base: bytes('base'), now: 1 });
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(database);
      request.onsuccess = resolve;
      request.onblocked = reject;
    });
    expect(await store.status('r')).toBeNull();
    expect(await store.create('r', { workflow: 'w', base: bytes('base'), now: 1 })).toBe('created');
    await store.close?.();
  });

  it('store the bytes of a view and not the buffer behind it', async () => {
    const store = createIndexedDbCheckpointStore({ database: fresh() });
    await store.create('r', { workflow: 'w', base: new Uint8Array(1_000_000).subarray(10, 20), now: 1 });
    expect((await store.read('r'))?.base.buffer.byteLength).toBe(10);
    await store.close?.();
  });
});
