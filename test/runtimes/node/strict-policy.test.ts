import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import type { RankingPage } from '../../helpers/ranking-page.ts';

let server: Server;
let browser: Browser;
let origin = '';

// `/strict` forbids what compiles WebAssembly, `/open` only everything else.
const policies: Readonly<Record<string, string>> = {
  '/strict': "default-src 'none'; script-src 'self'", '/open': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
};

beforeAll(async () => {
  const { outputFiles } = await build({ entryPoints: ['test/helpers/ranking-page.ts'], bundle: true, format: 'esm', write: false, conditions: ['browser'] });
  server = createServer(({ url = '' }, response) => {
    const policy = policies[url];
    response.setHeader('content-type', policy === undefined ? 'text/javascript' : 'text/html');
    if (policy !== undefined) response.setHeader('content-security-policy', policy);
    response.end(policy === undefined ? outputFiles[0]?.text : '<!doctype html><script type="module" src="/program.js"></script>');
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch(chromiumLaunch());
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function visit(path: string): Promise<{ compiles: boolean; rankings: string[]; errors: string[] }> {
  const tab = await browser.newPage();
  const errors: string[] = [];
  tab.on('pageerror', (error) => errors.push(error.message));
  await tab.goto(origin + path, { waitUntil: 'load' });
  const [compiles, rankings] = await tab.evaluate(async () => {
    const { page } = globalThis as unknown as { page: RankingPage };
    return [page.compiles(), await page.rankings()] as const;
  });
  await tab.close();
  return { compiles, rankings, errors };
}

it('a page whose policy forbids WebAssembly ranks the same entries the same way', { timeout: 180_000 }, async () => {
  const strict = await visit('/strict');
  const open = await visit('/open');
  expect([strict.compiles, open.compiles]).toEqual([false, true]);
  expect([strict.errors, open.errors]).toEqual([[], []]);
  expect(strict.rankings).toHaveLength(180);
  expect(strict.rankings).toEqual(open.rankings);
});
