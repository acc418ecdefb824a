import type { SegmentStoreSpec } from '../../src/spec/memory.ts';
import { badInputSuite } from '../helpers/memory-bad-input.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

// The least a segment store can be: a map. `fail` makes the next write stop half way, as a crash would.
function mapStore(blobs: Map<string, Uint8Array>): SegmentStoreSpec & { crashAfter: number } {
  return {
    kind: 'segments', persistent: false, shared: true, crashAfter: Infinity,
    readSegments: (keys) => Promise.resolve(keys.map((key) => blobs.get(key)?.slice() ?? null)),
    async writeSegments(changes, expected) {
      const current = expected === undefined ? null : blobs.get(expected.key) ?? null;
      if (expected !== undefined && String(current) !== String(expected.bytes)) return false;
      for (const { key, bytes } of changes) {
        if (this.crashAfter-- <= 0) throw new Error('The power went out');
        if (bytes === null) blobs.delete(key);
        else blobs.set(key, bytes.slice());
      }
      return true;
    },
    listSegments: () => Promise.resolve([...blobs.keys()]),
  };
}

const suite: Suite<Lib> = (t, { memory, root, segments: { SegmentBackend }, testing }) => {
  const { CustomBackendAdapter, InMemoryBackend, Memory } = memory;
  const named = (name: string): typeof t => ({ ...t, test: (title, run) => t.test(`${name}: ${title}`, run) });

  testing.memoryBackendSuite(named('in-memory'), { create: () => Promise.resolve(new InMemoryBackend()) });

  let blobs = new Map<string, Uint8Array>();
  testing.memoryBackendSuite(named('segments'), {
    create: () => Promise.resolve(new SegmentBackend(mapStore(blobs = new Map<string, Uint8Array>()))),
    reopen: () => Promise.resolve(new SegmentBackend(mapStore(blobs))),
    damage: () => {
      const [key, bytes] = [...blobs].find(([name]) => name.startsWith('segment-')) as [string, Uint8Array];
      blobs.set(key, bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte)));
      return Promise.resolve();
    },
  });

  badInputSuite(named('in-memory'), { create: () => Promise.resolve(new InMemoryBackend()) });
  badInputSuite(named('segments'), {
    create: () => Promise.resolve(new SegmentBackend(mapStore(blobs = new Map<string, Uint8Array>()))),
    reopen: () => Promise.resolve(new SegmentBackend(mapStore(blobs))),
  });

  let rows = new Map<string, string>();
  const rowBackend = (): InstanceType<typeof CustomBackendAdapter> => new CustomBackendAdapter({
    put: (entry) => { rows.set(entry.id, JSON.stringify(entry)); },
    get: (id) => JSON.parse(rows.get(id) ?? 'null') as unknown,
    delete: (id) => rows.delete(id), list: () => [...rows.values()].map((row) => JSON.parse(row) as unknown), len: () => rows.size,
  });
  testing.memoryBackendSuite(named('six methods'), {
    create: () => { rows = new Map(); return Promise.resolve(rowBackend()); },
    reopen: () => Promise.resolve(rowBackend()),
  });

  // The methods that make it better, on a base class and as handlers; both must be used when they are there.
  let calls: string[] = [];
  let revision = 0;
  const batched = (): NonNullable<ConstructorParameters<typeof memory.MemoryBackend>[0]> => ({
    put: () => { throw new Error('putMany is there'); },
    get: () => { throw new Error('getMany is there'); },
    delete: () => { throw new Error('deleteMany is there'); },
    list: () => [...rows.values()].map((row) => JSON.parse(row) as unknown),
    len: () => rows.size,
    putMany: (entries) => {
      const lines = entries.map((entry) => [entry.id, JSON.stringify(entry)] as const);
      for (const [id, line] of lines) rows.set(id, line);
      calls.push('putMany');
      revision++;
    },
    getMany: (ids) => ids.map((id) => JSON.parse(rows.get(id) ?? 'null') as unknown),
    deleteMany: (ids) => {
      const deleted = ids.filter((id) => rows.delete(id)).length;
      if (deleted > 0) revision++;
      return Promise.resolve(deleted);
    },
    revision: () => revision,
    close: () => { calls.push('close'); },
  });
  testing.memoryBackendSuite(named('handlers with batches'), {
    create: () => { rows = new Map(); revision = 0; return Promise.resolve(new CustomBackendAdapter(new memory.MemoryBackend(batched()))); },
    reopen: () => Promise.resolve(new CustomBackendAdapter(new memory.MemoryBackend(batched()))),
  });

  t.test('a memory over handlers writes in batches, sees other writers by their revision and closes', async () => {
    rows = new Map();
    calls = [];
    const backend = new memory.MemoryBackend(batched());
    const first = new Memory(null, backend);
    await first.addMany([{ id: 'a', text: 'one' }, { id: 'b', text: 'two' }]);
    t.deepEqual(calls, ['putMany']);
    const second = new Memory(null, backend);
    await second.add('c', 'three');
    t.deepEqual((await first.searchLocal('three', 1)).map((hit) => hit.id), ['c']);
    await first.close();
    t.deepEqual(calls, ['putMany', 'putMany', 'close']);
  });

  t.test('a crash at any point of a commit leaves the state before or after it', async () => {
    for (let crash = 0; crash < 5; crash++) {
      const store = new Map<string, Uint8Array>();
      const before = new Memory(null, new SegmentBackend(mapStore(store)));
      await before.addMany(Array.from({ length: 1030 }, (_, i) => ({ id: `e${i}`, text: `entry ${i}` })), { batchSize: 1030 });
      const failing = mapStore(store);
      const memory = new Memory(null, new SegmentBackend(failing));
      t.equal(await memory.count(), 1030);
      failing.crashAfter = crash;
      const wrote = await memory.addMany([{ id: 'e5', text: 'changed' }, { id: 'new', text: 'added' }]).then(() => true, () => false);
      const after = new Memory(null, new SegmentBackend(mapStore(store)));
      const changed = (await after.get('e5'))?.text === 'changed';
      t.equal(await after.count(), changed ? 1031 : 1030);
      t.equal((await after.get('new'))?.text, changed ? 'added' : undefined);
      if (wrote) t.ok(changed, 'an acknowledged write must survive');
      await after.add('later', 'the store still takes entries');
      t.equal((await new Memory(null, new SegmentBackend(mapStore(store))).get('later'))?.id, 'later');
    }
  });

  t.test('damage to any byte of a segment or manifest is a typed error that changes nothing', async () => {
    const store = new Map<string, Uint8Array>();
    await new Memory(null, new SegmentBackend(mapStore(store))).addMany(Array.from({ length: 20 }, (_, i) => ({ id: `e${i}`, text: `entry ${i}` })));
    for (const [key, bytes] of store) {
      for (let at = 0; at < bytes.length; at += Math.max(1, Math.floor(bytes.length / 97))) {
        const damaged = new Map([...store, [key, bytes.map((byte, i) => (i === at ? byte ^ 0x10 : byte))]]);
        await t.rejects(new Memory(null, new SegmentBackend(mapStore(damaged))).count(), root.MemoryCorruptError);
      }
      for (const length of [0, 3, 23, bytes.length - 1]) {
        const cut = new Map([...store, [key, bytes.slice(0, length)]]);
        await t.rejects(new Memory(null, new SegmentBackend(mapStore(cut))).count(), root.MemoryCorruptError);
      }
    }
    const lost = new Map([...store].filter(([key]) => key === 'manifest'));
    await t.rejects(new Memory(null, new SegmentBackend(mapStore(lost))).count(), root.MemoryCorruptError);
  });

  t.test('deleting and replacing keeps the store from growing without end', async () => {
    const store = new Map<string, Uint8Array>();
    const memory = new Memory(null, new SegmentBackend(mapStore(store)));
    for (let round = 0; round < 8; round++) {
      await memory.addMany(Array.from({ length: 1500 }, (_, i) => ({ id: `e${i}`, text: `round ${round}` })), { batchSize: 500 });
    }
    t.ok(store.size <= 5, `1,500 live entries lie in ${store.size} blobs`);
    t.equal(await new Memory(null, new SegmentBackend(mapStore(store))).count(), 1500);
  });
};

export default suite;
