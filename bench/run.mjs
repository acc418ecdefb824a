// npm run bench -- <room> [options]: installs the peers when they are missing, then runs bench/<room>/run.mjs.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = new URL('.', import.meta.url);
const rooms = readdirSync(here).filter((name) => existsSync(new URL(`${name}/run.mjs`, here)));
const [room, ...options] = process.argv.slice(2);
if (!rooms.includes(room)) {
  console.error(`Say which benchmark to run: npm run bench -- ${rooms.join(' | ')}`);
  process.exit(2);
}

const run = (command, args, shell = false) =>
  spawnSync(command, args, { stdio: 'inherit', shell }).status ?? 1;

if (!existsSync(new URL('node_modules/', here))) {
  console.error('Installing what the benchmarks compare with (bench/package-lock.json)');
  // npm is a script on Windows, which only a shell can start.
  const status = run('npm', ['ci', '--prefix', fileURLToPath(here)], process.platform === 'win32');
  if (status !== 0) process.exit(status);
}
process.exit(run(process.execPath, [fileURLToPath(new URL(`${room}/run.mjs`, here)), ...options]));
