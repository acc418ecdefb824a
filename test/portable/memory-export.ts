import { encodeManifest, encodeSegment } from '../../src/memory/segments/segment-codec.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const suite: Suite<Lib> = (t, { memory: { InMemoryBackend, Memory }, root, segments: { exportEntries, exportStream, importEntries } }) => {
  const filled = async (): Promise<InstanceType<typeof Memory>> => {
    const memory = new Memory();
    await memory.addMany(Array.from({ length: 1500 }, (_, i) => ({ id: `e${i}`, text: `entry ${i} ünï 😀`, metadata: { i } })), { batchSize: 500 });
    await memory.namespace('ada').add('own', 'entry of ada');
    return memory;
  };

  t.test('an export brings every entry, vector and namespace into another memory that is already open', async () => {
    const memory = await filled();
    const file = await exportEntries(memory.backend);
    const other = new Memory();
    await other.add('there', 'before');
    t.equal(await importEntries(other.backend, file), 1501);
    t.equal(await other.count(), 1501);
    t.equal((await other.namespace('ada').get('own'))?.text, 'entry of ada');
    await other.delete('there');
    t.deepEqual(await other.search('entry 777', 5), await memory.search('entry 777', 5));
  });

  t.test('a hundred thousand entries go from one backend into another with a page of each in between', async () => {
    const count = 100_000;
    const page = 1000;
    const entryAt = (i: number) => ({ id: `e${i}`, text: `entry ${i}`, metadata: { i }, vector: Float32Array.from([i, 0.5, -i]), embedder: 'm@/3' });
    // A backend of made-up entries and one that only looks at what it is given: nothing but the stream holds any of them.
    let [pages, waiting, most] = [0, 0, 0];
    const source = new InMemoryBackend();
    source.scan = (options) => {
      const from = Number(options?.cursor ?? 0);
      pages++;
      return Promise.resolve({ items: Array.from({ length: page }, (_, i) => entryAt(from + i)), cursor: from + page < count ? String(from + page) : null });
    };
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for await (const part of exportStream(source)) {
        waiting += part.length;
        most = Math.max(most, waiting);
        // As a network or a disk gives them: in pieces that fit nothing.
        for (let at = 0; at < part.length; at += 70_001) yield part.slice(at, at + 70_001);
        waiting -= part.length;
      }
    };
    let next = 0;
    const target = new InMemoryBackend();
    target.putMany = (entries) => {
      for (const entry of entries) {
        const expected = entryAt(next++);
        if (entry.id !== expected.id || entry.vector?.[2] !== expected.vector[2] || entry.metadata?.['i'] !== expected.metadata.i) throw new Error(`${entry.id} is not ${expected.id}`);
      }
      return Promise.resolve();
    };
    t.equal(await importEntries(target, pieces), count);
    t.deepEqual([next, pages], [count, 2 * count / page]);
    t.ok(most < 300_000, `${most} bytes were on their way at once`);
  });

  t.test('an export can be a Blob or a stream that is begun anew, and one that ends early writes nothing', async () => {
    const memory = await filled();
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const part of exportStream(memory.backend)) parts.push(part);
    const blob = new Blob(parts);
    for (const source of [blob, () => blob.stream()]) {
      const target = new InMemoryBackend();
      t.equal(await importEntries(target, source), 1501);
      t.equal(await target.count(), 1501);
    }
    const target = new InMemoryBackend();
    await t.rejects(importEntries(target, new Blob(parts.slice(0, -1))), root.MemoryCorruptError);
    await t.rejects(importEntries(target, new Blob(parts.slice(1))), root.MemoryCorruptError);
    await t.rejects(importEntries(target, new Blob([...parts, ...parts])), root.MemoryCorruptError);
    await t.rejects(importEntries(target, new Blob([])), root.MemoryCorruptError);
    await t.rejects(importEntries(target, blob, { signal: AbortSignal.abort() }), root.AbortedError);
    t.equal(await target.count(), 0);
  });

  t.test('a damaged export is refused as a whole', async () => {
    const file = await exportEntries((await filled()).backend);
    const target = new InMemoryBackend();
    for (let at = 0; at < file.length; at += Math.floor(file.length / 60)) {
      await t.rejects(importEntries(target, file.map((byte, i) => (i === at ? byte ^ 4 : byte))), root.MemoryCorruptError);
    }
    for (const length of [0, 10, 24, 1000, file.length - 1]) await t.rejects(importEntries(target, file.slice(0, length)), root.MemoryCorruptError);
    await t.rejects(importEntries(target, new TextEncoder().encode('{"not": "an export of a memory"}')), root.MemoryCorruptError);
    t.equal(await target.count(), 0);
  });

  t.test('a forged export with right checksums cannot bring in hostile keys or damaged vectors', async () => {
    const forge = (entry: object): Uint8Array => {
      const segment = encodeSegment([entry as never], 'vector' in entry ? 2 : 0);
      const manifest = encodeManifest({ format: 'blazen-memory-export', entries: 1, segments: 1 });
      const file = new Uint8Array(segment.length + manifest.length);
      file.set(segment);
      file.set(manifest, segment.length);
      return file;
    };
    const target = new InMemoryBackend();
    t.equal(await importEntries(target, forge({ id: 'a', text: 'fine', metadata: null })), 1);
    for (const entry of [
      { id: 'a', text: 'x', metadata: JSON.parse('{"__proto__": {"polluted": true}}') as unknown }, { id: 1, text: 'x', metadata: null },
      { id: 'a', metadata: null }, { id: 'a', text: 'x', metadata: null, vector: Float32Array.from([1, Number.NaN]) },
    ]) await t.rejects(importEntries(target, forge(entry)), root.MemoryCorruptError);
    t.equal((await target.get('a'))?.text, 'fine');
  });
};

export default suite;
