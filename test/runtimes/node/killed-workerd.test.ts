import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { checkHistory } from '../../helpers/checkpoint-load.ts';
import { type LineServer, startLineServer } from '../../helpers/line-server.ts';

let lines: readonly string[] = [];
let folder = '';
let server: LineServer;
let address = '';
let stop = (): void => {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'object-'));
  await build({
    entryPoints: ['test/helpers/checkpoint-object.ts'], bundle: true, format: 'esm', outfile: join(folder, 'worker.mjs'),
    external: ['cloudflare:*'], conditions: ['workerd'], logLevel: 'silent',
  });
  server = await startLineServer();
  ({ address, lines } = server);
});
afterAll(async () => {
  stop();
  server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Miniflare and its workerd in a process group of their own. */
async function startWorkerd(): Promise<{ post: (body: unknown) => Promise<unknown>; kill: () => Promise<void> }> {
  const child = spawn(process.execPath, ['test/helpers/miniflare-host.mjs', join(folder, 'worker.mjs'), join(folder, 'objects'), address], {
    stdio: ['ignore', 'pipe', 'pipe'], detached: true,
  });
  stop = () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid as number), 'SIGKILL');
  };
  const url = await new Promise<string>((resolve, reject) => {
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString(); });
    child.stdout.on('data', (chunk: Buffer) => {
      const [found] = /http:\S+/.exec(chunk.toString()) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once('close', () => reject(new Error(`Miniflare did not start: ${errors}`)));
  });
  return {
    post: async (body) => (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).json(),
    kill: async () => {
      const gone = new Promise((resolve) => { child.once('close', resolve); });
      stop();
      await gone;
    },
  };
}

it('a Durable Object loses and repeats no commit when workerd is killed while it writes', { timeout: 180_000 }, async () => {
  const runIds = ['a', 'b'];
  let host = await startWorkerd();
  for (let kill = 0; kill < 6; kill++) {
    await host.post({ runIds, owners: [`x${kill}`, `y${kill}`] });
    const wanted = lines.length + 20 + Math.floor(Math.random() * 40);
    while (lines.length < wanted) await new Promise((resolve) => { setTimeout(resolve, 1); });
    await host.kill();
    host = await startWorkerd();
  }
  const { problems, commits } = await host.post({ runIds, lines }) as Awaited<ReturnType<typeof checkHistory>>;
  await host.kill();
  expect(lines.filter((line) => line.startsWith('!'))).toEqual([]);
  expect(problems).toEqual([]);
  expect(commits).toBeGreaterThan(100);
});
