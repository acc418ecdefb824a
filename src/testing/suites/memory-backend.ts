import type { MemoryBackendSpec, StoredEntry } from '../../spec/memory.ts';
import { awkwardCases } from './memory-backend-awkward.ts';
import { all, entry, fails, ids } from './memory-entries.ts';
import type { SuiteApi } from './suite-api.ts';

/** How the suite gets the backends it tests. */
export interface MemoryBackendSetup {
  /** A backend over a new, empty store. */
  readonly create: () => Promise<MemoryBackendSpec>;
  /** Another backend over the store of the last `create`; leave it out when the store dies with its backend. */
  readonly reopen?: () => Promise<MemoryBackendSpec>;
  /**
   * Changes some stored bytes of an entry behind the backend's back, so that the next one to read it must notice; leave it
   * out when nobody can.
   */
  readonly damage?: () => Promise<void>;
  /** Releases what the last `create` and `reopen` took. */
  readonly cleanUp?: () => Promise<void>;
  /** Entries of the large cases. Default 2500. */
  readonly many?: number;
}

/** What every memory backend must do. Call it once per backend, with the real store behind it. */
export function memoryBackendSuite(t: SuiteApi, setup: MemoryBackendSetup): void {
  const test = (name: string, run: (backend: MemoryBackendSpec) => Promise<void>): void => t.test(name, async () => {
    const backend = await setup.create();
    try {
      await run(backend);
    } finally {
      await backend.close?.();
      await setup.cleanUp?.();
    }
  });

  test('an empty store has nothing', async (backend) => {
    t.equal(await backend.count(), 0);
    t.deepEqual(await backend.getMany(['a']), [null]);
    t.equal(await backend.deleteMany(['a']), 0);
    t.deepEqual(await all(backend), []);
    await backend.putMany([]);
    t.equal(await backend.count(), 0);
  });

  test('an entry comes back with every field', async (backend) => {
    const full = entry('wörk/😀 1', {
      text: 'line one\r\nline "two" \u0000 \ud83d\ude00 end', metadata: { deep: { list: [1, 'two', null, { x: true }] }, 'key with space': 'ü' },
      vector: Float32Array.from([1, -0.5, 3.4028234663852886e38, 1e-45]), embedder: 'm@1/4', namespace: 'user:1', docId: 'doc.md', start: 10,
      end: 20, hash: 'abc', createdAt: 1, expiresAt: 2,
    });
    await backend.putMany([full]);
    const [stored] = await backend.getMany([full.id]);
    const { vector, ...fields } = stored as StoredEntry;
    const { vector: expected, ...expectedFields } = full;
    if (backend.capabilities.vectors) {
      t.deepEqual(Array.from(vector ?? []), Array.from(expected as Float32Array));
      t.deepEqual(fields, expectedFields);
    } else t.deepEqual({ ...fields, embedder: full.embedder }, expectedFields);
  });

  test('results come in the order of the ids asked for, null for unknown ones', async (backend) => {
    await backend.putMany([entry('a'), entry('b'), entry('c')]);
    t.deepEqual((await backend.getMany(['c', 'x', 'a', 'c'])).map((item) => item?.id ?? null), ['c', null, 'a', 'c']);
    t.deepEqual(await backend.getMany([]), []);
  });

  test('an entry put again replaces the first; of two in one call the later wins', async (backend) => {
    await backend.putMany([entry('a', { text: 'one', metadata: { old: true } }), entry('b')]);
    await backend.putMany([entry('a', { text: 'two' }), entry('a', { text: 'three' })]);
    t.equal(await backend.count(), 2);
    const [stored] = await backend.getMany(['a']);
    t.equal(stored?.text, 'three');
    t.equal(stored?.metadata, null);
    t.deepEqual(ids(await all(backend)), ['a', 'b']);
  });

  test('a deleted entry is gone everywhere and is counted once', async (backend) => {
    await backend.putMany([entry('a'), entry('b'), entry('c')]);
    t.equal(await backend.deleteMany(['a', 'c', 'unknown']), 2);
    t.equal(await backend.deleteMany(['a']), 0);
    t.deepEqual(await backend.getMany(['a', 'b']), [null, entry('b')]);
    t.deepEqual(ids(await all(backend)), ['b']);
    await backend.putMany([entry('a', { text: 'again' })]);
    t.equal((await backend.getMany(['a']))[0]?.text, 'again');
    t.equal(await backend.count(), 2);
  });

  test('a scan gives each of many entries once, in pages', async (backend) => {
    const many = setup.many ?? 2500;
    const entries = Array.from({ length: many }, (_, i) => entry(`id-${i}`, { metadata: { i }, vector: Float32Array.from([i, 1]) }));
    const size = Math.min(many, backend.capabilities.maxBatch);
    for (let from = 0; from < many; from += size) await backend.putMany(entries.slice(from, from + size));
    t.equal(await backend.count(), many);
    const scanned = await all(backend, { limit: 100 });
    t.deepEqual(ids(scanned), ids(entries));
    const [sample] = scanned.filter((item) => item.id === `id-${many - 1}`);
    t.deepEqual(sample?.metadata, { i: many - 1 });
    if (backend.capabilities.vectors) t.deepEqual(Array.from(sample?.vector ?? []), [many - 1, 1]);
    t.deepEqual((await all(backend)).map((item) => item.id), (await all(backend)).map((item) => item.id));
  });

  test('a scan can be narrowed to a namespace', async (backend) => {
    await backend.putMany([entry('a'), entry('b', { namespace: 'n' }), entry('c', { namespace: 'n' }), entry('d', { namespace: 'm' })]);
    t.deepEqual(ids(await all(backend, { namespace: 'n' })), ['b', 'c']);
    t.deepEqual(ids(await all(backend, { namespace: '' })), ['a']);
    t.equal((await all(backend)).length, 4);
  });

  test('entries with and without vectors, and of different lengths, live side by side', async (backend) => {
    await backend.putMany([entry('none'), entry('two', { vector: Float32Array.from([1, 2]) }), entry('three', { vector: Float32Array.from([1, 2, 3]) })]);
    await backend.putMany([entry('more', { vector: Float32Array.from([4, 5]) })]);
    const found = await backend.getMany(['none', 'two', 'three', 'more']);
    t.equal(found[0]?.vector, undefined);
    if (!backend.capabilities.vectors) return;
    t.deepEqual(found.slice(1).map((item) => Array.from(item?.vector ?? [])), [[1, 2], [1, 2, 3], [4, 5]]);
  });

  test('calls made at the same time all take effect', async (backend) => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => backend.putMany([entry(`p${i}`), entry('shared', { text: `by ${i}` })])));
    t.equal(await backend.count(), 21);
    await Promise.all(Array.from({ length: 10 }, (_, i) => backend.deleteMany([`p${i}`])));
    t.equal(await backend.count(), 11);
  });

  test('the revision, where there is one, rises by one with each change and with nothing else', async (backend) => {
    if (backend.revision === undefined) return;
    const start = await backend.revision();
    await backend.putMany([entry('a'), entry('b')]);
    t.equal(await backend.revision(), start + 1);
    await backend.getMany(['a']);
    await backend.deleteMany(['unknown']);
    await backend.putMany([]);
    t.equal(await backend.revision(), start + 1);
    await backend.deleteMany(['a', 'b']);
    t.equal(await backend.revision(), start + 2);
  });

  awkwardCases(t, test);

  const { reopen, damage } = setup;
  if (reopen === undefined) return;

  test('what was acknowledged is there when the store is opened again', async (backend) => {
    const entries = Array.from({ length: 1500 }, (_, i) => entry(`id-${i}`, { vector: Float32Array.from([i, i + 0.5]) }));
    await backend.putMany(entries.slice(0, 1000));
    await backend.putMany(entries.slice(1000));
    await backend.deleteMany(entries.slice(0, 1200).map((item) => item.id));
    await backend.putMany([entry('id-1300', { text: 'changed' })]);
    await backend.close?.();
    const again = await reopen();
    t.equal(await again.count(), 300);
    t.equal((await again.getMany(['id-1300']))[0]?.text, 'changed');
    const last = (await again.getMany(['id-1499']))[0];
    if (again.capabilities.vectors) t.deepEqual(Array.from(last?.vector ?? []), [1499, 1499.5]);
    t.deepEqual(ids(await all(again)), ids(entries.slice(1200)));
    await again.close?.();
  });

  test('two that are open at once see and keep each other\'s writes', async (backend) => {
    if (!backend.capabilities.shared) return;
    const other = await reopen();
    await backend.putMany([entry('a')]);
    await other.putMany([entry('b')]);
    await Promise.all([backend.putMany([entry('c')]), other.putMany([entry('d')]), backend.deleteMany(['a']), other.putMany([entry('e')])]);
    t.deepEqual(ids(await all(backend)), ['b', 'c', 'd', 'e']);
    t.deepEqual(ids(await all(other)), ['b', 'c', 'd', 'e']);
    await other.close?.();
  });

  test('of writers at the same time none loses what another wrote, and every change is counted', async (backend) => {
    if (!backend.capabilities.shared) return;
    const other = await reopen();
    const start = await backend.revision?.();
    const write = async (writer: MemoryBackendSpec, name: string): Promise<void> => {
      for (let i = 0; i < 8; i++) {
        await writer.putMany([entry(`${name}${i}`), entry('both', { text: `by ${name}` }), entry(`${name}-passing`)]);
        await writer.deleteMany([`${name}-passing`]);
      }
    };
    await Promise.all([write(backend, 'x'), write(other, 'y')]);
    const expected = ['both', ...['x', 'y'].flatMap((name) => Array.from({ length: 8 }, (_, i) => `${name}${i}`))].toSorted();
    t.deepEqual(ids(await all(backend)), expected);
    t.deepEqual(ids(await all(other)), expected);
    if (start !== undefined) t.equal(await other.revision?.(), start + 32);
    await other.close?.();
  });

  if (damage === undefined) return;

  test('damaged bytes are a typed error, never an answer', async (backend) => {
    await backend.putMany(Array.from({ length: 20 }, (_, i) => entry(`d${i}`, { vector: Float32Array.from([i, 1]) })));
    await backend.close?.();
    await damage();
    const error = await fails(async () => {
      const again = await reopen();
      try {
        await all(again);
      } finally {
        await again.close?.();
      }
    });
    t.equal(error?.code, 'memory.corrupt');
  });
}
