import { afterAll, beforeAll, expect, it } from 'vitest';
import { ModelManager } from '../../../src/local/index.ts';
import { Transcription } from '../../../src/index.ts';
import { whisper } from '../../../src/local/transcription/index.ts';
import { whisperThreads } from '../../../src/platform/node/index.ts';
import { type PageServer, startPageServer } from '../../helpers/local/page-server.ts';
import { makeWav, tone } from '../../helpers/make-wav.ts';
import { tinyWhisper, WHISPER_SENTENCE } from '../../helpers/tiny-whisper.ts';

// The real whisper.cpp on a model that says one sentence to everything.
let server: PageServer;
beforeAll(async () => { server = await startPageServer({ '/ggml-base.bin': { content: tinyWhisper() } }); });
afterAll(() => server.close());
const options = () => ({ model: `${server.origin}/ggml-base.bin`, language: 'en', threads: 1, lib: whisperThreads });
const audio = makeWav([tone(1, 440, 16_000)], 16_000);

it('Transcription.whispercpp fetches its model with the first request, once, and again after it was unloaded', async () => {
  const transcriber = Transcription.whispercpp(options());
  expect(await transcriber.isLoaded()).toBe(false);
  expect(server.asked).toEqual([]);
  const [result, second] = await Promise.all([transcriber.transcribe({ audio }), transcriber.transcribe({ audio })]);
  expect(result).toMatchObject({ text: WHISPER_SENTENCE, language: 'en', segments: [{ start: 0, text: WHISPER_SENTENCE }] });
  expect(second.text).toBe(WHISPER_SENTENCE);
  expect([await transcriber.isLoaded(), server.asked.length]).toEqual([true, 1]);
  await transcriber.unload();
  expect(await transcriber.isLoaded()).toBe(false);
  expect((await transcriber.transcribe({ audio, language: 'en' })).text).toBe(WHISPER_SENTENCE);
  expect(server.asked.length).toBe(2);
  await transcriber.unload();
});

it('a request says its own language, and is aborted at once, also while the model is loaded', async () => {
  const transcriber = Transcription.whispercpp(options());
  const stop = new AbortController();
  const stopped = transcriber.transcribe({ audio, signal: stop.signal });
  stop.abort('enough');
  await expect(stopped).rejects.toMatchObject({ name: 'AbortedError', cause: 'enough' });
  await expect(transcriber.transcribe({ audio, language: 'xx' })).rejects.toMatchObject({ problem: 'bad-input' });
  await expect(transcriber.transcribe({ audio })).resolves.toMatchObject({ text: WHISPER_SENTENCE });
  await transcriber.unload();
});

it('a failed load is told, and tried again by the next request', async () => {
  const transcriber = Transcription.whispercpp({ ...options(), model: `${server.origin}/nothing.bin` });
  for (let i = 0; i < 2; i++) await expect(transcriber.transcribe({ audio })).rejects.toMatchObject({ name: 'LocalModelError', problem: 'not-found' });
  expect(await transcriber.isLoaded()).toBe(false);
});

it('a model manager takes it as it is, and loaded models are transcriptions', async () => {
  const manager = new ModelManager({ budgetGb: 1 });
  manager.register('whisper', Transcription.whispercpp(options()), 74_000_000n);
  const text = await manager.use('whisper', async (model: Transcription) => (await model.transcribe({ audio })).text);
  expect([text, manager.isLoaded('whisper')]).toEqual([WHISPER_SENTENCE, true]);
  await manager.unload('whisper');
  const { language: _language, ...plain } = options();
  const loaded = await whisper(plain).load();
  expect(loaded).toBeInstanceOf(Transcription);
  await loaded.dispose();
});
