import { afterAll, describe, expect, it } from 'vitest';
import { whisper, type WhisperTranscription } from '../../../src/local/transcription/index.ts';
import { whisperThreads } from '../../../src/platform/node/index.ts';
import { makeWav, tone } from '../../helpers/make-wav.ts';
import { tinyWhisper, WHISPER_SENTENCE } from '../../helpers/tiny-whisper.ts';

// The real whisper.cpp, in threads of Node, on a model that says one sentence to everything.
const bytes = tinyWhisper();
const backend = (model: Uint8Array<ArrayBuffer> = bytes) => whisper({ model: 'tiny.bin', files: { read: async () => model }, threads: 1, lib: whisperThreads });
const problem = (name: string) => expect.objectContaining({ name: 'LocalModelError', problem: name });
const loaded: WhisperTranscription[] = [];
const load = async (): Promise<WhisperTranscription> => {
  const model = await backend().load();
  loaded.push(model);
  return model;
};
afterAll(() => Promise.all(loaded.map((model) => model.dispose())));

describe('whisper.cpp', () => {
  it('writes down a recording in segments with times, progress and language', async () => {
    const model = await load();
    const shares: number[] = [];
    const segments: unknown[] = [];
    const result = await model.transcribe({
      audio: makeWav([tone(3, 300, 44_100)], 44_100), language: 'en', onProgress: (share) => shares.push(share), onSegment: (segment) => segments.push(segment),
    });
    expect(result).toMatchObject({ text: WHISPER_SENTENCE, language: 'en', segments: [{ text: WHISPER_SENTENCE, start: 0, end: 3 }] });
    expect(segments).toEqual(result.segments);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it('takes recordings one after the other, stops when told, and goes on with the next', async () => {
    const model = await load();
    const first = model.transcribe({ audio: tone(1) });
    const controller = new AbortController();
    const second = model.transcribe({ audio: tone(90), signal: controller.signal });
    const third = model.transcribe({ audio: tone(1), language: 'en' });
    await expect(first).resolves.toMatchObject({ text: WHISPER_SENTENCE });
    controller.abort('enough');
    await expect(second).rejects.toMatchObject({ name: 'AbortedError', cause: 'enough' });
    await expect(third).resolves.toMatchObject({ text: WHISPER_SENTENCE });
    await expect(model.transcribe({ audio: tone(1), signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortedError' });
  });

  it('refuses what it cannot hear or speak with a typed error, and stays usable', async () => {
    const model = await load();
    await expect(model.transcribe({ audio: tone(1), language: 'xx' })).rejects.toEqual(problem('bad-input'));
    await expect(model.transcribe({ audio: tone(0.01) })).rejects.toEqual(problem('bad-input'));
    await expect(model.transcribe({ audio: new Uint8Array(100) })).rejects.toEqual(problem('bad-input'));
    await expect(model.transcribe({})).rejects.toEqual(problem('bad-input'));
    await expect(model.transcribe({ audioUrl: 'https://example.com/a.mp3' })).rejects.toEqual(problem('bad-input'));
    await expect(model.transcribe({ audio: tone(1) })).resolves.toMatchObject({ text: WHISPER_SENTENCE });
  });

  it('never uses half a model', async () => {
    for (const model of [bytes.slice(0, 100_000), bytes.slice(0, 5_000_000), new Uint8Array(1_000).fill(7), new Uint8Array(0)]) {
      await expect(backend(model).load()).rejects.toEqual(problem('corrupt'));
    }
  });

  it('ends its thread when it is disposed of, with what it was doing', async () => {
    const model = await backend().load();
    const running = model.transcribe({ audio: tone(90) });
    const ended = expect(running).rejects.toMatchObject({ name: 'AbortedError' });
    await Promise.all([model.dispose(), model.dispose()]);
    await ended;
    await expect(model.transcribe({ audio: tone(1) })).rejects.toEqual(problem('disposed'));
  });

  it('says why it cannot work: no Web Workers, and a load that is aborted', async () => {
    const { lib: _, ...options } = { model: 'tiny.bin', lib: whisperThreads };
    const probe = await whisper(options).probe();
    expect(probe).toMatchObject({ ok: false, problem: 'unsupported', fix: expect.stringContaining('whisperThreads') });
    await expect(whisper(options).load()).rejects.toEqual(problem('unsupported'));
    await expect(backend().load({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortedError' });
    await expect(whisper({ model: 'http://127.0.0.1:1/none.bin', lib: whisperThreads }).load()).rejects.toEqual(problem('offline'));
  });
});
