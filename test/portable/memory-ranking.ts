import type { EmbeddingSpec } from '../../src/spec/embedding.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const DIMENSIONS = 64;

function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

const suite: Suite<Lib> = (t, { memory: { Memory } }) => {
  t.test('a large memory gives the same ids in the same order in every runtime', async () => {
    const random = numbers(11);
    const centres = Array.from({ length: 30 }, () => Array.from({ length: DIMENSIONS }, () => random() - 0.5));
    const vector = (): Float32Array => {
      const centre = centres[Math.floor(random() * centres.length)] as number[];
      return Float32Array.from(centre, (value) => value + (random() - 0.5) * 0.7);
    };
    let next = vector();
    const embedder: EmbeddingSpec = { modelId: 'scripted', dimensions: DIMENSIONS, doEmbed: (texts) => Promise.resolve(texts.map(() => next)) };
    const memory = new Memory(embedder);
    await memory.addMany(Array.from({ length: 3500 }, (_, i) => ({ id: `row ${i}`, text: 'x', metadata: { part: i % 10 }, vector: vector() })), { batchSize: 700 });
    await memory.deleteMany(Array.from({ length: 300 }, (_, i) => `row ${i * 7}`));
    let digest = 0;
    for (let i = 0; i < 200; i++) {
      next = vector();
      for (const accuracy of ['exact', 'high', 'fast'] as const) {
        const hits = await memory.search('q', { mode: 'semantic', accuracy, limit: 10, filter: i % 4 === 0 ? { part: i % 10 } : null });
        t.equal(hits.length, 10);
        for (const { id } of hits) digest = (Math.imul(digest, 31) + Number(id.slice(4))) >>> 0;
      }
    }
    t.equal(digest, 3988063421);
  });
};

export default suite;
