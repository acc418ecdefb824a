import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ModelCache } from '../../../src/local/index.ts';
import { createFileModelStore } from '../../../src/platform/node/index.ts';
import { listen, type Listening } from '../../helpers/listen.ts';
import { modelBytes } from '../../helpers/local/model-bytes.ts';
import { modelHandler } from '../../helpers/local/model-server.ts';

let folder = '';
let program = '';
let server: Listening;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'));
  program = join(folder, 'child.mjs');
  await build({ entryPoints: ['test/helpers/local/cache-child.ts'], outfile: program, bundle: true, platform: 'node', format: 'esm', conditions: ['node'], logLevel: 'error', external: ['@huggingface/*', 'onnxruntime-web', 'onnxruntime-web/*', '@mlc-ai/*', '@transcribe/*'] });
  server = await listen(modelHandler());
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const size = 20_000_000;

/** What the child says, line by line; `until` ends it there. */
async function hear(child: ChildProcess, until: (line: string) => boolean): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout!) {
    output += String(chunk);
    if (output.split('\n').some(until)) break;
  }
  return output.trim().split('\n').at(-1) ?? '';
}

async function readHere(store: string, url: string, seed: number): Promise<number[]> {
  const bytes = await ModelCache.create(createFileModelStore(store)).read(url);
  expect(Buffer.compare(bytes, modelBytes(seed, size))).toBe(0);
  const log = await (await fetch(`${url.replace(/\?.*/, '')}?log`)).json() as { status: number }[];
  return log.map(({ status }) => status);
}

it('a process that is killed in the middle of a download leaves a part that the next one continues', { timeout: 180_000 }, async () => {
  const store = join(folder, 'killed');
  const url = `${server.origin}/models/killed?seed=41&size=${size}&etag="k"&pause=15000000`;
  const child = spawn(process.execPath, [program, store, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  await hear(child, (line) => Number(line) >= 15_000_000);
  const gone = new Promise((resolve) => { child.once('close', resolve); });
  child.kill('SIGKILL');
  await gone;
  expect(await ModelCache.create(createFileModelStore(store)).list()).toMatchObject([{ complete: false, bytes: 3 * 4 * 2 ** 20, size }]);
  expect(await readHere(store, url, 41)).toEqual([200, 206]);
});

it('two processes that want the same file at the same time both get it whole', { timeout: 180_000 }, async () => {
  const store = join(folder, 'shared');
  const url = `${server.origin}/models/shared?seed=42&size=${size}&etag="s"&pause=15000000`;
  const child = spawn(process.execPath, [program, store, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  await hear(child, (line) => Number(line) >= 15_000_000);
  expect(await readHere(store, url, 42)).toEqual([200, 206]);
  child.kill('SIGKILL');
});

it('a full disk is a quota error, and the download goes on when there is room', { timeout: 180_000 }, async () => {
  const store = join(folder, 'full');
  const url = `${server.origin}/models/full?seed=43&size=${size}&etag="f"`;
  // Files of at most 10,000 KiB; without the trap the signal would end the process.
  const child = spawn('bash', ['-c', `trap '' XFSZ; ulimit -f 10000; exec "$0" "$@"`, process.execPath, program, store, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  expect(await hear(child, (line) => line === 'quota' || line === 'done')).toBe('quota');
  const [part] = await ModelCache.create(createFileModelStore(store)).list();
  expect(part).toMatchObject({ complete: false, size });
  expect(part!.bytes).toBeGreaterThan(8 * 2 ** 20);
  expect(await readHere(store, url, 43)).toEqual([200, 206]);
});
