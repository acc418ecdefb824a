import type * as webLlmPackage from '@mlc-ai/web-llm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { defineTool, runAgent } from '../../../src/agent/index.ts';
import { AbortedError, LocalModelError } from '../../../src/base/error-classes.ts';
import { type LocalChatModel, serveWebLlm, webLlm, type WebLlmAppConfig, type WebLlmLib, type WebLlmModelRecord } from '../../../src/local/chat/index.ts';
import type { PortLike } from '../../../src/local/index.ts';
import { extract, withCache, withFallback } from '../../../src/model/index.ts';
import { fakeGpu, fakeWebLlm, type FakeWebLlm } from '../../helpers/fake-web-llm.ts';

// The types used here must be those of the package.
null as unknown as typeof webLlmPackage satisfies WebLlmLib;
null as unknown as WebLlmAppConfig satisfies webLlmPackage.AppConfig;

const record: WebLlmModelRecord = { model_id: 'tiny', model: 'http://127.0.0.1/tiny/', model_lib: 'http://127.0.0.1/tiny.wasm', vram_required_MB: 2000 };
const appConfig: WebLlmAppConfig = { model_list: [record] };
const user = (content: string) => [{ role: 'user' as const, content }];
const problem = (promise: PromiseLike<unknown>): Promise<string> => Promise.resolve(promise).then(() => 'none', (error: unknown) => error instanceof LocalModelError ? error.problem : String(error));

let fake: FakeWebLlm;
const load = (): Promise<LocalChatModel> => webLlm({ model: 'tiny', appConfig, lib: fake.lib }).load();
beforeEach(() => {
  fake = fakeWebLlm();
  vi.stubGlobal('navigator', fakeGpu());
  vi.stubGlobal('location', new URL('http://127.0.0.1/'));
});
afterEach(() => vi.unstubAllGlobals());

describe('the probe', () => {
  const probe = async (change: Partial<WebLlmModelRecord>, navigator: object = fakeGpu()): Promise<string> => {
    vi.stubGlobal('navigator', navigator);
    const found = await webLlm({ model: 'tiny', appConfig: { model_list: [{ ...record, ...change }] }, lib: fake.lib }).probe();
    return found.ok ? 'ok' : found.problem;
  };

  it('looks at adapter, features, limits and memory before the package is asked for', async () => {
    const lib = vi.fn(fake.lib);
    expect(await probe({})).toBe('ok');
    expect(await probe({}, {})).toBe('no-webgpu');
    expect(await probe({}, fakeGpu(null))).toBe('no-webgpu');
    expect(await probe({ required_features: ['shader-f16'] })).toBe('no-f16');
    expect(await probe({ required_features: ['timestamp-query'] })).toBe('unsupported');
    expect(await probe({ buffer_size_required_bytes: 2 ** 31 })).toBe('vram');
    expect(await probe({ vram_required_MB: 6000 }, { ...fakeGpu(), deviceMemory: 4 })).toBe('vram');
    expect(await probe({ vram_required_MB: 6000 }, { ...fakeGpu(), deviceMemory: 8 })).toBe('ok');
    vi.stubGlobal('navigator', fakeGpu(null));
    expect(await problem(webLlm({ model: 'tiny', appConfig, lib }).load())).toBe('no-webgpu');
    expect(lib).not.toHaveBeenCalled();
  });

  it('says what is missing in the call itself', async () => {
    expect(await webLlm({ model: 'other', appConfig, lib: fake.lib }).probe()).toMatchObject({ ok: false, problem: 'not-found' });
    expect(await webLlm({ model: 'tiny', appConfig }).probe()).toMatchObject({ ok: false, problem: 'not-installed' });
    vi.stubGlobal('location', undefined);
    expect(await webLlm({ model: 'tiny', appConfig, lib: fake.lib }).probe()).toMatchObject({ ok: false, problem: 'unsupported' });
    expect(webLlm({ model: 'tiny', appConfig }).vramBytes).toBe(2000 * 1024 * 1024);
  });
});

describe('loading', () => {
  it('tells bytes as far as WebLLM does', async () => {
    const seen: unknown[] = [];
    await webLlm({ model: 'tiny', appConfig, lib: fake.lib }).load({ onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([
      expect.objectContaining({ loaded: 10 * 1024 * 1024, total: 40 * 1024 * 1024 }), { file: 'Finish loading on WebGPU - fake', loaded: 0, total: null },
    ]);
  });

  it('stops when it is aborted, and unloads', async () => {
    fake.holdReload = true;
    const controller = new AbortController();
    const loading = webLlm({ model: 'tiny', appConfig, lib: fake.lib }).load({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(loading).rejects.toBeInstanceOf(AbortedError);
    expect(fake.log).toContain('unload');
  });

  it.each([
    ['Error: Cannot find model record in appConfig', 'not-found'], ['DeviceLostError: The WebGPU device was lost while loading the model.', 'device-lost'],
    ['TypeError: Failed to fetch', 'offline'], ['QuotaExceededError: no room', 'quota'], ['IntegrityError: hash', 'corrupt'],
    ['Error: Cannot initialize runtime because of requested maxBufferSize exceeds limit.', 'vram'], ['ShaderF16SupportError: f16', 'no-f16'], ['anything else', 'failed'],
  ])('reads the plain text "%s"', async (text, expected) => {
    fake.failReload = text;
    expect(await problem(load())).toBe(expected);
    fake.failReload = undefined;
    expect((await (await load()).complete(user('hi'))).content).toBe('Hello there');
  });
});

describe('answers', () => {
  it('stream, with usage and reason', async () => {
    const model = await load();
    const deltas: (string | undefined)[] = [];
    const answer = await model.stream(user('hi'), (part) => { if (part.delta) deltas.push(part.delta); }, { temperature: 0.3, topP: 0.9, maxTokens: 7, stop: 'END' });
    expect(deltas).toEqual(['Hello', ' there']);
    expect(answer).toMatchObject({ content: 'Hello there', finishReason: 'stop', rawFinishReason: 'stop', model: 'tiny', usage: { promptTokens: 5, completionTokens: 2, totalTokens: 7 } });
    expect(fake.requests).toEqual([{ messages: [{ role: 'user', content: 'hi' }], stream: true, stream_options: { include_usage: true }, temperature: 0.3, top_p: 0.9, max_tokens: 7, stop: ['END'] }]);
    expect((await model.complete(user('hi'), { maxTokens: 1 })).finishReason).toBe('length');
  });

  it('put the system messages first and join turns, as WebLLM wants them', async () => {
    const model = await load();
    await model.complete([{ role: 'user', content: 'a' }, { role: 'system', content: 'be kind' }, { role: 'user', content: 'b' }]);
    expect(fake.requests[0]?.messages).toEqual([{ role: 'system', content: 'be kind' }, { role: 'user', content: 'a\n\nb' }]);
  });

  it('abort: the engine is interrupted, the next answer is whole', async () => {
    fake.answers = [['one', ' two', ' three', ' four'], ['Hello']];
    const model = await load();
    const controller = new AbortController();
    const aborted = model.stream(user('hi'), (part) => { if (part.type === 'text') controller.abort(); }, { signal: controller.signal });
    await expect(Promise.resolve(aborted)).rejects.toBeInstanceOf(AbortedError);
    expect((await model.complete(user('hi'))).content).toBe('Hello');
    expect(fake.log).toContain('interrupt');
  });

  it('an abort while another answer runs does not interrupt that one', async () => {
    fake.answers = [['one', ' two', ' three'], ['x']];
    const model = await load();
    const controller = new AbortController();
    const first = model.complete(user('hi'));
    const second = model.complete(user('hi'), { signal: controller.signal });
    controller.abort();
    await expect(second).rejects.toBeInstanceOf(AbortedError);
    expect((await first).content).toBe('one two three');
    expect(fake.log).not.toContain('interrupt');
  });

  it('interrupt ends with what there is', async () => {
    fake.answers = [['one', ' two', ' three']];
    const model = await load();
    const answer = await model.stream(user('hi'), (part) => { if (part.type === 'text') model.interrupt(); });
    expect(answer).toMatchObject({ content: 'one', finishReason: 'other', rawFinishReason: 'interrupted' });
  });

  it('thoughts come apart, however they are cut', async () => {
    for (const pieces of [['<think>\nso', ' so\n</think>\n\n', 'Yes'], '<think>\nso so\n</think>\n\nYes'.split('')]) {
      fake.answers = [pieces];
      expect(await (await load()).complete(user('hi'), { reasoning: 'high' })).toMatchObject({ reasoning: 'so so\n', content: 'Yes' });
    }
    expect(fake.requests[0]?.extra_body).toEqual({ enable_thinking: true });
  });

  it('a schema becomes response_format', async () => {
    fake.answers = [['{"n":', ' 3}']];
    const { data } = await extract(await load(), z.object({ n: z.number() }), user('how many?'));
    expect(data).toEqual({ n: 3 });
    expect(fake.requests[0]?.response_format?.type).toBe('json_object');
    expect(JSON.parse(fake.requests[0]?.response_format?.schema ?? '')).toMatchObject({ type: 'object', properties: { n: { type: 'number' } } });
  });

  it('a lost device fails the answer, tells so, and a new load helps', async () => {
    const model = await load();
    fake.failAnswer = 'Error: A valid external Instance reference no longer exists: device was lost';
    const error = await model.complete(user('hi')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ problem: 'device-lost', retryable: true });
    expect(await model.lost).toBe(error);
    expect(await problem(model.complete(user('hi')))).toBe('device-lost');
    await model.dispose();
    fake.failAnswer = undefined;
    expect((await (await load()).complete(user('hi'))).content).toBe('Hello there');
  });

  it.each([
    ['ContextWindowSizeExceededError: Prompt tokens exceed context window size', 'bad-input'], ['MessageOrderError: Last message should be from either', 'bad-input'],
    ['ModelNotLoadedError: Model not loaded', 'device-lost'],
  ])('reads "%s"', async (text, expected) => {
    const model = await load();
    fake.failAnswer = text;
    expect(await problem(model.complete(user('hi')))).toBe(expected);
  });

  it('after dispose the engine is unloaded and nothing is taken', async () => {
    const model = await load();
    await model.dispose();
    expect(fake.log.at(-1)).toBe('unload');
    expect(await problem(model.complete(user('hi')))).toBe('disposed');
  });
});

describe('tools, by a schema of calls or an answer', () => {
  const cities: string[] = [];
  const weather = defineTool('weather', z.object({ city: z.string() }), ({ city }) => {
    cities.push(city);
    return 'sunny';
  });
  const call = ['{"tool_calls": [{"name": "weather", ', '"arguments": {"city": "Rome"}}]}'];

  it('an agent calls them and streams its answer', async () => {
    fake.answers = [call, ['{"ans', 'wer": "It is ', 'sunny', '."}']];
    const deltas: string[] = [];
    const result = await runAgent(await load(), user('Weather in Rome?'), [weather], {
      systemPrompt: 'Be brief.', stream: true, onEvent: (event) => { if (event.type === 'model' && event.part.delta) deltas.push(event.part.delta); },
    });
    expect(cities).toEqual(['Rome']);
    expect(result.content).toBe('It is sunny.');
    expect(deltas).toEqual(['It is ', 'sunny', '.']);
    const [first, second] = fake.requests;
    expect(first?.messages[0]).toMatchObject({ role: 'system', content: expect.stringContaining('Be brief.') as string });
    expect(JSON.parse(first?.response_format?.schema ?? '')).toMatchObject({
      anyOf: [{ properties: { tool_calls: { items: { anyOf: [{ properties: { name: { const: 'weather' }, arguments: { properties: { city: { type: 'string' } } } } }] } } } }, { properties: { answer: { type: 'string' } } }],
    });
    expect(second?.messages.slice(-2)).toEqual([
      { role: 'assistant', content: '{"tool_calls":[{"name":"weather","arguments":{"city":"Rome"}}]}' }, { role: 'user', content: 'Result of weather: sunny' },
    ]);
  });

  it('a choice narrows the schema; none leaves it out', async () => {
    const model = await load();
    await model.complete(user('hi'), { tools: [weather, { name: 'time' }], toolChoice: { name: 'time' } });
    await model.complete(user('hi'), { tools: [weather], toolChoice: 'none' });
    expect(fake.requests[0]?.response_format?.schema).not.toContain('weather');
    expect(fake.requests[0]?.response_format?.schema).not.toContain('answer');
    expect(fake.requests[1]?.response_format).toBeUndefined();
  });

  it('extract by a tool', async () => {
    fake.answers = [['{"tool_calls":[{"name":"structured_output","arguments":{"n":4}}]}']];
    expect((await extract(await load(), z.object({ n: z.number() }), user('n?'), { mode: 'tool' })).data).toEqual({ n: 4 });
  });

  it('an answer with a schema of its own, and one that ignores the form', async () => {
    fake.answers = [['{"answer": {"n": 3}}'], ['Just text']];
    const model = await load();
    const responseFormat = { type: 'object', properties: { n: { type: 'number' } } } as const;
    expect((await model.complete(user('n?'), { tools: [weather], responseFormat })).content).toBe('{"n":3}');
    expect((await model.complete(user('n?'), { tools: [weather] })).content).toBe('Just text');
  });
});

it('the wrappers take it', async () => {
  const model = await load();
  const cached = withCache(model, 60);
  await cached.complete(user('hi'));
  await cached.complete(user('hi'));
  expect(fake.requests).toHaveLength(1);
  fake.failAnswer = 'DeviceLostError: gone';
  const other = await webLlm({ model: 'tiny', appConfig, lib: fakeWebLlm().lib }).load();
  expect((await withFallback([model, other]).complete(user('hi'))).content).toBe('Hello there');
});

describe('in a worker', () => {
  /** Both ends of a line in this process; the served end is what a worker's global scope is. */
  const line = (): { port: MessagePort; close: () => void } => {
    const { port1, port2 } = new MessageChannel();
    vi.stubGlobal('addEventListener', port2.addEventListener.bind(port2) as PortLike['addEventListener']);
    vi.stubGlobal('removeEventListener', port2.removeEventListener.bind(port2));
    vi.stubGlobal('postMessage', (message: unknown) => port2.postMessage(message));
    vi.stubGlobal('start', () => port2.start());
    const server = serveWebLlm(fake.lib);
    return { port: port1, close: () => { server.close(); port2.close(); } };
  };

  it('loads, answers, aborts and keeps the class of errors over the line', async () => {
    const { port, close } = line();
    const model = await webLlm({ model: 'tiny', appConfig, worker: () => port }).load();
    expect((await model.complete(user('hi'))).content).toBe('Hello there');
    fake.answers = [['one', ' two', ' three'], ['Hello']];
    const controller = new AbortController();
    const aborted = model.stream(user('hi'), (part) => { if (part.type === 'text') controller.abort(); }, { signal: controller.signal });
    await expect(Promise.resolve(aborted)).rejects.toBeInstanceOf(AbortedError);
    expect((await model.complete(user('hi'))).content).toBe('Hello');
    fake.failAnswer = new Error('something odd');
    expect(await problem(model.complete(user('hi')))).toBe('failed');
    await model.dispose();
    close();
  });

  it('a worker that dies is a lost device', async () => {
    const listeners: ((event: { type: string }) => void)[] = [];
    const dying = {
      postMessage: () => queueMicrotask(() => listeners.forEach((listener) => listener({ type: 'error' }))),
      addEventListener: (type: string, listener: (event: { type: string }) => void) => { if (type === 'error') listeners.push(listener); },
      removeEventListener: () => undefined, terminate: () => undefined,
    };
    expect(await problem(webLlm({ model: 'tiny', appConfig, worker: () => dying }).load())).toBe('device-lost');
  });
});
