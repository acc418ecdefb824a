import { Bitmap } from '../../src/memory/index/bitmap.ts';
import { ExactIndex, type Accuracy, type Metric } from '../../src/memory/index/exact-index.ts';
import { javaScriptKernels } from '../../src/memory/index/js-kernels.ts';
import type { ScoredRow } from '../../src/memory/index/top-k.ts';
import { VectorIndex } from '../../src/memory/index/vector-index.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

// What each 1,000 searches give; found once, and the same ever since.
const DIGESTS = [3564854696, 3753780580, 797791717, 1123037808, 817415068, 60407144, 459470792, 210976378, 2830493306, 2463797402];
const ROUNDS = 2;
const SEARCHES = 500;
const METRICS: readonly Metric[] = ['cosine', 'dot', 'euclidean'];
const ACCURACIES: readonly Accuracy[] = ['exact', 'high', 'fast'];
const DIMENSIONS = [64, 3, 96, 33, 128];

/** Nothing but multiplication and addition of integers: the same in every runtime. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

const bits = new DataView(new ArrayBuffer(8));
function mix(digest: number, hits: readonly ScoredRow[]): number {
  let mixed = digest;
  for (const { row, score } of hits) {
    bits.setFloat64(0, score);
    for (const part of [row, bits.getUint32(0), bits.getUint32(4)]) mixed = Math.imul(mixed ^ part, 0x01000193) >>> 0;
  }
  return mixed;
}

const suite: Suite<Lib> = (t) => {
  DIGESTS.forEach((expected, part) => t.test(`10,000 random searches give the same rows and scores, with SIMD, without, and in every runtime: part ${part + 1}`, () => {
    const random = numbers(2027 + part);
    const whole = (limit: number): number => Math.floor(random() * limit);
    let digest = 0;
    let wrong = 0;
    for (let round = part * ROUNDS; round < (part + 1) * ROUNDS; round++) {
      const dimensions = DIMENSIONS[round % DIMENSIONS.length] as number;
      const metric = METRICS[round % METRICS.length] as Metric;
      const centres = Array.from({ length: 12 }, () => Array.from({ length: dimensions }, () => random() - 0.5));
      // Steps of an eighth in every other round, so that many vectors are equal and many scores too.
      const vector = (): Float32Array => Float32Array.from(centres[whole(12)] as number[], (value) => {
        const moved = value + (random() - 0.5) * 0.8;
        return round % 2 === 0 ? moved : Math.round(moved * 8) / 8 + 0.0625;
      });
      const packed = new VectorIndex(dimensions, metric);
      const plain = new VectorIndex(dimensions, metric, true, javaScriptKernels);
      const oracle = new ExactIndex(dimensions, metric);
      const add = (count: number): void => {
        for (let i = 0; i < count; i++) {
          const added = vector();
          for (const index of [packed, plain, oracle]) index.add(added);
        }
      };
      const some = (share: number): Bitmap => {
        const rows = new Bitmap(packed.rows);
        for (let row = 0; row < packed.rows; row++) if (random() < share) rows.add(row);
        return rows;
      };
      add([300, 1100, 2200, 1500][round % 4] as number);
      const filters = (): Bitmap[] => [1, 1, 0.5, 0.1, 0.02].map((share) => some(share).intersect(live));
      let live = some(0.95);
      let allow = filters();
      for (let i = 0; i < SEARCHES; i++) {
        if (i === SEARCHES / 2) {
          for (const index of [packed, plain, oracle]) index.compact(live);
          add(200);
          live = some(0.97);
          allow = filters();
        }
        const query = vector();
        const limit = 1 + whole(20);
        const accuracy = ACCURACIES[whole(3)] as Accuracy;
        const allowed = allow[whole(5)] as Bitmap;
        const ties = 1 + 2 * whole(2000);
        const order = (a: number, b: number): number => ((a * ties) % 4096) - ((b * ties) % 4096);
        const hits = packed.search(query, limit, allowed, order, accuracy);
        digest = mix(digest, hits);
        if (mix(0, hits) !== mix(0, plain.search(query, limit, allowed, order, accuracy))) wrong++;
        if (accuracy === 'exact' && mix(0, hits) !== mix(0, oracle.search(query, limit, allowed, order))) wrong++;
      }
    }
    t.equal(wrong, 0);
    t.equal(digest, expected);
  }));
};

export default suite;
