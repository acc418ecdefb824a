// npm run test:long: what takes minutes. Every part runs, also after one has failed; a part tells its counts in lines that
// begin with `= `. `node scripts/test-long.mjs kills` runs a subset.
import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

const vitest = (/** @type {string} */ file) => ['vitest', 'run', '-c', 'vitest.long.config.ts', `test/long/${file}.test.ts`];

/** @type {Readonly<Record<string, readonly string[]>>} */
const parts = {
  kills: vitest('kill-matrix'),
  // KILLS=1000 for more.
  ingest: vitest('killed-ingest'),
  // CALLS=10000 for more.
  chat: vitest('local-chat'),
  // CALLS=10000 for more.
  embeddings: vitest('local-embeddings'),
  redis: vitest('redis-load'),
  overhead: vitest('host-overhead'),
  // SEEDS=1000000 for more.
  simulate: vitest('simulate'),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. Parts: ${Object.keys(parts).join(' ')}`);
  process.exit(2);
}

/** @type {string[]} */
const lines = [];
let failed = 0;
for (const [name, command] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n== ${name}`);
  const start = performance.now();
  const { code, counts } = await run(command);
  if (code !== 0) failed++;
  lines.push(`${name}: ${code === 0 ? 'passed' : 'FAILED'} in ${((performance.now() - start) / 1000).toFixed(0)} s`, ...counts.map((line) => `  ${line}`));
}
console.log(`\n${lines.join('\n')}`);
process.exitCode = failed === 0 ? 0 : 1;

function run(/** @type {readonly string[]} */ [command = '', ...args]) {
  const path = `${new URL('../node_modules/.bin', import.meta.url).pathname}:${process.env.PATH ?? ''}`;
  return new Promise((/** @type {(result: { code: number, counts: string[] }) => void} */ done) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, PATH: path } });
    let output = '';
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => {
      output += chunk.toString('utf8');
      process.stdout.write(chunk);
    });
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      done({ code: 127, counts: [] });
    });
    child.on('close', (code) => done({ code: code ?? 1, counts: countsIn(output) }));
  });
}

/** Vitest colours what tests print. */
function countsIn(/** @type {string} */ output) {
  return stripVTControlCharacters(output).split('\n').filter((line) => line.startsWith('= ')).map((line) => line.slice(2));
}
