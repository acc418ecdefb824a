// Runs each example story with its one command; a story asserts and exits non-zero when something is wrong. The demo has
// its own tests in e2e/; here it is only started as the README says.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { check, finish } from './checks.mjs';
import { bin, root, runCommand } from './run-command.mjs';

const last = (/** @type {string} */ output) => output.trimEnd().split('\n').at(-1);

await check('examples/deno', async () => last(await runCommand(bin('deno'), ['run', '--no-prompt', '--allow-read', 'examples/deno/main.ts'], { cwd: root })));
await check('examples/deno, types', async () => void await runCommand(bin('deno'), ['check', 'examples/deno/main.ts'], { cwd: root }));
await check('examples/cloudflare-worker', async () => last(await runCommand(process.execPath, ['examples/cloudflare-worker/check.mjs'], { cwd: root })));
await check('examples/folder', async () => last(await runCommand(process.execPath, ['examples/folder/main.mjs'], { cwd: root })));
await check('examples/review-server', async () => last(await runCommand(process.execPath, ['examples/review-server/check.mjs'], { cwd: root })));
await check('examples/local-chat', async () => last(await runCommand(process.execPath, ['examples/local-chat/chat.mjs'], { cwd: root })));
await check('examples/local-chat in Deno', async () => last(await runCommand(bin('deno'), ['run', '-A', 'examples/local-chat/chat.mjs'], { cwd: root })));
await check('examples/review-server, types for Deno', async () => void await runCommand(bin('deno'), ['check', 'examples/review-server/deno.ts'], { cwd: root }));
await check('examples/shared-memory', async () => last(await runCommand(process.execPath, ['examples/shared-memory/check.mjs'], { cwd: root })));

await check('examples/local-search', async () => last(await runCommand(process.execPath, ['examples/local-search/search.mjs'], { cwd: root })));
await check('examples/local-search in Deno', async () => last(await runCommand(bin('deno'), ['run', '-A', 'examples/local-search/search.mjs'], { cwd: root })));
await check('examples/transcribe', async () => last(await runCommand(process.execPath, ['examples/transcribe/check.mjs'], { cwd: root })));

await check('npm start -- ask, on the pages of this project', async () => {
  const answer = await runCommand(process.execPath, ['scripts/start.mjs', 'ask', 'Where does code that needs a host go?', 'CONTRIBUTING.md', 'docs/decisions'], { cwd: root });
  if (!/^\u201c.*implements an interface of `spec`/m.test(answer) || !/^\[1\] CONTRIBUTING\.md:\d+$/m.test(answer)) throw new Error(`The answer does not quote the page:\n${answer}`);
  return last(answer);
});

const start = (/** @type {string} */ port) => spawn(process.execPath, ['scripts/start.mjs'], { cwd: root, env: { ...process.env, PORT: port }, stdio: ['ignore', 'pipe', 'pipe'] });

await check('npm start serves the demo and prints its address', async () => {
  const server = start('0');
  try {
    let address = '';
    for await (const line of createInterface(server.stdout)) {
      address = /^The demo: (http:\S+)/.exec(line)?.[1] ?? '';
      if (address !== '') break;
    }
    const response = await fetch(address);
    const page = await response.text();
    if (!response.ok || !page.includes('<title>')) throw new Error(`${address} answers ${response.status}: ${page.slice(0, 200)}`);

    const second = start(new URL(address).port);
    let said = '';
    second.stderr.on('data', (/** @type {Buffer} */ chunk) => { said += chunk.toString('utf8'); });
    const [code] = await once(second, 'close');
    if (code !== 1 || !said.includes('Choose another port')) throw new Error(`a port that is taken gives exit code ${code}: ${said}`);
    return address;
  } finally {
    server.kill();
  }
});
finish('examples');
