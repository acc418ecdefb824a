// The data sets: 384 numbers each, length 1. Made once, kept in .cache/ (ignored by git).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { DIMENSIONS, gaussian, K, QUERIES, uniform, unit } from './numbers.mjs';
import { textVectors } from './text.mjs';

const CLUSTERS = 200;
const RANK = 24;
const SEED = 7;
// Raised when a generator changes, so that nobody measures old data.
const VERSION = 1;
const cache = new URL('.cache/', import.meta.url);

/**
 * 200 clusters. 'low': each in 24 directions of its own that get weaker, as texts on one subject are. 'iso': noise in
 * every direction, so that all neighbours are nearly equally far, which is as hard as it gets.
 */
function clustered(kind, count) {
  const random = uniform(SEED);
  const normal = gaussian(random);
  const centres = Float32Array.from({ length: CLUSTERS * DIMENSIONS }, normal);
  const basis = kind === 'low' ? Float32Array.from({ length: CLUSTERS * RANK * DIMENSIONS }, normal) : null;
  const fill = (target, row) => {
    const cluster = Math.floor(random() * CLUSTERS);
    const vector = target.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
    vector.set(centres.subarray(cluster * DIMENSIONS, (cluster + 1) * DIMENSIONS));
    if (basis === null) for (let i = 0; i < DIMENSIONS; i++) vector[i] += 0.9 * normal();
    else {
      for (let j = 0; j < RANK; j++) {
        const weight = (0.55 * normal()) / Math.sqrt(1 + j * 0.35);
        const from = (cluster * RANK + j) * DIMENSIONS;
        for (let i = 0; i < DIMENSIONS; i++) vector[i] += weight * basis[from + i];
      }
      for (let i = 0; i < DIMENSIONS; i++) vector[i] += 0.12 * normal();
    }
    unit(vector);
  };
  const queries = new Float32Array(QUERIES * DIMENSIONS);
  for (let row = 0; row < QUERIES; row++) fill(queries, row);
  const rows = new Float32Array(count * DIMENSIONS);
  for (let row = 0; row < count; row++) fill(rows, row);
  return { queries, rows };
}

/** The best K rows per query, by everything compared with everything. */
function truth({ queries, rows, allowed }) {
  const count = rows.length / DIMENSIONS;
  const best = new Int32Array(QUERIES * K);
  for (let q = 0; q < QUERIES; q++) {
    const query = Float64Array.from(queries.subarray(q * DIMENSIONS, (q + 1) * DIMENSIONS));
    const scores = new Float64Array(K).fill(-Infinity);
    const found = new Int32Array(K).fill(-1);
    for (let row = 0, at = 0; row < count; row++, at += DIMENSIONS) {
      if (allowed !== undefined && !allowed(row)) continue;
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let i = 0; i < DIMENSIONS; i += 4) {
        a += query[i] * rows[at + i];
        b += query[i + 1] * rows[at + i + 1];
        c += query[i + 2] * rows[at + i + 2];
        d += query[i + 3] * rows[at + i + 3];
      }
      const score = a + b + c + d;
      if (score <= scores[K - 1]) continue;
      let place = K - 1;
      for (; place > 0 && scores[place - 1] < score; place--) {
        scores[place] = scores[place - 1];
        found[place] = found[place - 1];
      }
      scores[place] = score;
      found[place] = row;
    }
    best.set(found, q * K);
  }
  return best;
}

/** Rows that a filter of this selectivity lets through: every so many of them, spread over the clusters. */
export const passes = (share) => (row) => (Math.imul(row + 1, 0x9e3779b1) >>> 0) / 4294967296 < share;

export const SHARES = [0.001, 0.01, 0.1];

/** `low-100000`, `iso-10000` or `text`: vectors, queries and what is true of them. */
export function dataSet(name) {
  mkdirSync(cache, { recursive: true });
  const file = new URL(`${name}.${VERSION}.f32`, cache);
  const answers = new URL(`${name}.${VERSION}.i32`, cache);
  if (!existsSync(file) || !existsSync(answers)) {
    const [kind, count] = name.split('-');
    const made = kind === 'text' ? textVectors() : clustered(kind, Number(count));
    const whole = new Float32Array(made.queries.length + made.rows.length);
    whole.set(made.queries);
    whole.set(made.rows, made.queries.length);
    const lists = [truth(made), ...SHARES.map((share) => truth({ ...made, allowed: passes(share) }))];
    writeFileSync(file, new Uint8Array(whole.buffer));
    writeFileSync(answers, new Uint8Array(Int32Array.from(lists.flatMap((list) => [...list])).buffer));
  }
  const whole = new Float32Array(bytes(file));
  const lists = new Int32Array(bytes(answers));
  const list = (i) => lists.subarray(i * QUERIES * K, (i + 1) * QUERIES * K);
  const rows = whole.slice(QUERIES * DIMENSIONS);
  return {
    name, queries: whole.slice(0, QUERIES * DIMENSIONS), rows, count: rows.length / DIMENSIONS,
    truth: list(0), filtered: SHARES.map((share, i) => ({ share, truth: list(i + 1) })),
  };
}

function bytes(file) {
  const data = readFileSync(file);
  return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
}
