import { readFileSync } from 'node:fs';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import type { WhisperPage } from '../../helpers/local/whisper-page.ts';
import { type PageServer, startPageServer } from '../../helpers/page-server.ts';
import { tinyWhisper, WHISPER_SENTENCE } from '../../helpers/tiny-whisper.ts';

const shout = new URL('../../../node_modules/@transcribe/shout/', import.meta.url);
const model = tinyWhisper();
const asked: string[] = [];
let server: PageServer;
let browser: Browser;

beforeAll(async () => {
  server = await startPageServer({ page: 'test/helpers/local/whisper-page.ts', worker: 'test/helpers/local/whisper-worker.ts' }, (request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    // What an isolated page loads must say that it may.
    const headers = { 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-resource-policy': 'same-origin' };
    if (path === '/tiny.bin') response.writeHead(200, { ...headers, 'content-length': model.length }).end(model);
    else if (path.startsWith('/shout/')) response.writeHead(200, { ...headers, 'content-type': 'text/javascript' }).end(readFileSync(new URL(path.slice('/shout/'.length), shout)));
    else response.writeHead(404).end();
  });
  const launch = chromiumLaunch();
  browser = await chromium.launch({ ...launch, args: [...launch.args, '--autoplay-policy=no-user-gesture-required'] });
});
afterAll(async () => {
  await browser.close();
  server.close();
});

async function visit<T>(path: string, run: (page: WhisperPage) => Promise<T>): Promise<T> {
  const page = await browser.newPage();
  const others: string[] = [];
  await page.route('**', (route) => {
    const own = route.request().url().startsWith(server.origin);
    if (!own) others.push(route.request().url());
    return own ? route.continue() : route.abort();
  });
  await page.goto(server.origin + path);
  await page.waitForFunction(() => 'page' in globalThis);
  const result = await page.evaluate(`(${run.toString()})(globalThis.page)`) as T;
  await page.close();
  expect(others).toEqual([]);
  return result;
}

it('an isolated page transcribes with the real whisper.cpp, in the page and in a worker', { timeout: 180_000 }, async () => {
  asked.length = 0;
  const { probe, result, fetched } = await visit('/isolated', (page) => page.transcribe());
  expect(probe).toEqual({ ok: true });
  expect(result).toMatchObject({ text: WHISPER_SENTENCE, language: 'en', segments: [{ start: 0, end: 2 }] });
  expect(fetched).toBe(model.length);
  expect(asked).toContain('/shout/src/shout/shout.wasm.js');
  const inWorker = await visit('/isolated', (page) => page.transcribeInWorker());
  expect(inWorker.result).toMatchObject({ text: WHISPER_SENTENCE });
  expect(inWorker.shares.at(-1)).toBe(1);
});

it('a page that is not isolated says so, and one without the package says what to install', { timeout: 180_000 }, async () => {
  expect(await visit('/', (page) => page.transcribe())).toMatchObject({ probe: { ok: false, problem: 'not-isolated', fix: expect.stringContaining('Cross-Origin') } });
  expect(await visit('/isolated', (page) => page.load())).toBe('not-installed');
});

it('a page whose policy forbids WebAssembly says so before anything is fetched', { timeout: 180_000 }, async () => {
  asked.length = 0;
  expect(await visit(`/isolated?policy=${encodeURIComponent("script-src 'self'")}`, (page) => page.refused())).toEqual(['wasm-forbidden', 'wasm-forbidden']);
  expect(asked).not.toContain('/tiny.bin');
});

it('what a page records is heard as it sounded', { timeout: 180_000 }, async () => {
  const { type, seconds, hertz } = await visit('/', (page) => page.record());
  expect(type).toMatch(/^audio\/webm/);
  expect(seconds).toBeGreaterThan(0.8);
  expect(hertz).toBeGreaterThan(430);
  expect(hertz).toBeLessThan(450);
});
