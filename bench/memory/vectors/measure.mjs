// One data set in a process of its own: node measure.mjs '{"set":"low-10000","passes":3,"graphs":true,"peers":true}'
import { dataSet, SHARES } from '../data.mjs';
import { DIMENSIONS, K, QUERIES } from '../numbers.mjs';
import { contestants } from './contestants.mjs';

const BLOCK = 10;
const SLOW_QUERIES = 20;

const task = JSON.parse(process.argv[2]);
const set = dataSet(task.set);
const truths = new Map(SHARES.map((share, i) => [share, set.filtered[i].truth]));
const quantile = (list, share) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
const queryOf = (i) => set.queries.slice(i * DIMENSIONS, (i + 1) * DIMENSIONS);
const rightOf = ({ share }, i) => [...(share === undefined ? set.truth : truths.get(share)).subarray(i * K, (i + 1) * K)].filter((row) => row >= 0);

function recallOf(made) {
  let found = 0;
  for (let i = 0; i < QUERIES; i++) {
    const rows = made.search((made.convert ?? ((query) => query))(queryOf(i)));
    found += rightOf({}, i).filter((row) => rows.includes(row)).length;
  }
  return found / (QUERIES * K);
}

async function prepare(entry, recall) {
  const began = process.cpuUsage();
  globalThis.gc();
  const heap = process.memoryUsage().heapUsed;
  const made = await entry.make(set, { recallOf, recall });
  const { user, system } = process.cpuUsage(began);
  globalThis.gc();
  const bytes = made.bytes ?? (process.memoryUsage().heapUsed - heap) / set.count;
  const convert = made.convert ?? ((query) => query);
  return {
    ...entry, ...made, buildMs: made.buildMs ?? (user + system) / 1000, bytes,
    queries: Array.from({ length: QUERIES }, (_, i) => convert(queryOf(i))), times: new Map(), right: 0, found: 0,
  };
}

/** Blocks of questions in turn, each question asked so many times, of which the fastest counts: the machine is shared. */
async function race(runners, questions, passes) {
  for (let pass = 0; pass < passes; pass++) {
    for (let from = 0; from < questions; from += BLOCK) {
      for (const runner of runners) {
        // Brings its data back into the caches that the others have filled.
        await runner.search(runner.queries[from]);
        for (let i = from; i < from + BLOCK; i++) {
          const began = performance.now();
          const answer = runner.search(runner.queries[i]);
          const rows = answer instanceof Promise ? await answer : answer;
          const ms = performance.now() - began;
          runner.times.set(i, Math.min(runner.times.get(i) ?? Infinity, ms));
          if (rows === undefined || pass > 0) continue;
          const right = rightOf(runner, i);
          runner.right += right.length;
          runner.found += right.filter((row) => rows.includes(row)).length;
        }
      }
    }
  }
}

const result = ({ key, label, note, times, right, found, buildMs, bytes }) => {
  const list = [...times.values()];
  return [key, { label, note, p50: quantile(list, 0.5), p99: quantile(list, 0.99), recall: right === 0 ? undefined : found / right, buildMs, bytes }];
};

const wanted = contestants.filter(({ graph, takes, key }) => (
  (graph !== true || task.graphs) && (takes === undefined || takes(set)) && (task.peers || /^(?:floor|exact$|high|fast)/.test(key))));
const quick = [];
for (const entry of wanted.filter(({ slow }) => slow !== true)) {
  const fast = quick.find(({ key }) => key === 'fast');
  quick.push(await prepare(entry, fast === undefined ? 1 : recallOf(fast)));
}
await race(quick, QUERIES, task.passes);
const results = quick.map(result);
for (const entry of wanted.filter(({ slow }) => slow === true)) {
  // Beside our default, measured anew.
  const own = { ...quick.find(({ key }) => key === 'high'), times: new Map(), right: 0, found: 0 };
  const runner = await prepare(entry, 1);
  await race([own, runner], SLOW_QUERIES, Math.min(2, task.passes));
  const [key, found] = result(runner);
  results.push([key, { ...found, timesOurs: found.p50 / result(own)[1].p50 }]);
}
process.stdout.write(JSON.stringify({ set: task.set, count: set.count, results: Object.fromEntries(results) }), () => process.exit());
