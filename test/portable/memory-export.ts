import { encodeManifest, encodeSegment } from '../../src/memory/segments/segment-codec.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const suite: Suite<Lib> = (t, { memory: { InMemoryBackend, Memory }, root, segments: { exportEntries, importEntries } }) => {
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
      const manifest = encodeManifest({ format: 'blazen-memory-export', entries: 1, segments: [segment.length] });
      const file = new Uint8Array(manifest.length + segment.length);
      file.set(manifest);
      file.set(segment, manifest.length);
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
