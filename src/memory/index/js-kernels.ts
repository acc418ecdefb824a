import type { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';

const { fround } = Math;

/** The kernels where there is no SIMD. */
export function javaScriptKernels(arena: Arena): Kernels {
  const row = (address: number, query: number, length: number): number => {
    const { bytes, shorts } = arena;
    const from = query >> 1;
    let [a, b] = [0, 0];
    for (let i = 0; i < length; i += 2) {
      a += (bytes[address + i] as number) * (shorts[from + i] as number);
      b += (bytes[address + i + 1] as number) * (shorts[from + i + 1] as number);
    }
    return a + b;
  };
  return {
    bytes(addresses, count, query, out, length, run) {
      for (let i = 0; i < count * run; i++) {
        const first = arena.ints[(addresses >> 2) + Math.floor(i / run)] as number;
        arena.floats[(out >> 2) + i] = row(first + (i % run) * length, query, length);
      }
    },
    bits(rows, count, tables, out, length) {
      const { bytes, floats } = arena;
      for (let block = 0, at = rows; block < count; block += 16) {
        const from = (out >> 2) + block;
        floats.fill(0, from, from + 16);
        for (let table = tables, end = tables + length * 32; table < end; table += 32) {
          for (let i = 0; i < 16; i++, at++) {
            const byte = bytes[at] as number;
            const row = from + (i >> 1) + (i & 1) * 8;
            floats[row] = (floats[row] as number) + (bytes[table + (byte & 15)] as number) + (bytes[table + 16 + ((byte >> 4) & 15)] as number);
          }
        }
      }
    },
    select(values, count, a, b, c, out, ...weights) {
      const { floats, ints } = arena;
      const at = (address: number, i: number): number => floats[(address >> 2) + i] as number;
      const [w0, w1, w2, w3, w4, w5] = weights.map(fround) as typeof weights;
      let to = out >> 2;
      for (let i = 0; i < count; i++) {
        const scaled = fround(fround(fround(at(values, i) * w0) + w1) * at(a, i));
        const value = fround(fround(fround(scaled + fround(at(b, i) * w2)) + fround(at(c, i) * w3)) + w4);
        floats[(values >> 2) + i] = value;
        if (value >= w5) ints[++to] = i;
      }
      ints[out >> 2] = (to + 1) << 2;
    },
    rotate(values, factors, dimensions, part, block) {
      const { floats } = arena;
      for (let i = 0, at = values >> 2; i < dimensions * 4; i++, at++) floats[at] = (floats[at] as number) * (floats[(factors + i) >> 2] as number);
      const start = part >> 2;
      for (let half = 4; half < block * 4; half *= 2) {
        for (let group = start; group < start + block * 4; group += 2 * half) {
          for (let i = group; i < group + half; i++) {
            const [a, b] = [floats[i] as number, floats[i + half] as number];
            floats[i] = a + b;
            floats[i + half] = a - b;
          }
        }
      }
    },
  };
}
