// A WebAssembly assembler of just the instructions the kernels need. Code is nested arrays of bytes.

/** @typedef {number | readonly Code[]} Code */

const leb = (/** @type {number} */ value) => {
  const bytes = [];
  for (let rest = value >>> 0; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
};
const sleb = (/** @type {number} */ value) => {
  const bytes = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const byte = rest & 127;
    if ((rest >> 7 === 0 && (byte & 64) === 0) || (rest >> 7 === -1 && (byte & 64) !== 0)) return [...bytes, byte];
    bytes.push(byte | 128);
  }
};
const simd = (/** @type {number} */ code, /** @type {Code[]} */ ...rest) => [0xfd, ...leb(code), ...rest];
const vector = (/** @type {readonly Code[]} */ items) => [leb(items.length), ...items];
const section = (/** @type {number} */ id, /** @type {Code} */ content) => {
  const bytes = flat(content);
  return [id, leb(bytes.length), bytes];
};
const text = (/** @type {string} */ value) => vector([...new TextEncoder().encode(value)]);

/** @type {(code: Code) => number[]} */
export const flat = (code) => (typeof code === 'number' ? [code] : code.flatMap(flat));

export const I32 = 0x7f;
export const F32 = 0x7d;
export const V128 = 0x7b;

export const get = (/** @type {number} */ local) => [0x20, leb(local)];
export const set = (/** @type {number} */ local, /** @type {Code} */ value) => [value, 0x21, leb(local)];
export const tee = (/** @type {number} */ local, /** @type {Code} */ value) => [value, 0x22, leb(local)];
export const constant = (/** @type {number} */ value) => [0x41, sleb(value)];
export const add = (/** @type {Code} */ a, /** @type {Code} */ b) => [a, b, 0x6a];
export const shl = (/** @type {Code} */ a, /** @type {number} */ bits) => [a, constant(bits), 0x74];
export const mul = (/** @type {Code} */ a, /** @type {Code} */ b) => [a, b, 0x6c];
export const below = (/** @type {Code} */ a, /** @type {Code} */ b) => [a, b, 0x49];
/** Of signed integers. */
export const above = (/** @type {Code} */ a, /** @type {Code} */ b) => [a, b, 0x4a];
export const load32 = (/** @type {Code} */ address, offset = 0) => [address, 0x28, 2, leb(offset)];
export const store32 = (/** @type {Code} */ address, /** @type {Code} */ value) => [address, value, 0x36, 2, 0];
/** Stores a 32-bit integer as a float. */
export const storeAsFloat = (/** @type {Code} */ address, /** @type {Code} */ value) => [address, value, 0xb2, 0x38, 2, 0];
export const andInt = (/** @type {Code} */ a, /** @type {Code} */ b) => [a, b, 0x71];
/** Place of the lowest one bit. */
export const lowestBit = (/** @type {Code} */ value) => [value, 0x68];
/** Runs the body while the condition holds, at least once. */
export const repeat = (/** @type {Code} */ body, /** @type {Code} */ condition) => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b];
/** Runs the body when the condition holds. */
export const when = (/** @type {Code} */ condition, /** @type {Code} */ body) => [condition, 0x04, 0x40, body, 0x0b];

export const sameBytes = (/** @type {number} */ value) => simd(0x0c, Array.from({ length: 16 }, () => value));
export const zero = sameBytes(0);
export const load = (/** @type {Code} */ address, offset = 0) => [address, simd(0x00, 0, leb(offset))];
/** Eight signed bytes, widened to 16 bits each. */
export const loadWide = (/** @type {Code} */ address, offset = 0) => [address, simd(0x01, 0, leb(offset))];
const binary = (/** @type {number} */ code) => (/** @type {Code} */ a, /** @type {Code} */ b) => [a, b, simd(code)];
export const and = binary(0x4e);
export const addBytes = binary(0x6e);
export const addShorts = binary(0x8e);
export const addInts = binary(0xae);
export const addFloats = binary(0xe4);
export const subFloats = binary(0xe5);
export const mulFloats = binary(0xe6);
export const atLeast = binary(0x46);
/** Products of 16-bit lanes, added in pairs to 32 bits. */
export const dot = binary(0xba);
export const subShorts = binary(0x91);
/** Looks each byte of `b`, below 16, up in `a`. */
export const lookUp = binary(0x0e);
export const shlShorts = (/** @type {Code} */ a, /** @type {number} */ bits) => [a, constant(bits), simd(0x8b)];
export const shrShorts = (/** @type {Code} */ a, /** @type {number} */ bits) => [a, constant(bits), simd(0x8d)];
/** Four of eight unsigned 16-bit lanes as floats: the first ones, or the last ones. */
export const lowFloats = (/** @type {Code} */ a) => [a, simd(0xa9), simd(0xfa)];
export const highFloats = (/** @type {Code} */ a) => [a, simd(0xaa), simd(0xfa)];
export const intLane = (/** @type {Code} */ a, /** @type {number} */ lane) => [a, simd(0x1b, lane)];
/** A float in memory, in all four lanes. */
export const loadSame = (/** @type {Code} */ address) => [address, simd(0x09, 0, 0)];
/** A float in all four lanes. */
export const allLanes = (/** @type {Code} */ value) => [value, simd(0x13)];
export const store = (/** @type {Code} */ address, /** @type {Code} */ value, offset = 0) => [address, value, simd(0x0b, 0, leb(offset))];
/** The sign bits of four lanes. */
export const laneBits = (/** @type {Code} */ a) => [a, simd(0xa4)];

/**
 * A module that imports its memory as `e.m` and exports functions without a result. Behind the parameters of a function come so
 * many locals of 32-bit integers and of vectors.
 *
 * @param {ReadonlyArray<{ name: string, parameters: readonly number[], ints: number, vectors: number, body: Code }>} functions
 */
export function assemble(functions) {
  return Uint8Array.from(flat([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    section(1, vector(functions.map(({ parameters }) => [0x60, vector(parameters), 0]))),
    section(2, vector([[text('e'), text('m'), 2, 0, 1]])),
    section(3, vector(functions.map((_, i) => leb(i)))),
    section(7, vector(functions.map(({ name }, i) => [text(name), 0, leb(i)]))),
    section(10, vector(functions.map(({ ints, vectors, body }) => {
      const code = flat([vector([[ints, I32], [vectors, V128]]), body, 0x0b]);
      return [leb(code.length), code];
    }))),
  ]));
}
