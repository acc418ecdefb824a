import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { file, source, target } from '../../../scripts/build-kernels.mjs';
import { Arena } from '../../../src/memory/index/arena.ts';
import { Bitmap } from '../../../src/memory/index/bitmap.ts';
import { javaScriptKernels } from '../../../src/memory/index/js-kernels.ts';
import { simdKernels } from '../../../src/memory/index/kernels.ts';
import { LANES, Rotation } from '../../../src/memory/index/rotation.ts';
import { ExactIndex, type Accuracy, type Metric } from '../../../src/memory/index/exact-index.ts';
import { VectorIndex } from '../../../src/memory/index/vector-index.ts';
import { seeded } from './real-text.ts';

const byRow = (a: number, b: number): number => a - b;

// Sums of uniform numbers: close enough to normally distributed.
function noise(random: () => number, dimensions: number): Float32Array {
  return Float32Array.from({ length: dimensions }, () => random() + random() + random() - 1.5);
}

function clustered(random: () => number, dimensions: number, rows: number, spread: number): Float32Array[] {
  const centres = Array.from({ length: 20 }, () => noise(random, dimensions));
  return Array.from({ length: rows }, () => {
    const centre = centres[Math.floor(random() * centres.length)] as Float32Array;
    return noise(random, dimensions).map((value, i) => value * spread + (centre[i] as number));
  });
}

// The oracle: scores in plain arithmetic, everything compared with everything.
function truth(rows: readonly Float32Array[], query: Float32Array, allowed: Bitmap, metric: Metric, limit: number): number[] {
  const scored: { row: number; score: number }[] = [];
  rows.forEach((vector, row) => {
    if (!allowed.has(row)) return;
    let [dot, square, distance] = [0, 0, 0];
    for (let i = 0; i < vector.length; i++) {
      const [a, b] = [vector[i] as number, query[i] as number];
      dot += a * b;
      square += a * a;
      distance += (a - b) * (a - b);
    }
    scored.push({ row, score: metric === 'euclidean' ? -distance : metric === 'dot' ? dot : dot / Math.sqrt(square) });
  });
  return scored.toSorted((a, b) => b.score - a.score || a.row - b.row).slice(0, limit).map(({ row }) => row);
}

function everyRow(count: number, keep: (row: number) => boolean = () => true): Bitmap {
  const rows = new Bitmap(count);
  for (let row = 0; row < count; row++) if (keep(row)) rows.add(row);
  return rows;
}

describe('the kernels', () => {
  it('are the ones that the script in the repository makes', () => {
    expect(readFileSync(target, 'utf8')).toBe(source);
    expect([...readFileSync(file.target)]).toEqual([...file.bytes]);
  });

  it('give the same bits in WebAssembly and in JavaScript', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 3 }), fc.integer(), (turns, blocks, seed) => {
      const random = seeded(seed);
      const arena = new Arena();
      const [length, width, count] = [turns * 32, turns * 4, blocks * 16];
      const take = (numbers: number): number => arena.take(numbers * 4);
      const [rows, query, bitRows, tables, list, out] = [take(count * length), take(length), take(count * width), take(8 * width), take(count), take(count + 1)];
      const [starts, columns, factors, values, found] = [take(4), take(3 * count), take(length), take(length * 4), take(count + 1)];
      for (let i = 0; i < count * length; i++) arena.bytes[rows + i] = Math.floor(random() * 255) - 127;
      for (let i = 0; i < length; i++) arena.shorts[query / 2 + i] = Math.floor(random() * 8191) - 4095;
      for (let i = 0; i < count * width; i++) arena.bytes[bitRows + i] = Math.floor(random() * 256);
      for (let i = 0; i < 32 * width; i++) arena.bytes[tables + i] = Math.floor(random() * 128);
      for (let i = 0; i < count; i++) arena.ints[list / 4 + i] = rows + Math.floor(random() * count) * length;
      for (let i = 0; i < 4; i++) arena.ints[starts / 4 + i] = rows + ((i * count) / 4) * length;
      for (let i = 0; i < 3 * count; i++) arena.floats[columns / 4 + i] = random() - 0.5;
      for (let i = 0; i < length; i++) arena.floats[factors / 4 + i] = random() - 0.5;
      const weight = (): number => random() - 0.5;
      const weights = [weight(), weight(), weight(), weight(), weight(), 0] as const;
      const block = 2 ** Math.floor(Math.log2(length));
      const results = [javaScriptKernels, simdKernels].map((make) => {
        const kernels = make(arena);
        const read = (from: number, numbers: number): number[] => [...arena.ints.subarray(from / 4, from / 4 + numbers)];
        kernels.bytes(list, count - 1, query, out, length, 1);
        const listed = read(out, count - 1);
        kernels.bytes(starts, 4, query, out, length, count / 4);
        const direct = read(out, count);
        kernels.select(out, count, columns, columns + count * 4, columns + count * 8, found, ...weights);
        const chosen = [read(found, ((arena.ints[found / 4] as number) - found) / 4), read(out, count)];
        kernels.bits(bitRows, count, tables, out, width);
        const sums = read(out, count);
        for (let i = 0; i < length * 4; i++) arena.floats[values / 4 + i] = Math.fround(Math.sin(i + seed));
        kernels.rotate(values, factors, length, values + (length - block) * 16, block);
        return { direct, listed, chosen, sums, rotated: read(values, length * 4) };
      });
      expect(results[1]).toEqual(results[0]);
    }), { numRuns: 200 });
  });
});

describe('Rotation', () => {
  it.each([64, 96, 384, 1024])('of %i numbers keeps lengths and angles', (dimensions) => {
    const random = seeded(dimensions);
    const arena = new Arena();
    const rotation = new Rotation(arena, simdKernels(arena), dimensions);
    const at = rotation.values / 4;
    for (let i = 0; i < dimensions * LANES; i++) arena.floats[at + i] = random() - 0.5;
    const dot = (x: number, y: number): number => {
      let sum = 0;
      for (let i = 0; i < dimensions; i++) sum += (arena.floats[at + i * LANES + x] as number) * (arena.floats[at + i * LANES + y] as number);
      return sum;
    };
    const products = (): number[] => [dot(0, 0), dot(0, 1), dot(2, 3), dot(3, 3)];
    const before = products();
    rotation.apply();
    products().forEach((product, i) => expect(product).toBeCloseTo(before[i] as number, 3));
  });
});

describe('Arena', () => {
  it('says with a typed error that there is no more room, and goes on as it was', () => {
    const arena = new Arena();
    const address = arena.take(64);
    arena.floats[address / 4] = 7;
    for (const size of [2 ** 31, 2 ** 40, Infinity]) {
      expect(() => arena.take(size)).toThrow(expect.objectContaining({ name: 'MemoryError', message: expect.stringMatching(/no more than 0 MB/) as string }));
    }
    expect(arena.take(64)).toBe(address + 64);
    expect(arena.floats[address / 4]).toBe(7);
  });
});

describe('VectorIndex', () => {
  const cases: [Metric, number, number][] = [['cosine', 96, 0.4], ['cosine', 33, 2], ['dot', 64, 1], ['euclidean', 100, 0.7], ['cosine', 3, 1]];
  it.each(cases)('finds the true nearest by %s in %i dimensions (spread %d)', (metric, dimensions, spread) => {
    const random = seeded(dimensions);
    const rows = clustered(random, dimensions, 4500, spread);
    const indexes = [javaScriptKernels, simdKernels].map((make) => new VectorIndex(dimensions, metric, true, make));
    const small = new ExactIndex(dimensions, metric);
    for (const index of [...indexes, small]) for (const vector of rows) index.add(vector);
    const allowed = everyRow(rows.length, (row) => row % 9 !== 0);
    const found: Record<Accuracy, number> = { exact: 0, high: 0, fast: 0 };
    let total = 0;
    for (let i = 0; i < 30; i++) {
      const query = (rows[Math.floor(random() * rows.length)] as Float32Array).map((value) => value + random() - 0.5);
      const expected = truth(rows, query, allowed, metric, 10);
      total += 10;
      for (const accuracy of ['exact', 'high', 'fast'] as const) {
        const [js, simd] = indexes.map((index) => index.search(query, 10, allowed, byRow, accuracy));
        expect(simd).toEqual(js);
        if (accuracy === 'exact') expect(small.search(query, 10, allowed, byRow)).toEqual(js);
        found[accuracy] += (js as { row: number }[]).filter(({ row }) => expected.includes(row)).length;
      }
    }
    expect(found.exact).toBe(total);
    expect(found.high / total).toBeGreaterThanOrEqual(0.995);
    expect(found.fast / total).toBeGreaterThanOrEqual(0.99);
  });

  it('finds everything that a narrow filter allows', () => {
    const random = seeded(1);
    const rows = clustered(random, 64, 5000, 0.5);
    const index = new VectorIndex(64);
    for (const vector of rows) index.add(vector);
    for (const share of [0.001, 0.01, 0.1, 0.6]) {
      const allowed = everyRow(rows.length, () => random() < share);
      const query = noise(random, 64);
      for (const accuracy of share < 0.5 ? ['exact', 'high', 'fast'] as const : ['exact', 'high'] as const) {
        expect(index.search(query, 10, allowed, byRow, accuracy).map(({ row }) => row)).toEqual(truth(rows, query, allowed, 'cosine', 10));
      }
    }
  });

  it('gives the same results after compaction and further adding', () => {
    const random = seeded(2);
    const rows = clustered(random, 80, 6000, 0.5);
    const index = new VectorIndex(80);
    for (const vector of rows.slice(0, 5000)) index.add(vector);
    const keep = everyRow(5000, (row) => row % 3 !== 1);
    index.search(noise(random, 80), 5, keep, byRow, 'fast');
    index.compact(keep);
    const left = rows.filter((_, row) => row >= 5000 || row % 3 !== 1);
    for (const vector of rows.slice(5000)) index.add(vector);
    const all = everyRow(left.length);
    let found = 0;
    for (let i = 0; i < 50; i++) {
      const query = noise(random, 80);
      const expected = truth(left, query, all, 'cosine', 10);
      expect(index.search(query, 10, all, byRow, 'exact').map(({ row }) => row)).toEqual(expected);
      expect(index.search(query, 10, all, byRow, 'high').map(({ row }) => row)).toEqual(expected);
      const fast = index.search(query, 10, all, byRow, 'fast').map(({ row }) => row);
      found += fast.filter((row) => expected.includes(row)).length;
    }
    expect(found / 500).toBeGreaterThanOrEqual(0.99);
  });

  it('orders equal scores by the given order, also when thousands are equal', () => {
    const index = new VectorIndex(32);
    for (let i = 0; i < 3000; i++) index.add(new Float32Array(32).fill(1));
    const reversed = (a: number, b: number): number => b - a;
    expect(index.search(new Float32Array(32).fill(1), 3, everyRow(3000), reversed).map(({ row }) => row)).toEqual([2999, 2998, 2997]);
    expect(index.search(new Float32Array(32).fill(1), 3, everyRow(3000), reversed, 'fast').map(({ row }) => row)).toEqual([2999, 2998, 2997]);
  });
});
