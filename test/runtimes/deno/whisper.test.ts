import { expect, it } from 'vitest';
import { whisper } from '../../../src/local/transcription/index.ts';
import { tone } from '../../helpers/make-wav.ts';
import { tinyWhisper, WHISPER_SENTENCE } from '../../helpers/tiny-whisper.ts';

it('transcribes with the real whisper.cpp', async () => {
  const bytes = tinyWhisper();
  const backend = whisper({ model: 'tiny.bin', files: { read: async () => bytes }, threads: 1 });
  expect(await backend.probe()).toEqual({ ok: true });
  const model = await backend.load();
  expect(await model.transcribe({ audio: tone(2), language: 'en' })).toMatchObject({ text: WHISPER_SENTENCE, language: 'en' });
  await model.dispose();
});
