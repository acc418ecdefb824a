import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type BrowserContext, chromium } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import type { FullPage } from '../../helpers/full-page.ts';
import { type LineServer, startLineServer } from '../../helpers/line-server.ts';

let folder = '';
let server: LineServer;
let context: BrowserContext;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'full-'));
  const { outputFiles } = await build({ entryPoints: ['test/helpers/full-page.ts'], bundle: true, format: 'esm', write: false, conditions: ['browser'] });
  server = await startLineServer(`<!doctype html><script type="module">${outputFiles[0]?.text ?? ''}</script>`);
});
afterAll(() => server?.close());

it.each(['indexed-db', 'opfs'])('a site that has used up its storage gets a typed error and keeps what was there: %s', { timeout: 180_000 }, async (store) => {
  context = await chromium.launchPersistentContext(join(folder, store), { headless: true, ...chromiumLaunch() });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    const grant = (quotaSize?: number): Promise<unknown> => (
      session.send('Storage.overrideQuotaForOrigin', { origin: server.address.slice(0, -1), ...(quotaSize === undefined ? {} : { quotaSize }) }));
    const fill = (stored: number, most: number) => page.evaluate(
      ([s, n, m]) => (globalThis as unknown as { page: FullPage }).page.fill(s, n, m), [store, stored, most] as const);
    const check = (last: number) => page.evaluate(
      ([s, n]) => (globalThis as unknown as { page: FullPage }).page.check(s, n), [store, last] as const);

    await page.goto(server.address);
    await grant(3_000_000);
    const first = await fill(0, 6400);
    expect(first).toMatchObject({ full: true, counted: first.stored });
    expect(first.stored).toBeGreaterThan(64);
    for (let attempt = 0; attempt < 3; attempt++) expect(await fill(first.stored, 6400)).toEqual(first);
    expect(await check(first.stored - 1)).toEqual({ counted: first.stored, intact: true, segments: Math.ceil(first.stored / 1024) });

    // The page is loaded anew, still without room; then there is some.
    await page.reload();
    expect(await fill(first.stored, 6400)).toMatchObject({ full: true, counted: first.stored, stored: first.stored });
    await grant();
    expect(await fill(first.stored, first.stored + 640)).toMatchObject({ error: 'null', counted: first.stored + 640 });
    expect(await check(first.stored + 639)).toMatchObject({ counted: first.stored + 640, intact: true });
  } finally {
    await context.close();
    await rm(join(folder, store), { recursive: true, force: true, maxRetries: 5 });
  }
});
