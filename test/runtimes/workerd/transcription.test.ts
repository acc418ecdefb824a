import { expect, it } from 'vitest';
import { whisper } from '../../../src/local/transcription/index.ts';

it('says that whisper.cpp cannot run in a Worker, and where it can', async () => {
  const backend = whisper({ model: 'https://example.com/tiny.bin' });
  expect(await backend.probe()).toMatchObject({ ok: false, problem: 'unsupported', fix: expect.stringContaining('elsewhere') });
  await expect(backend.load()).rejects.toMatchObject({ name: 'LocalModelError', problem: 'unsupported' });
});
