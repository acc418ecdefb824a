// First thing of `npm test`: the two programs the tests need that npm does not bring. Installs what is missing where it
// can, else stops with the command to type. Never skips: a test that did not run is not a test that passed.
import { spawnSync } from 'node:child_process';
import { findChromium } from './chromium.mjs';
import { findRedis } from './redis.mjs';

const linuxRoot = process.platform === 'linux' && process.getuid?.() === 0;

const run = (/** @type {string} */ command, /** @type {string[]} */ args, minutes = 10) => {
  console.log(`$ ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: minutes * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
};

let listsAreFresh = false;
const apt = (/** @type {string} */ name) => {
  if (!linuxRoot) return false;
  listsAreFresh ||= run('apt-get', ['update', '-q']);
  return run('apt-get', ['install', '-y', '-q', '--no-install-recommends', name]);
};

const needs = [
  {
    name: 'Chromium',
    find: findChromium,
    install: [() => run('npx', ['playwright', 'install', ...(linuxRoot ? ['--with-deps'] : []), 'chromium'], 5), () => apt('chromium')],
    type: process.platform === 'linux'
      ? 'npx playwright install --with-deps chromium   (or: sudo apt-get install -y chromium, or set CHROMIUM_PATH)'
      : 'npx playwright install chromium   (or set CHROMIUM_PATH)',
  },
  {
    name: 'redis-server',
    find: findRedis,
    install: [() => apt('redis-server')],
    type: process.platform === 'darwin'
      ? 'brew install redis'
      : 'sudo apt-get update && sudo apt-get install -y redis-server   (or set REDIS_SERVER_PATH)',
  },
];

let missing = 0;
for (const { name, find, install, type } of needs) {
  for (const attempt of install) {
    if (find() !== undefined) break;
    console.log(`${name} is missing, installing it`);
    attempt();
  }
  const path = find();
  if (path !== undefined) console.log(`${name}: ${path}`);
  else {
    missing += 1;
    console.error(`${name} is missing and could not be installed. Type:\n  ${type}`);
  }
}
process.exit(missing === 0 ? 0 : 1);
