// npm test: every part in order, stop at the first that fails, close with `N passed, N failed, N skipped`.
// `node scripts/test.mjs unit deno` runs a subset.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {(output: string, code: number) => Counts} Reader */

const report = (/** @type {string} */ name) => `.cache/test/${name}.json`;
const json = (/** @type {string} */ path) => JSON.parse(readFileSync(path, 'utf8'));

/** A part that is one check. @type {Reader} */
const one = (_output, code) => ({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });

/** A script that closes with its own counts (scripts/checks.mjs). @type {Reader} */
const own = (output) => {
  const [, passed, failed, skipped] = /: (\d+) passed, (\d+) failed, (\d+) skipped\s*$/.exec(output) ?? [];
  if (skipped === undefined) throw new Error('the script did not print its counts');
  return { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
};

const vitest = (/** @type {string} */ name) => () => {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = json(report(name));
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
};

const playwright = (/** @type {string} */ name) => () => {
  const { expected, unexpected, flaky, skipped } = json(report(name)).stats;
  return { passed: expected, failed: unexpected + flaky, skipped };
};

const vitestFlags = (/** @type {string} */ name) => ['--reporter=default', '--reporter=json', `--outputFile.json=${report(name)}`];
const vitestInDeno = ['run', '-A', 'node_modules/vitest/vitest.mjs', 'run', '-c', 'vitest.deno.config.ts'];

/** @type {ReadonlyArray<{ name: string, command: string, args: string[], read: Reader, env?: Record<string, string> }>} */
const parts = [
  { name: 'host', command: 'node', args: ['scripts/ensure-host.mjs'], read: one },
  { name: 'exports', command: 'node', args: ['scripts/sync-exports.mjs', '--check'], read: one },
  // Before the types: examples import the package by its name, as anybody would.
  { name: 'build', command: 'npm', args: ['run', '-s', 'build'], read: one },
  { name: 'typecheck', command: 'npm', args: ['run', '-s', 'typecheck'], read: one },
  { name: 'lint', command: 'npm', args: ['run', '-s', 'lint'], read: one },
  { name: 'unit', command: 'vitest', args: ['run', ...vitestFlags('unit')], read: vitest('unit') },
  { name: 'deno', command: 'deno', args: [...vitestInDeno, ...vitestFlags('deno')], read: vitest('deno') },
  // What the two before have reported.
  { name: 'backends', command: 'node', args: ['scripts/backend-cases.mjs'], read: own },
  { name: 'types', command: 'node', args: ['scripts/type-tests.mjs'], read: own },
  { name: 'api', command: 'node', args: ['scripts/api-docs.mjs', '--check'], read: own },
  { name: 'docs', command: 'node', args: ['scripts/check-snippets.mjs'], read: own },
  { name: 'examples', command: 'node', args: ['scripts/examples.mjs'], read: own },
  {
    name: 'e2e', command: 'playwright', args: ['test', '--reporter=list,json'], read: playwright('e2e'),
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report('e2e') },
  },
  { name: 'pack', command: 'node', args: ['scripts/pack-smoke.mjs'], read: own },
  { name: 'size', command: 'node', args: ['scripts/size.mjs'], read: own },
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. Parts: ${parts.map((part) => part.name).join(' ')}`);
  process.exit(2);
}
const chosen = asked.length === 0 ? parts : parts.filter((part) => asked.includes(part.name));

mkdirSync('.cache/test', { recursive: true });
const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const lines = [];

for (const [index, part] of chosen.entries()) {
  console.log(`\n== ${part.name}`);
  rmSync(report(part.name), { force: true });
  const start = performance.now();
  const { code, output } = await run(part);
  const counts = count(part, output, code);
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) total[key] += counts[key];
  const elapsed = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  lines.push(`${part.name.padEnd(10)} ${String(counts.passed).padStart(5)} ${String(counts.failed).padStart(6)} ${String(counts.skipped).padStart(7)} ${elapsed.padStart(9)}`);
  if (counts.failed > 0) {
    const rest = chosen.slice(index + 1).map(({ name }) => name);
    if (rest.length > 0) lines.push(`not run: ${rest.join(' ')}`);
    break;
  }
}

console.log(`\npart      passed failed skipped      time\n${lines.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** A part that exits non-zero, or whose counts cannot be read, or that ran nothing at all, has failed. */
function count(/** @type {(typeof parts)[number]} */ part, /** @type {string} */ output, /** @type {number} */ code) {
  /** @type {Counts} */
  let counts;
  try {
    counts = part.read(output, code);
  } catch (error) {
    console.error(`${part.name}: cannot read the result: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const ran = counts.passed + counts.failed > 0;
  return (code !== 0 || !ran) && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** Runs a part with its output shown and kept. No stdin: nothing may wait for an answer. */
function run(/** @type {(typeof parts)[number]} */ { command, args, env = {} }) {
  const path = `${new URL('../node_modules/.bin', import.meta.url).pathname}:${process.env.PATH ?? ''}`;
  return new Promise((/** @type {(result: { code: number, output: string }) => void} */ done) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, PATH: path, ...env } });
    let output = '';
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString('utf8')).slice(-65_536);
      process.stdout.write(chunk);
    });
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      done({ code: 127, output });
    });
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}
