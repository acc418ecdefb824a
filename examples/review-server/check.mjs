// Starts each of the three servers, kills it in the middle of a run and while a human is asked, and checks that a client
// notices nothing: `node examples/review-server/check.mjs [node] [deno] [workerd]`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RunEndedError } from 'blazen-ts';
import { runsClient } from 'blazen-ts/server';
import { check, finish } from '../../scripts/checks.mjs';
import { bin, root, runCommand } from '../../scripts/run-command.mjs';

const here = join(root, 'examples/review-server');
const folder = mkdtempSync(join(tmpdir(), 'review-'));
const PARAGRAPHS = 60;
const text = Array.from({ length: PARAGRAPHS }, (_, i) => `Paragraph ${i + 1} of this text.`).join('\n\n');

/** @type {Readonly<Record<string, (port: string) => readonly [string, ...string[]]>>} */
const commands = {
  node: (port) => [process.execPath, join(here, 'node.mjs'), join(folder, 'node'), port],
  deno: (port) => [bin('deno'), 'run', '--no-prompt', '--allow-read', '--allow-write', '--allow-net', join(here, 'deno.ts'), join(folder, 'deno'), port],
  workerd: (port) => [process.execPath, join(here, 'workerd.mjs'), join(folder, 'worker.js'), join(folder, 'workerd'), port],
};

/** A server in a process group of its own: what it started dies with it. */
async function start(/** @type {readonly [string, ...string[]]} */ [program, ...args]) {
  const child = spawn(program, args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const kill = async () => {
    process.kill(-/** @type {number} */ (child.pid), 'SIGKILL');
    await closed;
  };
  for await (const line of createInterface(child.stdout)) return { url: line.trim(), kill };
  throw new Error(`${program} ended before it told its address`);
}

async function checkHost(/** @type {string} */ name) {
  const command = /** @type {(port: string) => readonly [string, ...string[]]} */ (commands[name]);
  let server = await start(command('0'));
  const { url } = server;
  const restart = async () => {
    await server.kill();
    server = await start(command(new URL(url).port));
  };
  try {
    const runs = runsClient({ url });
    const runId = await runs.start('review', { text }, { runId: 'tides' });
    const result = runs.result(runId);
    const seqs = [];
    const checked = [];
    for await (const { seq, event } of runs.events(runId)) {
      seqs.push(seq);
      if (event.type === 'Checked') checked.push(event.paragraph);
      if (checked.length === PARAGRAPHS / 2 && event.type === 'Checked') await restart();
      if (event.type === 'blazen::InputRequestEvent') {
        await restart();
        assert.deepEqual((await runs.status(runId)).requests.map(({ request_id }) => request_id), ['publish']);
        await runs.pause(runId);
        assert.equal((await runs.status(runId)).status, 'paused');
        await runs.resume(runId);
        await runs.respond(runId, 'publish', 'yes');
      }
    }
    assert.deepEqual(checked, Array.from({ length: PARAGRAPHS }, (_, i) => i + 1));
    assert.deepEqual(seqs, seqs.map((_, i) => i + 1));
    assert.deepEqual(await result, { published: true, paragraphs: PARAGRAPHS });
    await assert.rejects(runs.abort(runId), RunEndedError);
    const other = await runs.start('review', { text: 'short' });
    await runs.abort(other, 'not wanted');
    assert.equal((await runs.status(other)).status, 'aborted');
    return `${seqs.length} events, two kills, no gap`;
  } finally {
    await server.kill();
  }
}

const hosts = process.argv.slice(2);
try {
  for (const name of hosts.length > 0 ? hosts : Object.keys(commands)) {
    if (name === 'workerd') {
      await check('wrangler bundles the Worker', async () => void await runCommand(bin('wrangler'), ['deploy', '--dry-run', '--outdir', folder, '--config', join(here, 'wrangler.jsonc')],
        { cwd: root, env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' } }));
    }
    await check(`a review through two kills of its server in ${name}`, () => checkHost(name));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
finish('review-server');
