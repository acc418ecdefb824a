import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import { encoderFiles } from '../onnx/encoder.ts';
import { crossEncoderFiles } from '../onnx/cross-encoder.ts';
import type { EmbedPage } from './embed-page.ts';
import { type PageServer, type Served, startPageServer } from './page-server.ts';
import { speechFiles } from '../onnx/speech.ts';
import { piecesHandler } from './pieces-server.ts';
import { transformersModels } from './transformers-suite.ts';

const IMPORTS = {
  'onnxruntime-web/wasm': '/ort/ort.wasm.bundle.min.mjs', 'onnxruntime-web/webgpu': '/ort/ort.webgpu.bundle.min.mjs',
  'onnxruntime-common': '/ort-common/index.js', '@huggingface/transformers': '/tf/transformers.web.min.js',
};
export const WASM = '/ort/ort-wasm-simd-threaded.wasm';
export const GPU_WASM = '/ort/ort-wasm-simd-threaded.asyncify.wasm';
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** What a page of the server has in its global scope. */
export type Scope = { readonly page: EmbedPage; inWorker(method: string, args?: unknown): Promise<unknown> };

/** A page of its own context that reaches no host but the server. */
export interface OpenPage {
  readonly page: Page;
  /** Addresses of other hosts that it asked for. */
  readonly refused: readonly string[];
  /** Paths of the server that were asked for since it was opened. */
  readonly asked: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** Chromium and the pages that embed: `/wasm` (isolated), `/wasm-address`, `/webgpu`, `/nothing-installed`, `/no-wasm`. */
export class EmbedBrowser {
  readonly #server: PageServer;
  readonly #browser: Browser;

  private constructor(server: PageServer, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  static async start({ gpu = false } = {}): Promise<EmbedBrowser> {
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
    for (const [name, model] of Object.entries({ ...transformersModels(), 'tiny-cross-encoder': crossEncoderFiles(), 'tiny-speech': speechFiles() })) {
      for (const [path, content] of Object.entries(model)) files[`/models/${name}/${path}`] = { content };
    }
    const server = await startPageServer(files, {
      '/ort/': 'node_modules/onnxruntime-web/dist/', '/ort-common/': 'node_modules/onnxruntime-common/dist/esm/', '/tf/': 'node_modules/@huggingface/transformers/dist/',
    }, { '/pieces/': piecesHandler({ 'tiny-encoder': encoderFiles() }) });
    const launch = chromiumLaunch();
    return new EmbedBrowser(server, await chromium.launch({
      ...launch, args: [...launch.args, ...(gpu ? ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] : [])],
    }));
  }

  async open(path: string): Promise<OpenPage> {
    const context = await this.#browser.newContext();
    const refused: string[] = [];
    await context.route((url) => url.origin !== this.#server.origin, async (route) => {
      refused.push(route.request().url());
      await route.abort();
    });
    const page = await context.newPage();
    const before = this.#server.asked.length;
    await page.goto(`${this.#server.origin}${path}`);
    await page.waitForFunction(() => 'page' in globalThis);
    return { page, refused, asked: () => this.#server.asked.slice(before), close: () => context.close() };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }
}

/** What went wrong in the whole suite, run in a page or in a worker of it. */
export async function failuresIn(page: Page, where: 'page' | 'worker'): Promise<string[]> {
  const names = await page.evaluate(() => (globalThis as unknown as Scope).page.names);
  const failures: string[] = names.length > 10 ? [] : [`only ${names.length} tests`];
  for (const name of names) {
    const failure = where === 'page'
      ? await page.evaluate((test) => (globalThis as unknown as Scope).page.run(test), name)
      : await page.evaluate((test) => (globalThis as unknown as Scope).inWorker('run', test), name);
    if (failure !== null) failures.push(`${name}: ${failure as string}`);
  }
  return failures;
}

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
