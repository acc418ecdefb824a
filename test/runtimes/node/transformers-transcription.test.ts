import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { transformersTranscription, type TransformersTranscription } from '../../../src/local/transcription/index.ts';
import { makeWav, tone } from '../../helpers/make-wav.ts';
import { SPEECH_SENTENCE, speechFiles } from '../../helpers/onnx/speech.ts';
import { writeFiles } from '../../helpers/onnx/write-files.ts';

// Everything here is computed by ONNX Runtime's WebAssembly through transformers.js, from a model written just before.
const sentence = SPEECH_SENTENCE.trim();
const problem = (name: string) => expect.objectContaining({ name: 'LocalModelError', problem: name });
const instantiate = vi.spyOn(WebAssembly, 'instantiate');
let folder = '';
let model: TransformersTranscription;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'speech-'));
  writeFiles(join(folder, 'speech'), speechFiles());
  writeFiles(join(folder, 'half'), speechFiles());
  const path = join(folder, 'half/onnx/encoder_model.onnx');
  await writeFile(path, Buffer.from(speechFiles()['onnx/encoder_model.onnx'] as Uint8Array).subarray(0, 60));
  model = await transformersTranscription({ model: 'speech', modelPath: folder }).load();
});
afterAll(async () => {
  await model.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe('transcription by transformers.js', () => {
  it('writes down a recording, half a minute at a time, with times and progress', async () => {
    expect(instantiate.mock.results.length).toBeGreaterThan(0);
    // Quiet once after 27 seconds.
    const audio = tone(65, 440, 16_000);
    audio.fill(0, 27 * 16_000, 27.5 * 16_000);
    const shares: number[] = [];
    const { text, segments, language } = await model.transcribe({ audio: makeWav([audio], 16_000), language: 'en', onProgress: (share) => shares.push(share) });
    expect(text).toBe([sentence, sentence, sentence].join(' '));
    expect(language).toBe('en');
    expect(segments[0]).toEqual({ text: sentence, start: 0, end: expect.closeTo(27.25, 0) as number });
    expect(segments[1]!.start).toBe(segments[0]!.end);
    expect(segments[2]!.end).toBe(65);
    expect(shares).toHaveLength(3);
    expect(shares.at(-1)).toBe(1);
  });

  it('stops when told, and goes on with the next', async () => {
    const controller = new AbortController();
    const long = model.transcribe({ audio: tone(120), signal: controller.signal, onSegment: () => controller.abort('enough') });
    const next = model.transcribe({ audio: tone(1) });
    await expect(long).rejects.toMatchObject({ name: 'AbortedError', cause: 'enough' });
    await expect(next).resolves.toMatchObject({ text: sentence });
  });

  it('refuses what it cannot hear or speak with a typed error, and stays usable', async () => {
    await expect(model.transcribe({ audio: tone(1), language: 'xx' })).rejects.toEqual(problem('bad-input'));
    await expect(model.transcribe({ audio: new Uint8Array(10) })).rejects.toEqual(problem('bad-input'));
    await expect(model.transcribe({ audio: tone(1) })).resolves.toMatchObject({ text: sentence });
  });

  it('never uses half a model, and says when there is none', async () => {
    await expect(transformersTranscription({ model: 'half', modelPath: folder }).load()).rejects.toEqual(problem('corrupt'));
    await expect(transformersTranscription({ model: 'none', modelPath: folder }).load()).rejects.toEqual(problem('not-found'));
    await expect(model.transcribe({ audio: tone(1) })).resolves.toMatchObject({ text: sentence });
  });

  it('is over when it is disposed of', async () => {
    const other = await transformersTranscription({ model: 'speech', modelPath: folder }).load();
    await other.dispose();
    await expect(other.transcribe({ audio: tone(1) })).rejects.toEqual(problem('disposed'));
  });
});
