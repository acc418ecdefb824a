// Runs each example story with its one command; a story asserts and exits non-zero when something is wrong. The demo has
// its own tests in e2e/.
import { check, finish } from './checks.mjs';
import { bin, root, runCommand } from './run-command.mjs';

const last = (/** @type {string} */ output) => output.trimEnd().split('\n').at(-1);

await check('examples/deno', async () => last(await runCommand(bin('deno'), ['run', '--no-prompt', '--allow-read', 'examples/deno/main.ts'], { cwd: root })));
await check('examples/deno, types', async () => void await runCommand(bin('deno'), ['check', 'examples/deno/main.ts'], { cwd: root }));
await check('examples/cloudflare-worker', async () => last(await runCommand(process.execPath, ['examples/cloudflare-worker/check.mjs'], { cwd: root })));
finish('examples');
