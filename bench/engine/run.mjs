// node bench/engine/run.mjs [--scenarios chain,fan] [--engines ours,tanstack] [--passes 3] [--quick] [--check] [--write]
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';
import { engines, label } from './engines.mjs';
import { judge } from './goals.mjs';
import { goalTable, scenarioTable, writeDocs } from './report.mjs';
import { MARK, scenarios } from './scenarios.mjs';
import { summarise } from './summary.mjs';

const CHILD_LIMIT_MS = 180_000;
const here = new URL('.', import.meta.url);

const { values: options } = parseArgs({
  options: {
    scenarios: { type: 'string', default: Object.keys(scenarios).join() },
    engines: { type: 'string', default: Object.keys(engines).join() },
    passes: { type: 'string' },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const wanted = options.scenarios.split(',');
const rivals = options.engines.split(',').filter((key) => key !== 'floor');
for (const key of wanted) if (!(key in scenarios)) stop(`No scenario is called ${key}: use ${Object.keys(scenarios).join(', ')}`);
for (const key of rivals) if (!(key in engines)) stop(`No engine is called ${key}: use ${Object.keys(engines).join(', ')}`);
const passes = Number(options.passes ?? (options.quick ? 1 : 3));
if (!Number.isInteger(passes) || passes < 1) stop('--passes takes a whole number of at least 1');
const pace = options.quick ? { warmMs: 100, repeatMs: 100, repeats: 1 } : { warmMs: 400, repeatMs: 250, repeats: 3 };

function stop(message) {
  console.error(message);
  process.exit(2);
}

/** Output of a fresh Node process, or why there is none. */
function fresh(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: fileURLToPath(here), stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let complaint = '';
    child.stdout.on('data', (chunk) => { out += chunk; });
    child.stderr.on('data', (chunk) => { complaint = (complaint + chunk).slice(-500); });
    const limit = setTimeout(() => child.kill('SIGKILL'), CHILD_LIMIT_MS);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      const at = out.lastIndexOf(MARK);
      if (at >= 0) resolve(JSON.parse(out.slice(at + MARK.length)));
      else resolve({ error: signal === null ? `left with ${code}: ${complaint}` : `took over ${CHILD_LIMIT_MS / 1000} s` });
    });
  });
}

function measure(task) {
  if (task.kind === 'bundle') return bundle(engines[task.engine]).catch((error) => ({ error: error.message.split('\n')[0] }));
  if (task.kind === 'import') return fresh(['-e', importScript(engines[task.engine].module())]);
  const script = fileURLToPath(new URL('measure.mjs', here));
  return fresh([...(task.kind === 'parked' ? ['--expose-gc'] : []), script, JSON.stringify({ ...task, ...pace })]);
}

/** From a script that is no module, so that starting Node's module loader counts, as it does for every program. */
function importScript(module) {
  return `const began = performance.now();
import(${JSON.stringify(module)}).then(() => {
  const ms = performance.now() - began;
  process.stdout.write(${JSON.stringify(MARK)} + JSON.stringify({ ms }), () => process.exit());
});`;
}

/** Floor, two engines, floor, two engines, … floor: each engine is compared with the floors just before and after it. */
async function round(task) {
  const rows = [];
  let before = await measure({ ...task, engine: 'floor' });
  for (let i = 0; i < rivals.length; i += 2) {
    const group = [];
    for (const engine of rivals.slice(i, i + 2)) group.push({ engine, ...(await measure({ ...task, engine })) });
    const after = await measure({ ...task, engine: 'floor' });
    rows.push(...group.map((row) => ({ ...row, floors: [before, after] })));
    before = after;
  }
  if (rivals.length === 0 || task.kind === 'bundle') rows.push({ engine: 'floor', ...before, floors: [before, before] });
  return rows;
}

const raw = [];
const note = (text) => process.stderr.write(text);
for (const scenario of wanted) {
  const { kind, n, grows } = scenarios[scenario];
  const rounds = kind === 'import' ? (options.quick ? 5 : n) : ['parked', 'bytes', 'bundle'].includes(kind) ? 1 : passes;
  note(`${scenario} `);
  for (let pass = 0; pass < rounds; pass++) {
    for (const row of await round({ kind, scenario })) raw.push({ scenario, measured: kind, pass, ...row });
    note('.');
  }
  if (grows && !options.quick) {
    for (let pass = 0; pass < Math.min(passes, 3); pass++) {
      for (const engine of ['floor', ...rivals]) {
        // A peer's growth does not change from pass to pass; ours and the floor's are compared.
        if (pass > 0 && engine !== 'floor' && engine !== 'ours') continue;
        raw.push({ scenario, measured: 'growth', pass, engine, ...(await measure({ kind: 'growth', scenario, engine })) });
      }
      note('+');
    }
  }
  note('\n');
}

const labels = Object.fromEntries(['floor', ...rivals].map((key) => [key, label(key)]));
const host = { node: process.version, cores: availableParallelism(), passes, quick: options.quick };
mkdirSync(new URL('results/', here), { recursive: true });
writeFileSync(new URL('results/latest.json', here), JSON.stringify({ host, labels, raw }, null, 1));

const summary = summarise(raw);
const tables = wanted.map((scenario) => scenarioTable(scenario, summary, labels));
console.log(tables.join('\n\n'));
const goals = judge(summary).filter((goal) => rivals.includes('ours') && (options.check || goal.holds !== undefined));
if (goals.length > 0) console.log(`\n${goalTable(goals)}`);
if (options.write) writeDocs({ tables, goals: goals.length > 0 ? goalTable(goals) : '', host });
if (options.check) {
  const count = (holds) => goals.filter((goal) => goal.holds === holds).length;
  console.log(`\n${count(true)} goals hold, ${count(false)} missed, ${count(undefined)} not measured`);
  if (count(false) > 0 || count(true) === 0) process.exitCode = 1;
}
