// Who takes part. `make(set)` gives `search(query)`, which answers with row numbers, and what is known about its size;
// `convert` is what the query has to be turned into beforehand, which is not timed.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { floor } from '../../../scripts/kernels/kernels.mjs';
import { passes, SHARES } from '../data.mjs';
import { DIMENSIONS, K } from '../numbers.mjs';

const require = createRequire(import.meta.url);
const built = (path) => import(new URL(`../../../dist/browser/memory/index/${path}.js`, import.meta.url).href);
const vectorOf = (rows, i) => rows.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS);
const byRow = (a, b) => a - b;
const numbers = (query) => Array.from(query);

/** What a machine needs to read so many bytes per row with the widest loads that WebAssembly has. */
const floorOf = (bytes) => ({ count }) => {
  const size = count * bytes;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((size + 65_536) / 65_536) });
  // Pages that were never written are all the same one.
  new Uint8Array(memory.buffer).fill(7);
  const { readAll } = new WebAssembly.Instance(new WebAssembly.Module(floor), { e: { m: memory } }).exports;
  return { search: () => { readAll(64, 64 + size); } };
};

let shared = null;
/** One index for all our rows; its memory is counted as it grows. */
async function ours({ rows, count }) {
  if (shared !== null) return shared;
  const [{ VectorIndex }, { Bitmap }] = await Promise.all([built('vector-index'), built('bitmap')]);
  // eslint-disable-next-line typescript/unbound-method -- called with its memory below
  const { grow } = WebAssembly.Memory.prototype;
  let pages = 1;
  WebAssembly.Memory.prototype.grow = function counted(delta) {
    pages += delta;
    return grow.call(this, delta);
  };
  const index = new VectorIndex(DIMENSIONS, 'cosine');
  const all = new Bitmap(count);
  const began = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    index.add(vectorOf(rows, i));
    all.add(i);
  }
  const { user, system } = process.cpuUsage(began);
  WebAssembly.Memory.prototype.grow = grow;
  shared = { index, all, Bitmap, buildMs: (user + system) / 1000, bytes: (pages * 65_536) / count };
  return shared;
}

const own = (accuracy, share) => async (set) => {
  const { index, all, Bitmap, buildMs, bytes } = await ours(set);
  let allowed = all;
  if (share !== undefined) {
    allowed = new Bitmap(set.count);
    for (let i = 0; i < set.count; i++) if (passes(share)(i)) allowed.add(i);
  }
  return { buildMs, bytes, search: (query) => index.search(query, K, allowed, byRow, accuracy).map(({ row }) => row) };
};

/** Bytes per vector of what `write` puts into a file. */
function saved(count, write) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-memory-'));
  try {
    write(join(folder, 'index'));
    return statSync(join(folder, 'index')).size / count;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function bruteForce({ rows, count }) {
  const { BruteforceSearch } = require('hnswlib-node');
  const index = new BruteforceSearch('ip', DIMENSIONS);
  index.initIndex(count);
  for (let i = 0; i < count; i++) index.addPoint(numbers(vectorOf(rows, i)), i);
  return { convert: numbers, bytes: DIMENSIONS * 4, search: (query) => index.searchKnn(query, K).neighbors };
}

async function exactSearch({ rows }) {
  const { exactSearch: search, MetricKind } = await import('usearch');
  return { bytes: DIMENSIONS * 4, search: (query) => [...search(rows, query, DIMENSIONS, K, MetricKind.IP, 1).keys].map(Number) };
}

const EFFORTS = [10, 20, 40, 80, 160, 320, 640];
/** With the least effort that finds as much as `recall`. */
function hnswlib({ rows, count }, { recallOf, recall }) {
  const { HierarchicalNSW } = require('hnswlib-node');
  const graph = new HierarchicalNSW('ip', DIMENSIONS);
  graph.initIndex({ maxElements: count, m: 16, efConstruction: 200 });
  for (let i = 0; i < count; i++) graph.addPoint(numbers(vectorOf(rows, i)), i);
  const made = { convert: numbers, search: (query) => graph.searchKnn(query, K).neighbors };
  const effort = EFFORTS.find((ef) => {
    graph.setEf(ef);
    return recallOf(made) >= recall || ef === EFFORTS.at(-1);
  });
  return { ...made, note: `ef ${effort}`, bytes: saved(count, (path) => graph.writeIndexSync(path)) };
}

async function usearchGraph({ rows, count }) {
  const { Index } = await import('usearch');
  const index = new Index({ metric: 'ip', connectivity: 16, dimensions: DIMENSIONS, expansion_search: 64 });
  index.add(BigUint64Array.from({ length: count }, (_, i) => BigInt(i)), rows, 1);
  // A subarray's offset is ignored: every query needs a buffer of its own.
  return { convert: (query) => query.slice(), search: (query) => [...index.search(query, K, 1).keys].map(Number), bytes: saved(count, (path) => index.save(path)) };
}

async function orama({ rows, count }) {
  const { create, insertMultiple, search } = await import('@orama/orama');
  const db = create({ schema: { embedding: `vector[${DIMENSIONS}]` } });
  await insertMultiple(db, Array.from({ length: count }, (_, i) => ({ id: `${i}`, embedding: numbers(vectorOf(rows, i)) })), 1000);
  return {
    convert: numbers,
    search: async (value) => (await search(db, { mode: 'vector', vector: { value, property: 'embedding' }, similarity: 0, limit: K })).hits.map(({ id }) => Number(id)),
  };
}

/** As in-memory vector stores of the first generation do it. */
function listOfLists({ rows, count }) {
  const list = Array.from({ length: count }, (_, i) => numbers(vectorOf(rows, i)));
  const cosine = (a, b) => {
    let [dot, x, y] = [0, 0, 0];
    for (let i = 0; i < a.length; i++) {
      dot += a[i] * b[i];
      x += a[i] * a[i];
      y += b[i] * b[i];
    }
    return dot / Math.sqrt(x * y);
  };
  return {
    convert: numbers,
    search: (query) => list.map((vector, row) => ({ row, score: cosine(query, vector) })).toSorted((a, b) => b.score - a.score).slice(0, K).map(({ row }) => row),
  };
}

async function voy({ rows, count }) {
  const glue = await import(new URL('../../node_modules/voy-search/voy_search_bg.js', import.meta.url).href);
  const bytes = readFileSync(new URL('../../node_modules/voy-search/voy_search_bg.wasm', import.meta.url));
  const { instance } = await WebAssembly.instantiate(bytes, { './voy_search_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  const index = new glue.Voy({ embeddings: Array.from({ length: count }, (_, i) => ({ id: `${i}`, title: '', url: '', embeddings: numbers(vectorOf(rows, i)) })) });
  return { bytes: index.serialize().length / count, search: (query) => index.search(query, K).neighbors.map(({ id }) => Number(id)) };
}

const small = ({ count }) => count <= 10_000;

/** In the order they take turns; `slow` ones are asked fewer questions, beside our default. */
export const contestants = [
  { key: 'floorF32', label: 'floor: read all floats', make: floorOf(DIMENSIONS * 4) },
  { key: 'exact', label: "blazen-ts 'exact'", make: own('exact') },
  { key: 'floorInt8', label: 'floor: read all bytes', make: floorOf(DIMENSIONS) },
  { key: 'high', label: "blazen-ts 'high' (default)", make: own('high') },
  { key: 'floorBits', label: 'floor: read all bits', make: floorOf(DIMENSIONS / 8) },
  { key: 'fast', label: "blazen-ts 'fast'", make: own('fast') },
  ...SHARES.flatMap((share) => ['high', 'fast'].map((accuracy) => (
    { key: `${accuracy} ${share}`, label: `blazen-ts '${accuracy}', filter ${share * 100} %`, share, make: own(accuracy, share) }))),
  { key: 'bruteForce', label: 'hnswlib-node, BruteforceSearch', make: bruteForce },
  { key: 'exactSearch', label: 'usearch, exactSearch', make: exactSearch },
  { key: 'hnswlib', label: 'hnswlib-node, HNSW', make: hnswlib, graph: true },
  { key: 'usearch', label: 'usearch, HNSW', make: usearchGraph, graph: true },
  { key: 'orama', label: 'Orama', make: orama, slow: true },
  { key: 'lists', label: 'number[][], cosine and sort', make: listOfLists, slow: true },
  { key: 'voy', label: 'voy', make: voy, slow: true, takes: small },
];
