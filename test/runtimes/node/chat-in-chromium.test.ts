import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import type { ChatPage } from '../../helpers/local/chat-page.ts';
import { type ChatServer, startChatServer } from '../../helpers/local/chat-server.ts';
import { attentiveAnswer } from '../../helpers/onnx/chat-decoder.ts';

// Real packages in a real Chromium on a closed network: WebLLM as far as it goes without weights, the browser's own Prompt
// API, and transformers.js with models written for the test.

// Every name but the test's own server leads nowhere.
const CLOSED = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1';

let server: ChatServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let foreign: string[];

async function launch(...flags: string[]): Promise<Browser> {
  const { args, ...options } = chromiumLaunch();
  return chromium.launch({ ...options, args: [...args, CLOSED, '--disable-background-networking', ...flags] });
}

beforeAll(async () => { server = await startChatServer(); });
afterAll(() => server.close());

/** A fresh profile per test, and no request that leads elsewhere in any of them. */
function inChromium(...flags: string[]): void {
  beforeAll(async () => { browser = await launch(...flags); });
  afterAll(async () => { await browser.close(); });
  beforeEach(async () => {
    context = await browser.newContext();
    foreign = [];
    context.on('request', (request) => { if (!/^(?:blob|data):/.test(request.url()) && !request.url().startsWith(`${server.origin}/`)) foreign.push(request.url()); });
    page = await context.newPage();
    await page.goto(server.origin);
    await page.waitForFunction(() => 'lib' in globalThis);
    server.requests.length = 0;
  });
  afterEach(async () => {
    await context.close();
    expect(foreign.filter((url) => !url.startsWith('http://127.0.0.1:1/'))).toEqual([]);
  });
}

interface WebLlmCase {
  /** Where the weights and the library are, below the origin, or a whole address. */
  readonly at: string;
  readonly record?: object;
  readonly inPage?: boolean;
  readonly abortAfter?: string;
}

/** What came of loading with WebLLM: 'loaded', or name, problem and message of the error. */
async function loadWebLlm({ at, record = {}, inPage = false, abortAfter }: WebLlmCase): Promise<{ name: string; problem: string; message: string }> {
  const base = at.startsWith('http') ? at : server.origin + at;
  const result = page.evaluate(async ({ base, record, inPage }) => {
    const { webLlm, importWebLlm } = (globalThis as unknown as { lib: ChatPage }).lib;
    const controller = new AbortController();
    Object.assign(globalThis, { abortLoad: () => controller.abort() });
    const appConfig = { model_list: [{ model_id: 'tiny', model: `${base}/tiny/resolve/main/`, model_lib: `${base}/tiny.wasm`, ...record }] };
    const where = inPage ? { lib: importWebLlm as never } : { worker: () => new Worker('/web-llm-worker.js', { type: 'module' }) };
    try {
      await webLlm({ model: 'tiny', appConfig, ...where }).load({ signal: controller.signal });
      return { name: 'loaded', problem: '', message: '' };
    } catch (error) {
      const { name, problem, message } = error as { name: string; problem?: string; message: string };
      return { name, problem: problem ?? '', message };
    }
  }, { base, record, inPage });
  if (abortAfter !== undefined) {
    await expect.poll(() => server.requests, { timeout: 180_000 }).toContain(abortAfter);
    await page.evaluate(() => (globalThis as unknown as { abortLoad: () => void }).abortLoad());
  }
  return result;
}

/** The package is the one lazy chunk that its worker loads by itself. */
const fetchedWebLlm = (): boolean => server.requests.includes('/web-llm-worker.js') && server.requests.some((path) => path.startsWith('/chunk-lib-'));

describe('without a GPU', () => {
  inChromium();

  it('WebLLM is refused before anything of it is fetched', async () => {
    expect(await loadWebLlm({ at: '/garbage' })).toMatchObject({ name: 'LocalModelError', problem: 'no-webgpu' });
    expect(await loadWebLlm({ at: '/garbage', inPage: true })).toMatchObject({ problem: 'no-webgpu' });
    expect(server.requests).toEqual([]);
  });

  it('the Prompt API of this Chromium is there and has no model', async () => {
    const [type, probe, load] = await page.evaluate(async () => {
      const backend = (globalThis as unknown as { lib: ChatPage }).lib.promptApi({ expectedInputs: [{ type: 'text', languages: ['en'] }] });
      const load = await backend.load().then(() => 'loaded', (error: { problem: string }) => error.problem);
      return [typeof (globalThis as { LanguageModel?: unknown }).LanguageModel, await backend.probe(), load] as const;
    });
    expect(type).toBe('function');
    expect(probe).toMatchObject({ ok: false, problem: 'unavailable' });
    expect(load).toBe('unavailable');
  });

  describe('transformers.js', () => {
    const prompts = ['w1 w2 w3', 'w5', 'w9 w8 w7 w6', 'unknown w30'];

    it('says what the reference computes, with the WebAssembly of this server', { timeout: 180_000 }, async () => {
      const answers = await page.evaluate(async ({ origin, prompts }) => {
        const { transformersChat } = (globalThis as unknown as { lib: ChatPage }).lib;
        const model = await transformersChat({ model: 'attentive', modelPath: `${origin}/models`, wasmPaths: `${origin}/ort/` }).load();
        const answers = [];
        for (const content of prompts) answers.push((await model.complete([{ role: 'user', content }], { maxTokens: 24 })).content ?? '');
        await model.dispose();
        return answers;
      }, { origin: server.origin, prompts });
      expect(answers).toEqual(prompts.map((prompt) => attentiveAnswer(prompt, 24).text));
      expect(server.requests).toContain('/ort/ort-wasm-simd-threaded.wasm');
      expect(server.requests).toContain('/models/attentive/onnx/model.onnx');
    });

    it('failures of the runtime do not stay: another answer, another load', { timeout: 180_000 }, async () => {
      const report = await page.evaluate(async (origin) => {
        const { transformersChat } = (globalThis as unknown as { lib: ChatPage }).lib;
        const load = (model: string) => transformersChat({ model, modelPath: `${origin}/models/`, wasmPaths: `${origin}/ort/` }).load();
        const ask = (model: Awaited<ReturnType<typeof load>>, content: string) => model.complete([{ role: 'user', content }])
          .then(({ content }) => content, (error: { problem: string }) => error.problem);
        const problem = (promise: Promise<unknown>) => promise.then(() => 'none', (error: { problem: string }) => error.problem);
        const outside = await load('outside');
        const report = [await ask(outside, 'outside'), await ask(outside, 'hi?'), await problem(load('damaged')), await problem(load('missing'))];
        const scripted = await load('scripted');
        report.push(await ask(scripted, 'hi?'), await ask(scripted, 'hi? '.repeat(300)), ...await Promise.all([ask(outside, 'outside'), ask(scripted, 'hi?'), ask(outside, 'hi?')]));
        return report;
      }, server.origin);
      const sentence = 'hello world from a tiny local model.';
      expect(report).toEqual(['failed', sentence, 'corrupt', 'not-found', sentence, 'bad-input', 'failed', sentence, sentence]);
    });

    it('the page goes on while it computes, and a click can stop it', { timeout: 180_000 }, async () => {
      const report = await page.evaluate(async (origin) => {
        const { transformersChat } = (globalThis as unknown as { lib: ChatPage }).lib;
        const model = await transformersChat({ model: 'scripted', modelPath: `${origin}/models/`, wasmPaths: `${origin}/ort/` }).load();
        const controller = new AbortController();
        // One after the other without end, until the timer gets its turn.
        setTimeout(() => controller.abort(), 100);
        let answers = 0;
        try {
          for (;;) {
            await model.complete([{ role: 'user', content: 'loop?' }], { signal: controller.signal });
            answers++;
          }
        } catch (error) {
          return { answers, name: (error as Error).name };
        }
      }, server.origin);
      expect(report.name).toBe('AbortedError');
    });

    it('runs in a worker', { timeout: 180_000 }, async () => {
      const answer = await page.evaluate(async (origin) => {
        const worker = new Worker('/transformers-worker.js', { type: 'module' });
        const answer = new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
        worker.postMessage({ blazenWorker: 1, kind: 'call', id: 1, method: 'answer', args: { origin, prompt: 'w9 w8 w7 w6' } });
        return answer;
      }, server.origin);
      expect(answer).toMatchObject({ kind: 'result', value: attentiveAnswer('w9 w8 w7 w6', 24).text });
    });
  });
});

describe('with a GPU (SwiftShader), WebLLM', () => {
  inChromium('--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader');

  it('is probed on the real adapter', async () => {
    expect(await loadWebLlm({ at: '/garbage', record: { required_features: ['shader-f16'] } })).toMatchObject({ problem: 'no-f16' });
    expect(await loadWebLlm({ at: '/garbage', record: { buffer_size_required_bytes: 2 ** 40 } })).toMatchObject({ problem: 'vram' });
    expect(server.requests).toEqual([]);
  });

  it('is imported in the worker and reports an unreachable model; the worker is gone then', { timeout: 180_000 }, async () => {
    expect(await loadWebLlm({ at: 'http://127.0.0.1:1' })).toMatchObject({ name: 'LocalModelError', problem: 'offline' });
    expect(fetchedWebLlm()).toBe(true);
    await expect.poll(() => page.workers().length).toBe(0);
  });

  it('reports a model that is not there, and one that is no model', { timeout: 180_000 }, async () => {
    expect(await loadWebLlm({ at: '/nowhere' })).toMatchObject({ problem: 'unavailable' });
    expect(await loadWebLlm({ at: '/garbage' })).toMatchObject({ problem: 'corrupt' });
    expect(server.requests).toContain('/garbage/tiny.wasm');
  });

  it('stops loading when it is aborted, in a worker and in the page', { timeout: 180_000 }, async () => {
    const config = '/slow/tiny/resolve/main/mlc-chat-config.json';
    expect(await loadWebLlm({ at: '/slow', abortAfter: config })).toMatchObject({ name: 'AbortedError' });
    await expect.poll(() => page.workers().length).toBe(0);
    server.requests.length = 0;
    expect(await loadWebLlm({ at: '/slow', inPage: true, abortAfter: config })).toMatchObject({ name: 'AbortedError' });
  });

  it('loads on the page when the package is given there, and fails as clearly', { timeout: 180_000 }, async () => {
    expect(await loadWebLlm({ at: '/nowhere', inPage: true })).toMatchObject({ problem: 'unavailable' });
  });

  it("the package's own worker engine, whose errors are texts, can be given too", { timeout: 180_000 }, async () => {
    const result = await page.evaluate(async (origin) => {
      const { webLlm, importWebLlm } = (globalThis as unknown as { lib: ChatPage }).lib;
      const { WebWorkerMLCEngineHandler, WebWorkerMLCEngine } = await importWebLlm();
      // Both ends in this page: what is tried are the texts that cross the line.
      const line = new MessageChannel();
      const handler = new WebWorkerMLCEngineHandler();
      handler.postMessage = (message: unknown) => line.port2.postMessage(message);
      line.port2.onmessage = (event) => handler.onmessage(event);
      class Engine extends WebWorkerMLCEngine {
        constructor(config: object) {
          super(line.port1, config);
        }
      }
      const appConfig = { model_list: [{ model_id: 'tiny', model: `${origin}/nowhere/resolve/main/`, model_lib: `${origin}/nowhere.wasm` }] };
      return webLlm({ model: 'tiny', appConfig, lib: async () => ({ MLCEngine: Engine }) }).load()
        .then(() => 'loaded', (error: { problem: string; cause: unknown }) => [error.problem, typeof error.cause]);
    }, server.origin);
    expect(result).toEqual(['unavailable', 'string']);
  });
});
