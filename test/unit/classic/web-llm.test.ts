import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ChatMessage, CompletionModel, LocalModelError, UnsupportedError } from '../../../src/index.ts';
import { webLlm } from '../../../src/local/chat/index.ts';
import { ModelManager } from '../../../src/local/index.ts';
import { fakeGpu, fakeWebLlm } from '../../helpers/fake-web-llm.ts';

beforeEach(() => {
  vi.stubGlobal('navigator', fakeGpu());
  vi.stubGlobal('location', new URL('http://127.0.0.1/'));
});
afterEach(() => vi.unstubAllGlobals());

const appConfig = { model_list: [{ model_id: 'tiny', model: 'http://127.0.0.1/tiny/', model_lib: 'http://127.0.0.1/tiny.wasm', vram_required_MB: 2 }] };
const hello = [ChatMessage.user('hi')];

it('loads itself for the first request, once, and again after it was unloaded', async () => {
  const fake = fakeWebLlm();
  const model = CompletionModel.webLlm('tiny', webLlm({ model: 'tiny', appConfig, lib: fake.lib }));
  expect(await model.isLoaded()).toBe(false);
  expect(await model.vramBytes()).toBe(2 * 1024 * 1024);
  const [one, two] = await Promise.all([model.complete(hello), model.withRetry(1).complete(hello)]);
  expect([one.content, two.content]).toEqual(['Hello there', 'Hello there']);
  expect(await model.isLoaded()).toBe(true);
  await model.load();
  expect(fake.log.filter((line) => line.startsWith('reload'))).toHaveLength(1);
  await model.unload();
  await model.unload();
  expect(await model.isLoaded()).toBe(false);
  expect(await Promise.resolve(model.stream(hello))).toMatchObject({ content: 'Hello there' });
  expect(fake.log.filter((line) => line.startsWith('reload'))).toHaveLength(2);
});

it('a model whose device was lost is loaded again by the next request, and retry helps', async () => {
  const fake = fakeWebLlm();
  const model = CompletionModel.webLlm('tiny', webLlm({ model: 'tiny', appConfig, lib: fake.lib }));
  await model.load();
  fake.failAnswer = 'DeviceLostError: gone';
  await expect(model.complete(hello)).rejects.toMatchObject({ problem: 'device-lost' });
  expect(await model.isLoaded()).toBe(false);
  fake.failAnswer = undefined;
  expect((await model.complete(hello)).content).toBe('Hello there');
});

it('without a backend it can be made, and says what is missing when it is asked', async () => {
  const model = CompletionModel.webLlm('Llama-3.1-8B-Instruct-q4f32_1-MLC');
  expect(model).toBeInstanceOf(CompletionModel);
  expect(await model.vramBytes()).toBeNull();
  const error = await model.complete(hello).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LocalModelError);
  expect(error).toMatchObject({ problem: 'not-installed', fix: expect.stringContaining('blazen-ts/local/chat') as string });
});

it('falls back to a hosted model when the device cannot', async () => {
  const hosted = CompletionModel.fromJsHandler('hosted', async () => ({ content: 'from afar' }));
  const model = CompletionModel.withFallback([CompletionModel.webLlm('tiny'), hosted], { fallbackOn: (error) => error instanceof LocalModelError });
  expect((await model.complete(hello)).content).toBe('from afar');
});

it('a model manager takes it as it is', async () => {
  const fake = fakeWebLlm();
  const manager = new ModelManager(8);
  manager.register('tiny', CompletionModel.webLlm('tiny', webLlm({ model: 'tiny', appConfig, lib: fake.lib })));
  expect(await manager.use('tiny', (model: CompletionModel) => model.complete(hello))).toMatchObject({ content: 'Hello there' });
  expect(manager.status()).toMatchObject([{ id: 'tiny', loaded: true, vramEstimate: 2n * 1024n * 1024n }]);
  await manager.unload('tiny');
  expect(fake.log.at(-1)).toBe('unload');
});

it('hosted models have nothing to load', async () => {
  await expect(CompletionModel.fromJsHandler('x', () => ({})).load()).rejects.toBeInstanceOf(UnsupportedError);
});
