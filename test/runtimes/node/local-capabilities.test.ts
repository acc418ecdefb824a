import { chromium } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import type { CapabilitiesPage } from '../../helpers/local/capabilities-page.ts';
import { type PageServer, startPageServer } from '../../helpers/page-server.ts';

let server: PageServer;
beforeAll(async () => { server = await startPageServer({ page: 'test/helpers/local/capabilities-page.ts' }); });
afterAll(() => server.close());

async function visit(flags: readonly string[], path: string) {
  const launch = chromiumLaunch();
  const browser = await chromium.launch({ ...launch, args: [...launch.args.filter((flag) => !/webgpu/i.test(flag)), ...flags] });
  try {
    const page = await browser.newPage();
    await page.goto(server.origin + path);
    return await page.evaluate(async () => {
      const { page: program } = globalThis as unknown as { page: CapabilitiesPage };
      return { ...await program.look(), probes: await program.probes() };
    });
  } finally {
    await browser.close();
  }
}

it('a Chromium with a software GPU on an isolated page', { timeout: 180_000 }, async () => {
  const { webGpu, wasm, isolated, storage, probes } = await visit(['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'], '/isolated');
  expect(webGpu).toMatchObject({ ok: true, vendor: 'google', architecture: 'swiftshader' });
  if (webGpu.ok) {
    expect(webGpu.features.length).toBeGreaterThan(3);
    expect(webGpu.features).not.toContain('shader-f16');
    expect(webGpu.limits['maxBufferSize']).toBeGreaterThan(2 ** 20);
  }
  expect(isolated).toBe(true);
  expect(wasm).toEqual({ compile: true, simd: true, relaxedSimd: true, threads: true });
  expect(storage.quota).toBeGreaterThan(0);
  expect(probes).toMatchObject({
    any: { ok: true }, f16: { ok: false, problem: 'no-f16' }, huge: { ok: false, problem: 'vram' }, fits: { ok: true }, isolation: { ok: true },
  });
});

it('a Chromium without a GPU on a page that is not isolated', { timeout: 180_000 }, async () => {
  const { webGpu, wasm, isolated, promptApi, deviceMemoryGb, hardwareConcurrency, probes } = await visit([], '/');
  expect(webGpu).toMatchObject({ ok: false, problem: 'no-webgpu' });
  expect(isolated).toBe(false);
  expect(wasm).toMatchObject({ compile: true, simd: true, threads: false });
  // This browser has the API and no model for it.
  expect([null, 'unavailable']).toContain(promptApi);
  expect(deviceMemoryGb).toBeGreaterThan(0);
  expect(hardwareConcurrency).toBeGreaterThan(0);
  expect(probes).toMatchObject({ any: { problem: 'no-webgpu' }, f16: { problem: 'no-webgpu' }, isolation: { ok: false, problem: 'not-isolated' } });
});
