// The scan kernels of memory/index. All lengths are multiples of what one turn of the inner loop reads, see VectorIndex.
import {
  F32, I32, above, add, addBytes, addFloats, addInts, addShorts, allLanes, and, andInt, assemble, atLeast, below, constant, dot, get, highFloats,
  intLane, laneBits, load, load32, loadSame, loadWide, lookUp, lowFloats, lowestBit, mul, mulFloats, repeat, sameBytes,
  set, shl, shlShorts, shrShorts, store, store32, storeAsFloat, subFloats, subShorts, tee, when, zero,
} from './assemble.mjs';

/** @typedef {import('./assemble.mjs').Code} Code */

const step = (/** @type {number} */ local, /** @type {number} */ bytes) => set(local, add(get(local), constant(bytes)));
const sumInts = (/** @type {number} */ local) => add(
  add(intLane(get(local), 0), intLane(get(local), 1)), add(intLane(get(local), 2), intLane(get(local), 3)));

// (addresses, count, query, out, dimensions, run): rows of bytes times a query of 16-bit integers, `run` rows from each
// address. Four addresses at a time: what is loaded of the query serves four rows, and memory is read as four streams.
function bytes() {
  const [addresses, count, query, out, dimensions, run, at, end, left, to, q] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 18];
  const four = [0, 1, 2, 3].map((i) => ({ row: 10 + i, sum: 14 + i }));
  return {
    name: 'bytes', parameters: [I32, I32, I32, I32, I32, I32], ints: 8, vectors: 5,
    body: [
      set(end, add(get(query), shl(get(dimensions), 1))),
      repeat([
        four.map(({ row }, i) => set(row, load32(get(addresses), 4 * i))),
        set(left, get(run)),
        repeat([
          four.map(({ sum }) => set(sum, zero)), set(at, get(query)),
          repeat([
            [0, 1].map((half) => [
              set(q, load(get(at), 16 * half)),
              four.map(({ row, sum }) => set(sum, addInts(get(sum), dot(loadWide(get(row), 8 * half), get(q))))),
            ]),
            four.map(({ row }) => step(row, 16)),
          ], below(tee(at, add(get(at), constant(32))), get(end))),
          set(to, get(out)),
          four.map(({ sum }) => [storeAsFloat(get(to), sumInts(sum)), set(to, add(get(to), shl(get(run), 2)))]),
          step(out, 4),
        ], tee(left, add(get(left), constant(-1)))),
        set(out, add(get(out), mul(get(run), constant(12)))),
        step(addresses, 16),
      ], above(tee(count, add(get(count), constant(-4))), constant(0))),
    ],
  };
}

// (rows, count, tables, out, length): bits against a query. Rows come in blocks of 16, in which the same byte of each
// follows: its two halves are looked up in a table of 16 bytes each, and what is found there is added up. Bytes 2 i of a
// block are its row i, bytes 2 i + 1 its row 8 + i: so the sums of 16 bits end up in order.
function bits() {
  const [rows, count, tables, out, length, at, end, v, both, odd] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const half = sameBytes(15);
  return {
    name: 'bits', parameters: [I32, I32, I32, I32, I32], ints: 2, vectors: 3,
    body: [
      set(end, add(get(tables), shl(get(length), 5))),
      repeat([
        set(both, zero), set(odd, zero), set(at, get(tables)),
        repeat([
          set(v, load(get(rows))),
          set(v, addBytes(lookUp(load(get(at)), and(get(v), half)), lookUp(load(get(at), 16), and(shrShorts(get(v), 4), half)))),
          set(both, addShorts(get(both), get(v))),
          set(odd, addShorts(get(odd), shrShorts(get(v), 8))),
          step(rows, 16),
        ], below(tee(at, add(get(at), constant(32))), get(end))),
        set(both, subShorts(get(both), shlShorts(get(odd), 8))),
        store(get(out), lowFloats(get(both))), store(get(out), highFloats(get(both)), 16),
        store(get(out), lowFloats(get(odd)), 32), store(get(out), highFloats(get(odd)), 48),
        step(out, 64),
      ], tee(count, add(get(count), constant(-16)))),
    ],
  };
}

// (values, count, a, b, c, out, w0 to w5): turns the value v of each row into (v * w0 + w1) * a + b * w2 + c * w3 + w4 and
// lists the rows where that is at least w5; the end of the list is stored in front of it. Four rows a turn.
function select() {
  const [values, count, a, b, c, out, single, row, to, mask, v, weights] = [0, 1, 2, 3, 4, 5, 6, 12, 13, 14, 15, 16];
  const weight = (/** @type {number} */ i) => get(weights + i);
  const weighted = (/** @type {Code} */ sum, /** @type {number} */ column, /** @type {number} */ i) => addFloats(sum, mulFloats(load(get(column)), weight(i)));
  return {
    name: 'select', parameters: [I32, I32, I32, I32, I32, I32, F32, F32, F32, F32, F32, F32], ints: 3, vectors: 7,
    body: [
      [0, 1, 2, 3, 4, 5].map((i) => set(weights + i, allLanes(get(single + i)))),
      set(to, add(get(out), constant(4))),
      repeat([
        set(v, mulFloats(addFloats(mulFloats(load(get(values)), weight(0)), weight(1)), load(get(a)))),
        set(v, addFloats(weighted(weighted(get(v), b, 2), c, 3), weight(4))),
        store(get(values), get(v)),
        when(tee(mask, laneBits(atLeast(get(v), weight(5)))), repeat([
          store32(get(to), add(get(row), lowestBit(get(mask)))), step(to, 4),
        ], tee(mask, andInt(get(mask), add(get(mask), constant(-1)))))),
        [values, a, b, c].map((local) => step(local, 16)),
      ], below(tee(row, add(get(row), constant(4))), get(count))),
      store32(get(out), get(to)),
    ],
  };
}

// (values, factors, dimensions, part, block): multiplies the numbers of four vectors, which are the lanes, and transforms a
// block of them from `part` on (Hadamard, unscaled), in place.
function rotate() {
  const [values, factors, dimensions, part, block, half, at, to, end, a, b] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  return {
    name: 'rotate', parameters: [I32, I32, I32, I32, I32], ints: 4, vectors: 2,
    body: [
      set(end, add(get(values), shl(get(dimensions), 4))),
      repeat([
        store(get(values), mulFloats(load(get(values)), loadSame(get(factors)))), step(factors, 4),
      ], below(tee(values, add(get(values), constant(16))), get(end))),
      set(end, add(get(part), shl(get(block), 4))),
      set(half, constant(16)),
      repeat([
        set(at, get(part)),
        repeat([
          set(to, add(get(at), get(half))),
          repeat([
            set(a, load(get(at))), set(b, load(add(get(at), get(half)))),
            store(get(at), addFloats(get(a), get(b))), store(add(get(at), get(half)), subFloats(get(a), get(b))),
          ], below(tee(at, add(get(at), constant(16))), get(to))),
        ], below(tee(at, add(get(at), get(half))), get(end))),
      ], below(tee(half, shl(get(half), 1)), shl(get(block), 4))),
    ],
  };
}

// (from, end): reads 64 bytes a turn and does nothing with them: the floor the benchmark compares with.
function readAll() {
  const [from, end, a, b, c, d] = [0, 1, 2, 3, 4, 5];
  return {
    name: 'readAll', parameters: [I32, I32], ints: 0, vectors: 4,
    body: [
      repeat([a, b, c, d].map((sum, i) => set(sum, addInts(get(sum), load(get(from), 16 * i)))), below(tee(from, add(get(from), constant(64))), get(end))),
      set(a, addInts(addInts(get(a), get(b)), addInts(get(c), get(d)))), store32(constant(0), sumInts(a)),
    ],
  };
}

/** The module, as bytes. */
export const kernels = assemble([bytes(), bits(), select(), rotate()]);

/** The memory-read probe of the benchmark. */
export const floor = assemble([readAll()]);

