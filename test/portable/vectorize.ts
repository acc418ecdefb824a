import { asBinding, SimulatedVectorize } from '../helpers/vectorize-simulation.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const topics = ['harbours', 'lamps', 'tides', 'oil', 'fog'];
const entries = Array.from({ length: 150 }, (_, i) => ({
  id: `p${i}`, text: `paragraph ${i} on ${topics[i % 5]} and ${['ships', 'keepers', 'rocks'][i % 3]}`,
  metadata: { topic: topics[i % 5], year: 1900 + i, even: i % 2 === 0, long: `${'x'.repeat(70)}${i % 2}`, tags: ['a', i] },
}));

const suite: Suite<Lib> = (t, { database: { DatabaseMemory }, memory: { HashEmbedder, Memory }, root, vectorize: { createVectorizeMemory } }) => {
  const model = { modelId: 'hash', dimensions: 512, embed: (all: string[]) => new HashEmbedder().doEmbed(all) };
  const indexed = ['topic', 'year', 'even', 'long'];

  t.test('Vectorize, simulated: finds what a memory finds, for every metric and filter, within the documented limits', async () => {
    for (const [metric, own] of [['cosine', 'cosine'], ['dot-product', 'dot'], ['euclidean', 'euclidean']] as const) {
      const there = new DatabaseMemory(model, createVectorizeMemory(asBinding(new SimulatedVectorize(512, metric, indexed)), { metric, indexed }));
      const here = new Memory(model, null, { metric: own });
      t.equal(await there.addMany(entries, { batchSize: 5000 }), 150);
      await here.addMany(entries);
      const filters = [
        null, { topic: 'fog' }, { year: { $gte: 1950, $lt: 1990 } }, { topic: { $in: ['oil', 'fog'] }, even: true }, { even: false, year: { $gt: 2030 } },
        // Applied to the nearest 100: the memory behind is small enough for that to be all of them.
        { topic: 'lamps', tags: { $exists: true } }, { long: `${'x'.repeat(70)}1`, year: { $lt: 1960 } }, { topic: { $ne: 'fog' }, year: { $lte: 1980 } },
        { $or: [{ topic: 'fog' }, { topic: 'oil' }], year: { $gt: 1990, $lt: 2040 } },
      ];
      for (const filter of filters) {
        for (const limit of [1, 7, 20, 45]) {
          const options = { limit, filter, mode: 'semantic' } as const;
          const [expected, found] = [await here.search('fog, rocks and lamp keepers', options), await there.search('fog, rocks and lamp keepers', options)];
          t.deepEqual(found.map(({ score }) => score.toFixed(4)), expected.map(({ score }) => score.toFixed(4)), `${metric} ${JSON.stringify(filter)} ${limit}`);
        }
      }
    }
  });

  t.test('Vectorize, simulated: entries, ids and namespaces of any length come back, are counted and replaced', async () => {
    const index = new SimulatedVectorize(512);
    const memory = new DatabaseMemory(model, createVectorizeMemory(asBinding(index)));
    const ids = ['a', 'ä'.repeat(100), 'ä'.repeat(101), '\ud800', '\udfff', '__proto__', 'x'.repeat(1024)];
    await memory.addMany(ids.map((id) => ({ id, text: `text of ${id.slice(0, 9)}`, metadata: { id } })));
    t.equal((await index.describe()).vectorCount, ids.length);
    t.deepEqual((await memory.search('text', 20)).map(({ id }) => id).toSorted(), ids.toSorted());
    for (const id of ids) t.equal((await memory.get(id))?.metadata?.['id'], id);
    const user = memory.namespace('user '.repeat(40));
    await user.add('a', 'of somebody else', null);
    t.deepEqual((await user.search('text', 20)).map(({ id, text }) => [id, text]), [['a', 'of somebody else']]);
    await memory.add('a', 'replaced');
    t.equal((await memory.get('a'))?.text, 'replaced');
    t.equal(await memory.deleteMany(['a', '\ud800', 'unknown', 'a']), 2);
    t.equal((await index.describe()).vectorCount, ids.length - 1);
    t.equal((await user.get('a'))?.text, 'of somebody else');
    const many = Array.from({ length: 230 }, (_, i) => `m${i}`);
    await memory.addMany(many.map((id) => ({ id, text: id })));
    t.equal(await memory.deleteMany(many), 230);
  });

  t.test('Vectorize, simulated: what has expired is not found, and makes room for what has not', async () => {
    let now = 0;
    const memory = new DatabaseMemory(model, createVectorizeMemory(asBinding(new SimulatedVectorize(512))), { clock: { now: () => now } });
    await memory.addMany(Array.from({ length: 30 }, (_, i) => ({ id: `e${i}`, text: `the same words ${i}`, ...(i < 20 ? { ttlMs: 10 } : {}) })));
    now = 10;
    t.equal((await memory.search('the same words 3', 10)).length, 10);
  });

  t.test('Vectorize, simulated: what it cannot do is a typed error', async () => {
    const memory = new DatabaseMemory(model, createVectorizeMemory(asBinding(new SimulatedVectorize(512))));
    await t.rejects(memory.add('large', 'word '.repeat(3000)), { type: root.MemoryError, message: /10240 at most/ });
    await t.rejects(memory.search('x', 101), root.ValidationError);
    t.throws(() => createVectorizeMemory(asBinding(new SimulatedVectorize(512)), { indexed: ['a.b'] }), root.ValidationError);
    const other = new DatabaseMemory({ ...model, dimensions: 3, embed: (all: string[]) => Promise.resolve(all.map(() => [1, 2, 3])) }, createVectorizeMemory(asBinding(new SimulatedVectorize(512))));
    await t.rejects(other.add('a', 'text'), { type: root.MemoryError, message: /wrong dimensions/ });
    await t.rejects(memory.search('x', { signal: AbortSignal.abort() }), root.AbortedError);
    t.throws(() => new DatabaseMemory(model, {} as never), root.ValidationError);
  });
};

export default suite;
