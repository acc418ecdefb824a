import { afterAll, beforeAll, expect, test } from 'vitest';
import { EmbedBrowser, failuresIn, type Scope } from '../helpers/local/embed-browser.ts';

// WebGPU in software (SwiftShader) compiles the shaders of every model anew, which takes seconds.
const CALLS = Number(process.env.CALLS ?? 1000);
let browser: EmbedBrowser;

beforeAll(async () => { browser = await EmbedBrowser.start({ gpu: true }); });
afterAll(() => browser?.close());

test('the whole suite holds on WebGPU', async () => {
  const { page, refused, close } = await browser.open('/webgpu');
  expect(await failuresIn(page, 'page')).toEqual([]);
  expect(refused).toEqual([]);
  await close();
});

test(`${CALLS} mixed calls on WebGPU end in the right vectors or the right error`, async () => {
  const { page, close } = await browser.open('/webgpu');
  const { outcomes, wrong } = await page.evaluate((plan) => (globalThis as unknown as Scope).page.soak(plan), { seed: 5, calls: CALLS, parallel: 20, loads: 0.04 });
  expect(wrong).toEqual([]);
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(CALLS);
  console.log(`= embeddings on WebGPU: ${JSON.stringify(outcomes)}`);
  await close();
});
