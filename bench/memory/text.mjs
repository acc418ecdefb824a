// Real text without a model: paragraphs of documentation in npm packages that bench/package-lock.json pins, as tf-idf
// reduced to 384 numbers (latent semantic analysis). Heavy-tailed, with near copies and no clean clusters.
import { readdirSync, readFileSync } from 'node:fs';
import { DIMENSIONS, QUERIES, gaussian, uniform, unit } from './numbers.mjs';

/** Where the text is taken from: markdown files and the comments of type declarations. */
export const packages = [
  '@ai-sdk/openai', '@anthropic-ai/sdk', '@grpc/grpc-js', '@langchain/core', '@langchain/langgraph', '@langchain/langgraph-sdk',
  '@mastra/core', '@opentelemetry/semantic-conventions', '@types/node', '@types/oracledb', 'ai', 'date-fns', 'express', 'hono',
  'langsmith', 'openai', 'pino', 'undici', 'usearch', 'xstate',
];
const modules = new URL('../node_modules/', import.meta.url);
const LEAST_WORDS = 12;
const MOST_WORDS = 220;
const VOCABULARY = 20_000;
const SWEEPS = 2;

/** `name version` of each package, for the table. */
export const sources = () => packages.map((name) => `${name} ${JSON.parse(readFileSync(new URL(`${name}/package.json`, modules), 'utf8')).version}`);

/** Each paragraph once, in a fixed order that mixes the packages. */
export function paragraphs() {
  const seen = new Set();
  for (const name of packages) {
    const folder = new URL(`${name}/`, modules);
    const files = readdirSync(folder, { recursive: true }).map((file) => file.replaceAll('\\', '/'))
      .filter((file) => /\.(?:md|mdx|d\.ts|d\.mts|d\.cts)$/.test(file) && !/(?:^|\/)node_modules\/|licen|changelog/i.test(file)).toSorted((a, b) => (a < b ? -1 : 1));
    for (const file of files) for (const text of passages(readFileSync(new URL(file, folder), 'utf8'), file)) seen.add(text);
  }
  const list = [...seen];
  const random = uniform(3);
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

function passages(source, file) {
  const blocks = /\.mdx?$/.test(file) ? source.replace(/```[^]*?```/g, ' ').split(/\n\s*\n/)
    : (source.match(/\/\*\*[^]*?\*\//g) ?? []).flatMap((comment) => comment.slice(3, -2).replace(/^\s*\* ?/gm, '').split(/\n\s*\n|\n(?=@)/));
  return blocks
    .map((block) => block.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<[^>]+>/g, ' ').replace(/[#*_`>|]/g, ' ').replace(/\s+/g, ' ').trim())
    .filter((text) => {
      const words = text.split(' ').length;
      return words >= LEAST_WORDS && words <= MOST_WORDS;
    });
}

/** Rows are paragraphs; the first ones become the queries. */
export function textVectors() {
  const matrix = tfIdf(paragraphs());
  // Randomised subspace iteration towards the strongest directions of the matrix.
  const normal = gaussian(uniform(5));
  let basis = orthonormal(Float32Array.from({ length: matrix.words * DIMENSIONS }, normal), matrix.words);
  for (let i = 0; i < SWEEPS; i++) basis = orthonormal(transposed(matrix, times(matrix, basis)), matrix.words);
  const reduced = times(matrix, basis);
  const kept = [];
  for (let row = 0; row < matrix.rows; row++) {
    const vector = reduced.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
    let square = 0;
    for (const value of vector) square += value * value;
    // Of a paragraph of rare words alone nothing is left.
    if (square > 0.02) {
      unit(vector);
      kept.push(vector);
    }
  }
  const pack = (list) => {
    const packed = new Float32Array(list.length * DIMENSIONS);
    list.forEach((vector, i) => packed.set(vector, i * DIMENSIONS));
    return packed;
  };
  return { queries: pack(kept.slice(0, QUERIES)), rows: pack(kept.slice(QUERIES)) };
}

/** Sparse rows of length 1. */
function tfIdf(texts) {
  const counts = texts.map((text) => {
    const words = new Map();
    for (const word of text.toLowerCase().match(/[a-z][a-z0-9]+/g) ?? []) words.set(word, (words.get(word) ?? 0) + 1);
    return words;
  });
  const documents = new Map();
  for (const words of counts) for (const word of words.keys()) documents.set(word, (documents.get(word) ?? 0) + 1);
  const vocabulary = [...documents].filter(([, n]) => n >= 3 && n < texts.length * 0.3)
    .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, VOCABULARY);
  const column = new Map(vocabulary.map(([word], i) => [word, i]));
  const [starts, columns, values] = [[0], [], []];
  for (const words of counts) {
    const from = values.length;
    for (const [word, n] of words) {
      if (!column.has(word)) continue;
      columns.push(column.get(word));
      values.push((1 + Math.log(n)) * Math.log(texts.length / documents.get(word)));
    }
    const length = Math.hypot(...values.slice(from)) || 1;
    for (let i = from; i < values.length; i++) values[i] /= length;
    starts.push(values.length);
  }
  return { rows: texts.length, words: vocabulary.length, starts, columns: Int32Array.from(columns), values: Float32Array.from(values) };
}

function times({ rows, starts, columns, values }, basis) {
  const product = new Float32Array(rows * DIMENSIONS);
  for (let row = 0; row < rows; row++) {
    for (let p = starts[row]; p < starts[row + 1]; p++) {
      const [from, value] = [columns[p] * DIMENSIONS, values[p]];
      for (let k = 0, to = row * DIMENSIONS; k < DIMENSIONS; k++, to++) product[to] += value * basis[from + k];
    }
  }
  return product;
}

function transposed({ rows, words, starts, columns, values }, left) {
  const product = new Float32Array(words * DIMENSIONS);
  for (let row = 0; row < rows; row++) {
    for (let p = starts[row]; p < starts[row + 1]; p++) {
      const [to, value] = [columns[p] * DIMENSIONS, values[p]];
      for (let k = 0, from = row * DIMENSIONS; k < DIMENSIONS; k++, from++) product[to + k] += value * left[from];
    }
  }
  return product;
}

/** Orthonormal columns, in place: the triangular factor of the Gram matrix, undone row by row. */
function orthonormal(matrix, rows) {
  const n = DIMENSIONS;
  const gram = new Float64Array(n * n);
  for (let row = 0; row < rows; row++) {
    const at = row * n;
    for (let a = 0; a < n; a++) {
      const x = matrix[at + a];
      if (x !== 0) for (let b = a; b < n; b++) gram[a * n + b] += x * matrix[at + b];
    }
  }
  const lower = new Float64Array(n * n);
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = gram[b * n + a];
      for (let k = 0; k < b; k++) sum -= lower[a * n + k] * lower[b * n + k];
      lower[a * n + b] = a === b ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[b * n + b];
    }
  }
  for (let row = 0; row < rows; row++) {
    const at = row * n;
    for (let a = 0; a < n; a++) {
      let sum = matrix[at + a];
      for (let k = 0; k < a; k++) sum -= lower[a * n + k] * matrix[at + k];
      matrix[at + a] = sum / lower[a * n + a];
    }
  }
  return matrix;
}
