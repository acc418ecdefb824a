import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import type { CheckpointPage } from '../../helpers/checkpoint-page.ts';
import { type LineServer, startLineServer } from '../../helpers/line-server.ts';

let lines: readonly string[] = [];
let folder = '';
let server: LineServer;
let origin = '';
let stop = (): void => {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tabs-'));
  const { outputFiles } = await build({ entryPoints: ['test/helpers/checkpoint-page.ts'], bundle: true, format: 'esm', write: false, conditions: ['browser'] });
  const program = outputFiles[0]?.text ?? '';
  server = await startLineServer(`<!doctype html><script type="module">${program}</script>`);
  ({ address: origin, lines } = server);
});
afterAll(async () => {
  stop();
  server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A Chromium of our own, whose process can be killed. */
async function startChromium(): Promise<{ browser: Browser; kill: () => Promise<void> }> {
  const { executablePath, args } = chromiumLaunch();
  const child: ChildProcess = spawn(executablePath ?? chromium.executablePath(), [
    '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${folder}`, '--no-first-run', '--disable-gpu', ...args, 'about:blank',
  ], { stdio: ['ignore', 'ignore', 'pipe'] });
  stop = () => { child.kill('SIGKILL'); };
  const endpoint = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const [, url] = /DevTools listening on (\S+)/.exec(output) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('close', () => reject(new Error(`Chromium did not start: ${output}`)));
  });
  const browser = await chromium.connectOverCDP(endpoint);
  return {
    browser,
    kill: async () => {
      const gone = new Promise((resolve) => { child.once('close', resolve); });
      stop();
      await gone;
    },
  };
}

async function openTab(browser: Browser): Promise<Page> {
  const page = await browser.contexts()[0]?.newPage() as Page;
  await page.goto(origin);
  return page;
}

async function acknowledged(count: number): Promise<void> {
  const wanted = lines.length + count;
  while (lines.length < wanted) await new Promise((resolve) => { setTimeout(resolve, 2); });
}

it('tabs that compete for the same runs lose and repeat no commit when a tab or the whole browser is killed', { timeout: 180_000 }, async () => {
  const runIds = ['a', 'b'];
  let tabs = 0;
  const write = async (browser: Browser): Promise<Page> => {
    const page = await openTab(browser);
    await page.evaluate(([owner, ids]) => (globalThis as unknown as { page: CheckpointPage }).page.write(owner, ids), [`tab${tabs++}`, runIds] as const);
    return page;
  };
  let chrome = await startChromium();
  for (let round = 0; round < 3; round++) {
    const open = [await write(chrome.browser), await write(chrome.browser)];
    for (let kill = 0; kill < 3; kill++) {
      await acknowledged(20 + Math.floor(Math.random() * 20));
      const victim = open.shift() as Page;
      const crashed = new Promise((resolve) => { victim.once('crash', resolve); });
      // The renderer process dies at once; nothing of the page runs any more.
      const session = await victim.context().newCDPSession(victim);
      void session.send('Page.crash').catch(() => {});
      await crashed;
      open.push(await write(chrome.browser));
    }
    await acknowledged(20 + Math.floor(Math.random() * 20));
    await chrome.kill();
    chrome = await startChromium();
  }
  const page = await openTab(chrome.browser);
  const { problems, commits } = await page.evaluate(([ids, seen]) => (globalThis as unknown as { page: CheckpointPage }).page.check(ids, seen), [runIds, lines] as const);
  await chrome.kill();
  expect(lines.filter((line) => line.startsWith('!'))).toEqual([]);
  expect(problems).toEqual([]);
  expect(commits).toBeGreaterThan(200);
});
