// The scan kernels of memory/index. All lengths are multiples of what one turn of the inner loop reads, see VectorIndex.
import {
  I32, V128, add, addBytes, addFloat, addFloats, addInts, addShorts, and, assemble, below, constant, dot, floatLane, get, intLane,
  isZero, leaveIf, load, load32, loadWide, mulFloats, pairBytes, pairShorts, popcount, relaxedMulAdd, repeat, set, shl,
  shlShorts, store32, storeFloat, tee, zero,
} from './assemble.mjs';

/** @typedef {import('./assemble.mjs').Code} Code */

const step = (/** @type {number} */ local, /** @type {number} */ bytes) => set(local, add(get(local), constant(bytes)));
const sumInts = (/** @type {number} */ local) => add(
  add(intLane(get(local), 0), intLane(get(local), 1)), add(intLane(get(local), 2), intLane(get(local), 3)));
const sumFloats = (/** @type {number} */ local) => addFloat(
  addFloat(floatLane(get(local), 0), floatLane(get(local), 1)), addFloat(floatLane(get(local), 2), floatLane(get(local), 3)));
const clear = (/** @type {number[]} */ ...locals) => locals.map((local) => set(local, zero));

// (rows, count, query, out, dimensions): 32-bit float dot products; 16 numbers a turn.
function floats(/** @type {(sum: Code, row: Code, query: Code) => Code} */ mulAdd) {
  const [rows, count, query, out, dimensions, at, end, a, b, c, d] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  return {
    name: 'floats', parameters: 5, locals: [I32, I32, V128, V128, V128, V128],
    body: [
      leaveIf(isZero(get(count))),
      set(end, add(get(query), shl(get(dimensions), 2))),
      repeat([
        clear(a, b, c, d), set(at, get(query)),
        repeat([
          [a, b, c, d].map((sum, i) => set(sum, mulAdd(get(sum), load(get(rows), 16 * i), load(get(at), 16 * i)))),
          step(rows, 64),
        ], below(tee(at, add(get(at), constant(64))), get(end))),
        set(a, addFloats(addFloats(get(a), get(b)), addFloats(get(c), get(d)))),
        storeFloat(get(out), sumFloats(a)), step(out, 4),
      ], tee(count, add(get(count), constant(-1)))),
    ],
  };
}

// One row of bytes times a query of 16-bit integers, 32 numbers a turn; the sum ends up in `a`.
const byteRow = (/** @type {number} */ row, /** @type {number} */ query, /** @type {number} */ at, /** @type {number} */ end, /** @type {number} */ a, /** @type {number} */ b) => [
  clear(a, b), set(at, get(query)),
  repeat([
    [a, b, a, b].map((sum, i) => set(sum, addInts(get(sum), dot(loadWide(get(row), 8 * i), load(get(at), 16 * i))))),
    step(row, 32),
  ], below(tee(at, add(get(at), constant(64))), get(end))),
  set(a, addInts(get(a), get(b))),
];

// (rows, count, query, out, dimensions): integer dot products of consecutive rows.
function bytes() {
  const [rows, count, query, out, dimensions, at, end, a, b] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  return {
    name: 'bytes', parameters: 5, locals: [I32, I32, V128, V128],
    body: [
      leaveIf(isZero(get(count))),
      set(end, add(get(query), shl(get(dimensions), 1))),
      repeat([byteRow(rows, query, at, end, a, b), store32(get(out), sumInts(a)), step(out, 4)], tee(count, add(get(count), constant(-1)))),
    ],
  };
}

// (addresses, count, query, out, dimensions): the same for rows anywhere.
function bytesAt() {
  const [addresses, count, query, out, dimensions, at, end, row, a, b] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  return {
    name: 'bytesAt', parameters: 5, locals: [I32, I32, I32, V128, V128],
    body: [
      leaveIf(isZero(get(count))),
      set(end, add(get(query), shl(get(dimensions), 1))),
      repeat([
        set(row, load32(get(addresses))), byteRow(row, query, at, end, a, b),
        store32(get(out), sumInts(a)), step(addresses, 4), step(out, 4),
      ], tee(count, add(get(count), constant(-1)))),
    ],
  };
}

// (rows, count, planes, out, width): the bits of each row against two bit planes of the query, weighted 1 and 2.
// `width` is bytes per row and per plane; byte counters hold up to 31 turns.
function bits() {
  const [rows, count, planes, out, width, at, end, v, s0, s1] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  return {
    name: 'bits', parameters: 5, locals: [I32, I32, V128, V128, V128],
    body: [
      leaveIf(isZero(get(count))),
      set(end, add(get(planes), get(width))),
      repeat([
        clear(s0, s1), set(at, get(planes)),
        repeat([
          set(v, load(get(rows))),
          set(s0, addBytes(get(s0), popcount(and(get(v), load(get(at)))))),
          set(s1, addBytes(get(s1), popcount(and(get(v), load(add(get(at), get(width))))))),
          step(rows, 16),
        ], below(tee(at, add(get(at), constant(16))), get(end))),
        set(s0, pairShorts(addShorts(pairBytes(get(s0)), shlShorts(pairBytes(get(s1)), 1)))),
        store32(get(out), sumInts(s0)), step(out, 4),
      ], tee(count, add(get(count), constant(-1)))),
    ],
  };
}

// (from, end): reads 64 bytes a turn and does nothing with them: the floor the benchmark compares with.
function readAll() {
  const [from, end, a, b, c, d] = [0, 1, 2, 3, 4, 5];
  return {
    name: 'readAll', parameters: 2, locals: [V128, V128, V128, V128],
    body: [
      repeat([a, b, c, d].map((sum, i) => set(sum, addInts(get(sum), load(get(from), 16 * i)))), below(tee(from, add(get(from), constant(64))), get(end))),
      set(a, addInts(addInts(get(a), get(b)), addInts(get(c), get(d)))), store32(constant(0), sumInts(a)),
    ],
  };
}

/** The modules, as bytes: fixed SIMD, and a replacement of `floats` with relaxed SIMD. */
export const modules = {
  fixed: assemble([floats((sum, row, query) => addFloats(sum, mulFloats(row, query))), bytes(), bytesAt(), bits()]),
  relaxed: assemble([floats((sum, row, query) => relaxedMulAdd(row, query, sum))]),
};

/** The memory-read probe of the benchmark. */
export const floor = assemble([readAll()]);

