import { readFile } from 'node:fs/promises';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import type { MemoryPage } from '../../helpers/local/memory-page.ts';
import { type PageServer, startPageServer } from '../../helpers/page-server.ts';

let server: PageServer;
let browser: Browser;
beforeAll(async () => {
  server = await startPageServer({ page: 'test/helpers/local/memory-page.ts', worker: 'test/helpers/local/models-worker.ts' });
  browser = await chromium.launch(chromiumLaunch());
});
afterAll(async () => {
  await browser.close();
  server.close();
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

it.runIf(process.platform === 'linux')('after 50 times loading and disposing of a model in a worker, the memory is what it was', { timeout: 180_000 }, async () => {
  const tab = await browser.newPage();
  await tab.goto(server.origin);
  await tab.waitForFunction(() => 'page' in globalThis);
  const session = await tab.context().newCDPSession(tab);
  const cycle = (times: number): Promise<number> => tab.evaluate((count) => (globalThis as unknown as { page: MemoryPage }).page.cycle(count), times);
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
  await tab.evaluate(() => (globalThis as unknown as { page: MemoryPage }).page.keep());
  const loaded = await residentBytes();
  await tab.evaluate(() => (globalThis as unknown as { page: MemoryPage }).page.release());
  expect(await cycle(50)).toBe(50 * 64 * MIB);
  const end = await settled(100, start * 1.1);
  const show = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MiB`;
  console.log(`resident memory of the page: ${show(start)} at first, ${show(loaded)} with one model, ${show(end)} after 50 cycles (${(end / start * 100).toFixed(0)} %)`);
  // One model is really there when it is loaded, so that 50 that stay would be seen.
  expect(loaded - start).toBeGreaterThan(50 * MIB);
  expect(end).toBeLessThan(start * 1.1);
});
