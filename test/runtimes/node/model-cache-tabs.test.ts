import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import type { CachePage, StoreKind } from '../../helpers/local/cache-page.ts';
import { listen } from '../../helpers/listen.ts';
import { modelHandler } from '../../helpers/local/model-server.ts';
import { type PageServer, startPageServer } from '../../helpers/page-server.ts';

let server: PageServer;
let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  server = await startPageServer({ page: 'test/helpers/local/cache-page.ts' }, modelHandler());
  browser = await chromium.launch(chromiumLaunch());
  context = await browser.newContext();
});
afterAll(async () => {
  await browser.close();
  server.close();
});

type Globals = typeof globalThis & { page: CachePage };

async function openTab(): Promise<Page> {
  const tab = await context.newPage();
  await tab.goto(server.origin);
  await tab.waitForFunction(() => 'page' in globalThis);
  return tab;
}

const address = (query: string): string => `${server.origin}/models/${crypto.randomUUID()}?${query}`;
const command = (url: string, verb: string): Promise<Response> => fetch(`${url.replace(/\?.*/, '')}?${verb}`);
const statuses = async (url: string): Promise<number[]> => (await (await command(url, 'log')).json() as { status: number }[]).map(({ status }) => status);
const read = (tab: Page, url: string, seed: number): Promise<string> => tab.evaluate(([at, of]) => (globalThis as Globals).page.read(at, of), [url, seed] as const);

/** Starts a download that pauses, and waits until so much of it has arrived. */
async function begin(tab: Page, url: string, seed: number, least: number): Promise<void> {
  await tab.evaluate(([at, of]) => (globalThis as Globals).page.begin(at, of), [url, seed] as const);
  await tab.waitForFunction((bytes) => (globalThis as Globals).page.loaded() >= bytes, least);
}

it.each<StoreKind>(['opfs', 'cache'])('every case holds in the store %s', { timeout: 180_000 }, async (kind) => {
  const tab = await openTab();
  const names = await tab.evaluate(() => (globalThis as Globals).page.names());
  const failures: Record<string, string> = {};
  for (const name of names) {
    const failure = await tab.evaluate(([store, which]) => (globalThis as Globals).page.run(store, which), [kind, name] as const);
    if (failure !== null) failures[name] = failure;
  }
  expect(failures).toEqual({});
  expect(names.length).toBeGreaterThan(10);
  await tab.close();
});

describe('a browser', () => {
  it('whose tab dies in the middle of a download goes on in another tab', { timeout: 180_000 }, async () => {
    const size = 20_000_000;
    const url = address(`seed=31&size=${size}&etag="t"&pause=15000000`);
    const victim = await openTab();
    await begin(victim, url, 31, 15_000_000);
    const crashed = new Promise((resolve) => { victim.once('crash', resolve); });
    const session = await context.newCDPSession(victim);
    void session.send('Page.crash').catch(() => {});
    await crashed;
    const tab = await openTab();
    const [part] = await tab.evaluate(() => (globalThis as Globals).page.list());
    expect(part).toMatchObject({ complete: false, size });
    // Three whole pieces were written; the fourth had not come to its end.
    expect(part?.bytes).toBe(3 * 4 * 2 ** 20);
    expect(await read(tab, url, 31)).toBe('right');
    expect(await statuses(url)).toEqual([200, 206]);
    await tab.close();
  });

  it('takes from another origin, which hides its ETag and its clock and refuses If-Range, what is the same file for sure', { timeout: 180_000 }, async () => {
    const models = modelHandler();
    const foreign = await listen((request, response) => {
      response.setHeader('access-control-allow-origin', '*');
      if (request.method === 'OPTIONS') response.end();
      else models(request, response);
    });
    const tab = await openTab();
    const old = 'Sat, 21 Nov 2020 10:00:00 GMT';
    const interrupted = async (modified: string): Promise<string> => {
      const url = `${foreign.origin}/models/${crypto.randomUUID()}?seed=35&size=5000000&etag="x"&modified=${modified}&pause=4500000`;
      await begin(tab, url, 35, 4_500_000);
      await command(url, 'drop');
      await tab.waitForFunction(() => (globalThis as Globals).page.idle());
      return url;
    };
    const same = await interrupted(old);
    expect(await read(tab, same, 35)).toBe('right');
    expect(await statuses(same)).toEqual([200, 206]);
    const changed = await interrupted(old);
    await command(changed, `become=${encodeURIComponent('seed=36&modified=Sun, 22 Nov 2020 10:00:00 GMT')}`);
    expect(await read(tab, changed, 36)).toBe('right');
    expect(await statuses(changed)).toEqual([200, 206, 200]);
    const fresh = await interrupted(new Date().toUTCString());
    expect(await read(tab, fresh, 35)).toBe('right');
    expect(await statuses(fresh)).toEqual([200, 200]);
    await tab.close();
    foreign.close();
  });

  it('with two tabs that want the same file fetches it once', { timeout: 180_000 }, async () => {
    const url = address('seed=32&size=5000000&etag="u"&pause=3000000');
    const [first, second] = [await openTab(), await openTab()];
    await begin(first, url, 32, 3_000_000);
    const waiting = read(second, url, 32);
    // The second tab has asked for its turn before the first can go on.
    await first.waitForFunction(async () => ((await navigator.locks.query()).pending ?? []).length > 0);
    await command(url, 'resume');
    expect(await waiting).toBe('right');
    expect(await statuses(url)).toEqual([200]);
    await first.close();
    await second.close();
  });

  // Five times: Chromium words a write without room in more than one way.
  it('whose storage is full says so, and goes on when there is room', { timeout: 180_000, repeats: 4 }, async () => {
    const tab = await openTab();
    await tab.evaluate(() => (globalThis as Globals).page.clear());
    const session = await context.newCDPSession(tab);
    const allow = (quotaSize: number): Promise<unknown> => session.send('Storage.overrideQuotaForOrigin', { origin: server.origin, quotaSize });
    const used = await tab.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
    await allow(used + 10_000_000);
    const url = address('seed=34&size=20000000&etag="w"');
    expect(await read(tab, url, 34)).toMatch(/^quota: .*full/);
    const [part] = await tab.evaluate(() => (globalThis as Globals).page.list());
    expect(part?.complete).toBe(false);
    expect(part?.bytes).toBeGreaterThan(0);
    await allow(used + 200_000_000);
    expect(await read(tab, url, 34)).toBe('right');
    expect(await statuses(url)).toEqual([200, 206]);
    await tab.close();
  });
});
