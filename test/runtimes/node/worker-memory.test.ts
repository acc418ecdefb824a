import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import { difference, vectorOf } from '../../helpers/local/embedding-suite.ts';
import type { HeavyModel, MemoryPage } from '../../helpers/local/memory-page.ts';
import { type PageServer, type Served, startPageServer } from '../../helpers/local/page-server.ts';
import { encoderFiles } from '../../helpers/onnx/encoder.ts';
import { tinyWhisper, WHISPER_SENTENCE } from '../../helpers/tiny-whisper.ts';

const CYCLES = 50;
let server: PageServer;
let browser: Browser;

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: ['memory-page', 'memory-worker'].map((name) => `test/helpers/local/${name}.ts`), outdir: '/', bundle: true, format: 'esm', write: false,
    conditions: ['browser'], logLevel: 'error', external: ['@huggingface/transformers', '@transcribe/shout'],
  });
  const files: Record<string, Served> = {
    // whisper.cpp needs an isolated page.
    '/': { content: '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/memory-page.js"></script>', headers: { 'cross-origin-opener-policy': 'same-origin' } },
    '/models/ggml-tiny.bin': { content: tinyWhisper() },
  };
  for (const { path, text } of outputFiles) files[path] = { content: text };
  for (const [path, content] of Object.entries(encoderFiles())) files[`/models/tiny-encoder/${path}`] = { content };
  server = await startPageServer(files, { '/ort/': 'node_modules/onnxruntime-web/dist/', '/shout/': 'node_modules/@transcribe/shout/' });
  browser = await chromium.launch(chromiumLaunch());
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

const MIB = 2 ** 20;
const PAGE_BYTES = 4096;

/** Resident memory of all renderer processes. */
async function residentBytes(): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = await Promise.all(processInfo.filter(({ type }) => type === 'renderer').map(async ({ id }) => (
    Number((await readFile(`/proc/${id}/statm`, 'utf8').catch(() => '0 0')).split(' ')[1]) * PAGE_BYTES)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

type Scope = typeof globalThis & { page: MemoryPage };

async function openPage(): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(server.origin);
  await page.waitForFunction(() => 'page' in globalThis);
  return page;
}

/** The memory of the page before, with one model, and after the cycles; and what the models said. */
async function measure(name: HeavyModel): Promise<{ start: number; loaded: number; end: number; answers: unknown[] }> {
  const page = await openPage();
  const session = await page.context().newCDPSession(page);
  const cycle = (times: number): Promise<unknown[]> => page.evaluate(([model, count]) => (globalThis as Scope).page.cycle(model, count), [name, times] as const);
  /** The browser gives memory back in its own time: the least within some seconds. */
  const settled = async (looks: number, enough: number): Promise<number> => {
    let least = Infinity;
    for (let i = 0; i < looks && least > enough; i++) {
      await session.send('HeapProfiler.collectGarbage');
      least = Math.min(least, await residentBytes());
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    return least;
  };
  await cycle(3);
  const start = await settled(10, 0);
  await page.evaluate((model) => (globalThis as Scope).page.keep(model), name);
  const loaded = await residentBytes();
  await page.evaluate(() => (globalThis as Scope).page.release());
  const answers = await cycle(CYCLES);
  const end = await settled(100, start * 1.1);
  await page.close();
  const show = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MiB`;
  console.log(`resident memory of the page, ${name}: ${show(start)} at first, ${show(loaded)} with one model, ${show(end)} after ${CYCLES} cycles (${(end / start * 100).toFixed(0)} %)`);
  return { start, loaded, end, answers };
}

/** The models that stayed, if any, would be seen: one takes more than a tenth of the page. */
function expectGivenBack({ start, loaded, end }: { start: number; loaded: number; end: number }): void {
  expect(loaded).toBeGreaterThan(start * 1.1);
  expect(end).toBeLessThan(start * 1.1);
}

const onLinux = it.runIf(process.platform === 'linux');

onLinux(`after ${CYCLES} times loading and disposing of ONNX Runtime in a worker, the memory is what it was`, { timeout: 900_000 }, async () => {
  const measured = await measure('encoder');
  const wanted = vectorOf('hello world');
  expect(measured.answers).toHaveLength(CYCLES);
  for (const answer of measured.answers) expect(difference(answer as number[], wanted)).toBeLessThan(1e-5);
  expect(server.asked).toContain('/ort/ort-wasm-simd-threaded.wasm');
  expectGivenBack(measured);
});

onLinux(`after ${CYCLES} times loading and disposing of whisper.cpp in a worker, the memory is what it was`, { timeout: 900_000 }, async () => {
  const measured = await measure('speech');
  expect(measured.answers).toEqual(Array.from({ length: CYCLES }, () => WHISPER_SENTENCE));
  expect(server.asked).toContain('/shout/src/shout/shout.wasm.js');
  expectGivenBack(measured);
});
