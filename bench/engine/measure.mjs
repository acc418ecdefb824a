// Runs in a child process of its own: node measure.mjs '{"engine":"ours","scenario":"chain",...}'.
// Prints its result as the last line, after a marker, because some engines print too.
import { MARK, scenarios } from './scenarios.mjs';

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

/** One execution, checked, in milliseconds. */
async function time(execute, expected) {
  const began = performance.now();
  const value = await execute();
  const ms = performance.now() - began;
  if (value !== expected) throw new Error(`gave ${String(value)}, expected ${expected}`);
  return ms;
}

async function speed({ engine, scenario, warmMs, repeatMs, repeats }) {
  const adapter = await import(`./engines/${engine}.mjs`);
  if (adapter[scenario] === undefined) return { unsupported: true };
  const { n: usual, expect } = scenarios[scenario];
  const n = adapter.sizes?.[scenario] ?? usual;
  const expected = expect(n);
  const execute = adapter[scenario](n);

  const repeat = async () => {
    let ms = 0;
    let done = 0;
    while (ms < repeatMs) {
      ms += await time(execute, expected);
      done++;
    }
    return (n * done * 1000) / ms;
  };
  const cold = await repeat();
  const warmUntil = performance.now() + warmMs;
  while (performance.now() < warmUntil) await time(execute, expected);
  const rates = [];
  for (let i = 0; i < repeats; i++) rates.push(await repeat());
  return { n, cold, warm: median(rates) };
}

/** How much longer ten times the work takes. An engine that declares a smaller size is measured up to that size. */
async function growth({ engine, scenario, warmMs }) {
  const adapter = await import(`./engines/${engine}.mjs`);
  if (adapter[scenario] === undefined) return { unsupported: true };
  const { n: usual, expect } = scenarios[scenario];
  const declared = adapter.sizes?.[scenario];
  const n = declared === undefined ? usual : declared / 10;
  const [less, more] = [adapter[scenario](n), adapter[scenario](n * 10)];
  const warmUntil = performance.now() + warmMs;
  while (performance.now() < warmUntil) await time(less, expect(n));
  await time(more, expect(n * 10));
  const [short, long] = [[], []];
  for (let i = 0; i < 5; i++) {
    for (let k = 0; k < 3; k++) short.push(await time(less, expect(n)));
    long.push(await time(more, expect(n * 10)));
    if (long.reduce((sum, ms) => sum + ms, 0) > 10_000) break;
  }
  return { n, times: median(long) / median(short) };
}

/**
 * Heap bytes of one run that waits for an answer, with what a program must hold to answer it; one of them is answered, to
 * prove that it was waiting.
 */
async function parked({ engine, scenario }) {
  const adapter = await import(`./engines/${engine}.mjs`);
  if (adapter[scenario] === undefined) return { unsupported: true };
  const { n, early: first = 100 } = scenarios[scenario];
  const { park, answer } = await adapter[scenario]();
  const settle = () => new Promise((resolve) => { setTimeout(resolve, 20); });
  const heap = async () => {
    await settle();
    for (let i = 0; i < 4; i++) globalThis.gc();
    return process.memoryUsage().heapUsed;
  };
  const early = [];
  for (let i = 0; i < first; i++) early.push(await park(i));
  const runs = Array.from({ length: n }, () => null);
  const before = await heap();
  for (let i = 0; i < n; i++) runs[i] = await park(1_000 + i);
  const bytes = ((await heap()) - before) / n;
  const answered = await answer(runs[n - 1], 7);
  if (answered !== 1_006 + n || early.length !== first) throw new Error(`answered ${String(answered)}, expected ${1_006 + n}`);
  return { n, bytes };
}

/** Bytes that one step writes to a store, and one more time to be warm. */
async function bytes({ engine, scenario }) {
  const adapter = await import(`./engines/${engine}.mjs`);
  if (adapter[scenario] === undefined) return { unsupported: true };
  const { n } = scenarios[scenario];
  const write = adapter[scenario](n);
  await write();
  return { n, bytes: (await write()) / n };
}

/** Milliseconds from an answer to the end of a run that a store holds, after a short and after a long history. */
async function resume({ engine, scenario, repeats }) {
  const adapter = await import(`./engines/${engine}.mjs`);
  if (adapter[scenario] === undefined) return { unsupported: true };
  const [short, long] = adapter.sizes?.[scenario] ?? scenarios[scenario].sizes;
  const wakes = async (steps, count) => {
    const { prepare, wake } = adapter[scenario](steps);
    const held = [];
    for (let i = 0; i < count; i++) held.push(await prepare(i));
    const times = [];
    for (const run of held) times.push(await time(() => wake(run), steps + 7));
    return times;
  };
  await wakes(short, 50);
  const count = 5 * repeats;
  const [less, more] = [median(await wakes(short, count)), median(await wakes(long, count))];
  return { n: short, ms: more, times: more / less };
}

const kinds = { speed, growth, parked, bytes, resume };
const task = JSON.parse(process.argv[2]);
let result;
try {
  result = await kinds[task.kind](task);
} catch (error) {
  result = { error: error instanceof Error ? error.message : String(error) };
}
process.stdout.write(`\n${MARK}${JSON.stringify(result)}\n`, () => process.exit());
