import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EmbedBrowser, failuresIn, GPU_WASM, type Scope, WASM } from '../../helpers/local/embed-browser.ts';
import { difference, SENTENCES, vectorOf } from '../../helpers/local/embedding-suite.ts';
import { SPEECH_SENTENCE } from '../../helpers/onnx/speech.ts';
import { encoderFiles } from '../../helpers/onnx/encoder.ts';

let plain: EmbedBrowser;
let withGpu: EmbedBrowser;

beforeAll(async () => {
  [plain, withGpu] = await Promise.all([EmbedBrowser.start(), EmbedBrowser.start({ gpu: true })]);
}, 60_000);
afterAll(() => Promise.all([plain?.close(), withGpu?.close()]));

/** How far the vectors of SENTENCES are from the definition of the model. */
function furthest(answer: unknown): number {
  const { vectors } = answer as { vectors: number[][] };
  return Math.max(...SENTENCES.map((text, i) => difference(vectors[i] as number[], vectorOf(text))));
}

describe('ONNX Runtime Web in Chromium', () => {
  test('a page embeds and reranks in WebAssembly that it fetched from its own server', { timeout: 180_000 }, async () => {
    const { page, refused, asked, close } = await plain.open('/wasm');
    expect(await failuresIn(page, 'page')).toEqual([]);
    expect(asked()).toContain(WASM);
    expect(refused).toEqual([]);
    await close();
  });

  test('a worker embeds and reranks, with the WebAssembly at an address given', { timeout: 180_000 }, async () => {
    const { page, refused, asked, close } = await plain.open('/wasm-address');
    expect(await failuresIn(page, 'worker')).toEqual([]);
    expect(asked().filter((path) => path.endsWith('.wasm'))).toEqual([WASM]);
    expect(refused).toEqual([]);
    await close();
  });

  test('1,000 mixed calls in a page end in the right vectors or the right error', { timeout: 180_000 }, async () => {
    const { page, close } = await plain.open('/wasm');
    const { outcomes, wrong } = await page.evaluate((plan) => (globalThis as unknown as Scope).page.soak(plan), { seed: 11, calls: 1000, parallel: 20, loads: 0.04 });
    expect(wrong).toEqual([]);
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(1000);
    await close();
  });

  // A GPU in software compiles its shaders anew for each model: the whole suite and 1,000 calls run on it in test/long.
  test('a page embeds on WebGPU, also after a model was refused, a GPU was lost and calls were mixed', { timeout: 180_000 }, async () => {
    const { page, refused, asked, close } = await withGpu.open('/webgpu');
    const load = (options: object): Promise<unknown> => page.evaluate(([more, texts]) => (globalThis as unknown as Scope).page.load(more, texts), [options, SENTENCES] as const);
    expect(await load({ model: '/models/tiny-encoder/config.json' })).toEqual({ problem: 'corrupt' });
    const { problems, vector } = await page.evaluate(() => (globalThis as unknown as Scope).page.loseGpu());
    expect(problems).toEqual(['device-lost', 'device-lost']);
    expect(difference(vector, vectorOf('hello world'))).toBeLessThanOrEqual(1e-5);
    expect(furthest(await load({}))).toBeLessThanOrEqual(1e-5);
    const { outcomes, wrong } = await page.evaluate((plan) => (globalThis as unknown as Scope).page.soak(plan), { seed: 3, calls: 40, parallel: 8, loads: 0.02 });
    expect(wrong).toEqual([]);
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(asked()).toContain(GPU_WASM);
    expect(refused).toEqual([]);
    await close();
  });
});

test('transformers.js embeds in a page, and outlives its failures', { timeout: 180_000 }, async () => {
  const { page, refused, asked, close } = await plain.open('/wasm');
  const names = await page.evaluate(() => (globalThis as unknown as Scope).page.transformers.names);
  for (const name of names) {
    expect([name, await page.evaluate((test) => (globalThis as unknown as Scope).page.transformers.run(test), name)]).toEqual([name, null]);
  }
  expect(asked()).toEqual(expect.arrayContaining(['/tf/transformers.web.min.js', WASM]));
  expect(refused).toEqual([]);
  // The package keeps nothing of what it loads: that is for `files` to do.
  expect(await page.evaluate(() => caches.keys())).toEqual([]);
  await close();
});

test('transformers.js hears in a page that is not isolated', { timeout: 180_000 }, async () => {
  const { page, refused, asked, close } = await plain.open('/wasm-address');
  const { text, segments, language } = await page.evaluate(() => (globalThis as unknown as Scope).page.hear());
  expect({ text, language }).toEqual({ text: SPEECH_SENTENCE.trim(), language: 'en' });
  expect(segments).toMatchObject([{ text: SPEECH_SENTENCE.trim(), start: 0, end: 2 }]);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  expect(asked()).toEqual(expect.arrayContaining(['/tf/transformers.web.min.js', WASM]));
  expect(refused).toEqual([]);
  await close();
});

describe('what is missing is said', () => {
  const problem = async (path: string, options: object = {}): Promise<[unknown, unknown]> => {
    const { page, close } = await plain.open(path);
    const found = await page.evaluate(async (more) => {
      const { page: tests } = globalThis as unknown as Scope;
      return [await tests.probe(more), await tests.load(more, ['hello'])] as [unknown, unknown];
    }, options);
    await close();
    return found;
  };

  test('no WebGPU adapter', async () => {
    expect(await problem('/webgpu')).toMatchObject([{ ok: false, problem: 'no-webgpu' }, { problem: 'no-webgpu' }]);
  });

  test('packages that are not installed', async () => {
    expect(await problem('/nothing-installed')).toMatchObject([{ ok: false, problem: 'not-installed' }, { problem: 'not-installed' }]);
  });

  test('a policy that forbids WebAssembly', async () => {
    expect(await problem('/no-wasm')).toMatchObject([{ ok: false, problem: 'wasm-forbidden' }, { problem: 'wasm-forbidden' }]);
    const { page, asked, close } = await plain.open('/no-wasm');
    const heard = await page.evaluate(() => (globalThis as unknown as Scope).page.hear().catch((error: { problem?: string }) => error.problem));
    expect(heard).toBe('wasm-forbidden');
    expect(asked().filter((path) => path.startsWith('/models/'))).toEqual([]);
    await close();
  });

  test('threads on a page that is not isolated are one thread, and on one that is they are threads', { timeout: 180_000 }, async () => {
    const [probe, loaded] = await problem('/wasm-address', { threads: 2 });
    expect(probe).toMatchObject({ ok: true, note: expect.stringContaining('Cross-Origin-Opener-Policy') as string });
    expect(loaded).toMatchObject({ vectors: [expect.anything()] });
    expect(await problem('/wasm', { threads: 2 })).toMatchObject([{ ok: true }, { vectors: [expect.anything()] }]);
  });

  test('files that are not there, cannot be reached, or are something else', { timeout: 180_000 }, async () => {
    const { page, close } = await plain.open('/wasm');
    const load = (options: object): Promise<unknown> => page.evaluate((more) => (globalThis as unknown as Scope).page.load(more, ['hello']), options);
    // The runtime's own file first: it starts once.
    expect(await load({ wasm: '/models/tiny-encoder/config.json' })).toEqual({ problem: 'corrupt' });
    expect(await load({ wasm: '/nothing.wasm' })).toEqual({ problem: 'not-found' });
    expect(await load({ model: '/models/nothing.onnx' })).toEqual({ problem: 'not-found' });
    expect(await load({ model: 'http://127.0.0.1:1/model.onnx' })).toEqual({ problem: 'offline' });
    expect(await load({ model: '/models/tiny-encoder/config.json' })).toEqual({ problem: 'corrupt' });
    expect(await load({ tokenizer: '/models/tiny-encoder/onnx/model.onnx' })).toEqual({ problem: 'corrupt' });
    expect(await load({})).toMatchObject({ vectors: [expect.anything()] });
    await close();
  });
});

test('a download is told byte by byte, and gives the vectors of the definition', async () => {
  const { page, close } = await plain.open('/wasm');
  const answer = await page.evaluate((texts) => (globalThis as unknown as Scope).page.load({}, texts), SENTENCES);
  if (!('vectors' in answer)) throw new Error(answer.problem);
  expect(furthest(answer)).toBeLessThanOrEqual(1e-5);
  const model = encoderFiles()['onnx/model.onnx'] as Uint8Array;
  expect(answer.progress.filter(([file]) => file.endsWith('model.onnx')).at(-1)).toEqual(['/models/tiny-encoder/onnx/model.onnx', model.length, model.length]);
  await close();
});
