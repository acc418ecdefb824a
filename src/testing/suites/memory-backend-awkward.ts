import type { MemoryBackendSpec } from '../../spec/memory.ts';
import { all, entry, fails, ids } from './memory-entries.ts';
import type { SuiteApi } from './suite-api.ts';

// Ids that are somebody's keyword, path, separator, pattern or escape, and pairs that only sloppy code takes for one.
const UNSAFE = [
  '__proto__', 'constructor', 'toString', '../../etc/passwd', '/', '.', '..', ' ', '\n', '\t\r', '"', "'", '\\', '`', '%', '%00', '\u0000', 'a\u0000b',
  '*', '?', '[a]', '{tag}', 'a:b', 'a|b', "'; DROP TABLE entries; --", '$1', '${x}', '<script>', '\ud800', '\udfff', '\ufffd', 'é', 'e\u0301', 'A', 'a',
  '🦊', '\u202e', 'null', 'undefined', 'manifest', 'segment-1', '0', '00', '-1', 'x'.repeat(1024),
];

/** Large entries and batches, unsafe names, expiry, aborted calls and failing batches. */
export function awkwardCases(t: SuiteApi, test: (name: string, run: (backend: MemoryBackendSpec) => Promise<void>) => void): void {
  test('ids that mean something to a database, a path or an object are ids like any other', async (backend) => {
    const size = Math.min(UNSAFE.length, backend.capabilities.maxBatch);
    for (let from = 0; from < UNSAFE.length; from += size) {
      await backend.putMany(UNSAFE.slice(from, from + size).map((id) => entry(id, { text: `this is ${id}`, namespace: id, docId: id })));
    }
    t.equal(await backend.count(), UNSAFE.length);
    t.deepEqual(ids(await all(backend)), UNSAFE.toSorted());
    const found = await backend.getMany(UNSAFE);
    t.deepEqual(found.map((item) => [item?.id, item?.text, item?.docId]), UNSAFE.map((id) => [id, `this is ${id}`, id]));
    for (const id of ['__proto__', 'a', '\ud800', '*']) t.deepEqual(ids(await all(backend, { namespace: id })), [id]);
    t.equal(await backend.deleteMany(['*', '?', '\ud800', 'A']), 4);
    t.deepEqual((await backend.getMany(['*', '[a]', '\udfff', 'a'])).map((item) => item?.id ?? null), [null, '[a]', '\udfff', 'a']);
    t.equal(await backend.count(), UNSAFE.length - 4);
  });

  test('an entry of a megabyte is kept whole beside small ones', async (backend) => {
    const text = '0123456789 äöü 😀 "\\" '.repeat(50_000).slice(0, 1_000_000);
    await backend.putMany([entry('small'), entry('large', { text, vector: Float32Array.from([1, 2]) }), entry('other')]);
    const [large, small] = await backend.getMany(['large', 'small']);
    t.ok(large?.text === text, 'the text has changed');
    t.equal(small?.text, 'text of small');
    await backend.putMany([entry('large', { text: 'shorter now' })]);
    t.deepEqual((await all(backend)).map((item) => item.text).toSorted(), ['shorter now', 'text of other', 'text of small']);
  });

  test('a batch as large as the store takes goes in and out in one call each', async (backend) => {
    const size = Math.min(backend.capabilities.maxBatch, 1024);
    const batch = Array.from({ length: size }, (_, i) => entry(`b${i}`, { vector: Float32Array.from([i, -i]) }));
    await backend.putMany(batch);
    t.equal(await backend.count(), size);
    t.deepEqual((await backend.getMany(batch.map((item) => item.id))).map((item) => item?.id), batch.map((item) => item.id));
    t.equal(await backend.deleteMany(batch.map((item) => item.id)), size);
    t.deepEqual(await all(backend), []);
  });

  test('a cursor gives the same page again, whatever page size is asked for', async (backend) => {
    await backend.putMany(Array.from({ length: 50 }, (_, i) => entry(`c${i}`)));
    for (const limit of [1, 7, 49, 50, 51]) t.equal(new Set(ids(await all(backend, { limit }))).size, 50);
    const first = await backend.scan({ limit: 7 });
    if (first.cursor === null) return;
    const page = async (): Promise<string[]> => (await backend.scan({ limit: 7, cursor: first.cursor })).items.map((item) => item.id);
    const again = await page();
    t.deepEqual(await page(), again);
    t.ok(again.every((id) => !first.items.some((item) => item.id === id)), 'two pages share an entry');
  });

  test('an entry that has expired is there, with its time, until it is deleted', async (backend) => {
    await backend.putMany([entry('old', { createdAt: 1, expiresAt: 2 }), entry('new', { createdAt: 3, expiresAt: 8.64e15 })]);
    t.deepEqual((await backend.getMany(['old', 'new'])).map((item) => [item?.createdAt, item?.expiresAt]), [[1, 2], [3, 8.64e15]]);
    t.deepEqual(ids(await all(backend)), ['new', 'old']);
    await backend.putMany([entry('old')]);
    t.deepEqual(await backend.getMany(['old']), [entry('old')]);
  });

  test('namespaces whose names begin alike share nothing', async (backend) => {
    const names = ['n', 'n2', 'N', 'n:', 'n/', ''];
    await backend.putMany(names.map((namespace, i) => entry(`${namespace}\u001fsame`, { text: `of ${i}`, ...(namespace === '' ? {} : { namespace }) })));
    for (const [i, namespace] of names.entries()) {
      t.deepEqual((await all(backend, { namespace })).map((item) => item.text), [`of ${i}`]);
    }
    await backend.deleteMany(['n\u001fsame']);
    t.deepEqual(await all(backend, { namespace: 'n' }), []);
    t.equal((await all(backend)).length, names.length - 1);
  });

  test('a call that was aborted before it began leaves the store as it was', async (backend) => {
    await backend.putMany([entry('kept')]);
    const signal = AbortSignal.abort();
    const put = await fails(() => backend.putMany([entry('kept', { text: 'changed' }), entry('added')], { signal }));
    const deleted = await fails(() => backend.deleteMany(['kept'], { signal }));
    // What keeps nothing waits for nothing.
    if (!backend.capabilities.persistent && put === null && deleted === null) return;
    t.deepEqual([put?.code, deleted?.code], ['aborted', 'aborted']);
    t.deepEqual(await all(backend), [entry('kept')]);
  });

  test('of a batch that fails nothing is stored, where the store promises so', async (backend) => {
    await backend.putMany([entry('kept')]);
    const bad = { toJSON: () => { throw new Error('This cannot be written'); } };
    const error = await fails(() => backend.putMany([entry('kept', { text: 'changed' }), entry('first'), entry('bad', { metadata: { bad } }), entry('last')]));
    if (error !== null && backend.capabilities.atomicBatch) t.deepEqual(await all(backend), [entry('kept')]);
    await backend.putMany([entry('next')]);
    t.equal((await backend.getMany(['next']))[0]?.text, 'text of next');
    t.equal((await backend.getMany(['kept']))[0]?.id, 'kept');
  });
}
