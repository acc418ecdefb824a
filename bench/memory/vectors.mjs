// Vectors: the index beside the machine and beside other indexes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { table } from '../page.mjs';
import { SHARES } from './data.mjs';
import { sources } from './text.mjs';
import { sizes } from './vectors/sizes.mjs';

const here = new URL('vectors/', import.meta.url);
/** At 100,000 a graph takes a minute to build; it is built once. */
const SETS = [
  { set: 'low-100000', title: '200 clusters of low rank', graphs: true, large: true },
  { set: 'iso-100000', title: '200 clusters, near ties', graphs: false, large: true },
  { set: 'text', title: 'real text', graphs: true, large: true },
  { set: 'low-10000', title: '200 clusters of low rank', graphs: true },
  { set: 'iso-10000', title: '200 clusters, near ties', graphs: true },
];
const PEERS = ['@orama/orama', 'hnswlib-node', 'usearch', 'voy-search'];
const versionOf = (name) => JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;

async function measure(task) {
  const child = spawn(process.execPath, ['--expose-gc', '--max-old-space-size=8000', fileURLToPath(new URL('measure.mjs', here)), JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (data) => { out += data; });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${task.set} was not measured`);
  process.stderr.write('.');
  return JSON.parse(out);
}

const times = (ratio) => (ratio === undefined ? '' : `${ratio.toFixed(2)} ×`);
const ms = (value) => value.toFixed(2);
const whole = (value) => Math.round(value).toLocaleString('en-US');

function resultTable({ results }) {
  const rows = Object.values(results).map(({ label, note, p50, p99, recall, buildMs, bytes }) => [
    note === undefined ? label : `${label}, ${note}`, recall === undefined ? '' : recall.toFixed(4), ms(p50), ms(p99),
    recall === undefined ? '' : whole(buildMs), recall === undefined ? '' : whole(bytes)]);
  return table(['index', 'recall@10', 'p50 ms', 'p99 ms', 'build, CPU ms', 'bytes a vector'], rows);
}

/** Name, what must hold, what was found, whether it holds; null where the run did not measure it. */
function goalsOf({ set, large }, { results, count }) {
  const at = (key) => results[key]?.p50;
  const goal = (name, must, value, limit, show, least) => (Number.isFinite(value) ? [`${set}: ${name}`, `${least ? '≥' : '≤'} ${show(must)}`, show(value), least ? value >= limit : value <= limit] : null);
  const most = (name, must, value, show = times) => goal(name, must, value, must, show, false);
  const least = (name, must, value, show = times) => goal(name, must, value, must, show, true);
  const share = (value) => value.toFixed(3);
  const native = Math.min(at('bruteForce') ?? NaN, at('exactSearch') ?? NaN);
  const filtered = SHARES.flatMap((part) => ['high', 'fast'].map((accuracy) => ({ accuracy, ...results[`${accuracy} ${part}`] })));
  return [
    least("recall of 'exact'", 1, results.exact.recall, share),
    least('recall of the default', 0.995, results.high.recall, share),
    least("recall of 'fast'", 0.99, results.fast.recall, share),
    large && most("'exact', times reading all floats", 1.25, at('exact') / at('floorF32')),
    large && most("'exact', times the best native exact search", 1.1, at('exact') / native),
    large && most('default, times reading all bytes', 2, at('high') / at('floorInt8')),
    large && most("'fast', times the default", 0.5, at('fast') / at('high')),
    !large && most("'fast', times hnswlib-node at no less recall", 1, at('fast') / at('hnswlib')),
    least('default, times faster than Orama', 5, results.orama?.timesOurs),
    least('filtered, least recall', 1, Math.min(...filtered.map(({ recall }) => recall)), share),
    most('filtered, times unfiltered', 1, Math.max(...filtered.map(({ accuracy, p50 }) => p50 / at(accuracy)))),
    least('vectors added a second of CPU time', 50_000, (count * 1000) / results.exact.buildMs, whole),
  ].filter((row) => Array.isArray(row));
}

/** Tables and goals of this part; `quick` leaves out 100,000 vectors and peers. */
export async function vectors({ passes, quick }) {
  const tables = [];
  const goals = [];
  for (const { title, ...entry } of SETS) {
    if (quick && entry.set.endsWith('100000')) continue;
    const measured = await measure({ set: entry.set, passes, graphs: entry.graphs && !quick, peers: !quick });
    tables.push(`**${entry.set}**: ${whole(measured.count)} × 384, ${title}`, resultTable(measured));
    goals.push(...goalsOf(entry, measured));
  }
  tables.push('**size**: bytes, gzipped', table(['what a program brings along', 'bytes'], (await sizes()).map(([name, bytes]) => [name, whole(bytes)])));
  return {
    text: [
      `Ten nearest of 200 queries, one core, against ${PEERS.map((name) => `${name} ${versionOf(name)}`).join(', ')}. Real text: paragraphs of ${sources().join(', ')}.`,
      ...tables,
    ].join('\n\n'),
    goals,
  };
}
