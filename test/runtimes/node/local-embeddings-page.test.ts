import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import type { EmbedPage } from '../../helpers/local/embed-page.ts';
import { difference, SENTENCES, vectorOf } from '../../helpers/local/embedding-suite.ts';
import { type PageServer, type Served, startPageServer } from '../../helpers/local/page-server.ts';
import { crossEncoderFiles } from '../../helpers/onnx/cross-encoder.ts';
import { transformersModels } from '../../helpers/local/transformers-suite.ts';
import { encoderFiles } from '../../helpers/onnx/encoder.ts';

const IMPORTS = {
  'onnxruntime-web/wasm': '/ort/ort.wasm.bundle.min.mjs', 'onnxruntime-web/webgpu': '/ort/ort.webgpu.bundle.min.mjs',
  'onnxruntime-common': '/ort-common/index.js', '@huggingface/transformers': '/tf/transformers.web.min.js',
};
const WASM = '/ort/ort-wasm-simd-threaded.wasm';
const GPU_WASM = '/ort/ort-wasm-simd-threaded.asyncify.wasm';
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

type Scope = { page: EmbedPage; inWorker(method: string, args?: unknown): Promise<unknown> };

let server: PageServer;
let plain: Browser;
let withGpu: Browser;

async function bundle(external: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['test/helpers/local/embed-page.ts'], bundle: true, format: 'esm', write: false, conditions: ['browser'],
    external: [...external, '@huggingface/transformers'],
  });
  return outputFiles[0]?.text ?? '';
}

function html(query: string, imports: object = IMPORTS): string {
  return `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script><script type="module" src="/page.js?${query}"></script>`;
}

beforeAll(async () => {
  const files: Record<string, Served> = {
    '/page.js': { content: await bundle(['onnxruntime-web']) },
    // No import map reaches into a worker: there the runtime is in the bundle.
    '/worker.js': { content: await bundle([]) },
    '/wasm': { content: html(''), headers: ISOLATED },
    '/wasm-address': { content: html(`wasm=${WASM}`) },
    '/webgpu': { content: html('device=webgpu') },
    '/nothing-installed': { content: html('', {}) },
    '/no-wasm': { content: html(''), headers: { 'content-security-policy': "script-src 'self' 'unsafe-inline'" } },
  };
  for (const [name, model] of Object.entries({ ...transformersModels(), 'tiny-cross-encoder': crossEncoderFiles() })) {
    for (const [path, content] of Object.entries(model)) files[`/models/${name}/${path}`] = { content };
  }
  server = await startPageServer(files, {
    '/ort/': 'node_modules/onnxruntime-web/dist/', '/ort-common/': 'node_modules/onnxruntime-common/dist/esm/', '/tf/': 'node_modules/@huggingface/transformers/dist/',
  });
  const launch = chromiumLaunch();
  plain = await chromium.launch(launch);
  withGpu = await chromium.launch({ ...launch, args: [...launch.args, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] });
});
afterAll(async () => {
  await Promise.all([plain?.close(), withGpu?.close()]);
  server?.close();
});

/** A page of its own context that reaches no host but the server; `refused` are the addresses it asked for elsewhere. */
async function open(browser: Browser, path: string): Promise<{ page: Page; refused: string[]; asked: () => string[] }> {
  const context = await browser.newContext();
  const refused: string[] = [];
  await context.route((url) => url.origin !== server.origin, async (route) => {
    refused.push(route.request().url());
    await route.abort();
  });
  const page = await context.newPage();
  const before = server.asked.length;
  await page.goto(`${server.origin}${path}`);
  await page.waitForFunction(() => 'page' in globalThis);
  return { page, refused, asked: () => server.asked.slice(before) };
}

/** How far the vectors of SENTENCES are from the definition of the model. */
function furthest(answer: unknown): number {
  const { vectors } = answer as { vectors: number[][] };
  return Math.max(...SENTENCES.map((text, i) => difference(vectors[i] as number[], vectorOf(text))));
}

async function runSuite(page: Page, where: 'page' | 'worker'): Promise<void> {
  const names = await page.evaluate(() => (globalThis as unknown as Scope).page.names);
  expect(names.length).toBeGreaterThan(10);
  const failures: string[] = [];
  for (const name of names) {
    const failure = where === 'page'
      ? await page.evaluate((test) => (globalThis as unknown as Scope).page.run(test), name)
      : await page.evaluate((test) => (globalThis as unknown as Scope).inWorker('run', test), name);
    if (failure !== null) failures.push(`${name}: ${failure as string}`);
  }
  expect(failures).toEqual([]);
}

describe('ONNX Runtime Web in Chromium', () => {
  test('a page embeds and reranks in WebAssembly that it fetched from its own server', { timeout: 60_000 }, async () => {
    const { page, refused, asked } = await open(plain, '/wasm');
    await runSuite(page, 'page');
    expect(asked()).toContain(WASM);
    expect(refused).toEqual([]);
    await page.context().close();
  });

  test('a worker embeds and reranks, with the WebAssembly at an address given', { timeout: 60_000 }, async () => {
    const { page, refused, asked } = await open(plain, '/wasm-address');
    await runSuite(page, 'worker');
    expect(asked().filter((path) => path.endsWith('.wasm'))).toEqual([WASM]);
    expect(refused).toEqual([]);
    await page.context().close();
  });

  // A GPU in software compiles its shaders anew for each model: the whole suite runs on it in test/long.
  test('a page embeds on WebGPU, also after a model was refused', { timeout: 60_000 }, async () => {
    const { page, refused, asked } = await open(withGpu, '/webgpu');
    const load = (options: object): Promise<unknown> => page.evaluate(([more, texts]) => (globalThis as unknown as Scope).page.load(more, texts), [options, SENTENCES] as const);
    expect(await load({ model: '/models/tiny-encoder/config.json' })).toEqual({ problem: 'corrupt' });
    expect(furthest(await load({}))).toBeLessThanOrEqual(1e-5);
    expect(asked()).toContain(GPU_WASM);
    expect(refused).toEqual([]);
    await page.context().close();
  });
});

test('transformers.js embeds in a page, and outlives its failures', { timeout: 60_000 }, async () => {
  const { page, refused, asked } = await open(plain, '/wasm');
  const names = await page.evaluate(() => (globalThis as unknown as Scope).page.transformers.names);
  for (const name of names) {
    expect([name, await page.evaluate((test) => (globalThis as unknown as Scope).page.transformers.run(test), name)]).toEqual([name, null]);
  }
  expect(asked()).toEqual(expect.arrayContaining(['/tf/transformers.web.min.js', WASM]));
  expect(refused).toEqual([]);
  await page.context().close();
});

test('1,000 mixed calls in a page end in the right vectors or the right error', { timeout: 120_000 }, async () => {
  const { page } = await open(plain, '/wasm');
  const { outcomes, wrong } = await page.evaluate((plan) => (globalThis as unknown as Scope).page.soak(plan), { seed: 11, calls: 1000, parallel: 20, loads: 0.04 });
  expect(wrong).toEqual([]);
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(1000);
  await page.context().close();
});

describe('what is missing is said', () => {
  const problem = async (browser: Browser, path: string, options: object = {}): Promise<[unknown, unknown]> => {
    const { page } = await open(browser, path);
    const found = await page.evaluate(async (more) => {
      const { page: tests } = globalThis as unknown as Scope;
      return [await tests.probe(more), await tests.load(more, ['hello'])] as [unknown, unknown];
    }, options);
    await page.context().close();
    return found;
  };

  test('no WebGPU adapter', async () => {
    expect(await problem(plain, '/webgpu')).toMatchObject([{ ok: false, problem: 'no-webgpu' }, { problem: 'no-webgpu' }]);
  });

  test('packages that are not installed', async () => {
    expect(await problem(plain, '/nothing-installed')).toMatchObject([{ ok: false, problem: 'not-installed' }, { problem: 'not-installed' }]);
  });

  test('a policy that forbids WebAssembly', async () => {
    expect(await problem(plain, '/no-wasm')).toMatchObject([{ ok: false, problem: 'wasm-forbidden' }, { problem: 'wasm-forbidden' }]);
  });

  test('threads on a page that is not isolated are one thread, and on one that is they are threads', async () => {
    const [probe, loaded] = await problem(plain, '/wasm-address', { threads: 2 });
    expect(probe).toMatchObject({ ok: true, note: expect.stringContaining('Cross-Origin-Opener-Policy') as string });
    expect(loaded).toMatchObject({ vectors: [expect.anything()] });
    expect((await problem(plain, '/wasm', { threads: 2 }))[0]).toEqual({ ok: true });
  });

  test('files that are not there, cannot be reached, or are something else', async () => {
    const { page } = await open(plain, '/wasm');
    const load = (options: object): Promise<unknown> => page.evaluate((more) => (globalThis as unknown as Scope).page.load(more, ['hello']), options);
    // The runtime's own file first: it starts once.
    expect(await load({ wasm: '/models/tiny-encoder/config.json' })).toEqual({ problem: 'corrupt' });
    expect(await load({ wasm: '/nothing.wasm' })).toEqual({ problem: 'not-found' });
    expect(await load({ model: '/models/nothing.onnx' })).toEqual({ problem: 'not-found' });
    expect(await load({ model: 'http://127.0.0.1:1/model.onnx' })).toEqual({ problem: 'offline' });
    expect(await load({ model: '/models/tiny-encoder/config.json' })).toEqual({ problem: 'corrupt' });
    expect(await load({ tokenizer: '/models/tiny-encoder/onnx/model.onnx' })).toEqual({ problem: 'corrupt' });
    expect(await load({})).toMatchObject({ vectors: [expect.anything()] });
    await page.context().close();
  });
});

test('a download is told byte by byte, and gives the vectors of the definition', async () => {
  const { page } = await open(plain, '/wasm');
  const answer = await page.evaluate((texts) => (globalThis as unknown as Scope).page.load({}, texts), SENTENCES);
  if (!('vectors' in answer)) throw new Error(answer.problem);
  expect(furthest(answer)).toBeLessThanOrEqual(1e-5);
  const model = encoderFiles()['onnx/model.onnx'] as Uint8Array;
  expect(answer.progress.filter(([file]) => file.endsWith('model.onnx')).at(-1)).toEqual(['/models/tiny-encoder/onnx/model.onnx', model.length, model.length]);
  await page.context().close();
});
