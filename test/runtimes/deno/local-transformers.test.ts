import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as embeddings from '../../../src/local/embeddings/index.ts';
import { transformersTranscription } from '../../../src/local/transcription/index.ts';
import { transformersModels, transformersSuite } from '../../helpers/local/transformers-suite.ts';
import { makeWav, tone } from '../../helpers/make-wav.ts';
import { SPEECH_SENTENCE, speechFiles } from '../../helpers/onnx/speech.ts';
import { writeFiles } from '../../helpers/onnx/write-files.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

describe('transformers.js in Deno', () => {
  const folder = mkdtempSync(join(tmpdir(), 'transformers-'));
  for (const [name, files] of Object.entries({ ...transformersModels(), 'tiny-speech': speechFiles() })) writeFiles(join(folder, name), files);
  afterAll(() => rmSync(folder, { recursive: true }));

  transformersSuite(createTestApi((name, run) => test(name, run)), embeddings, { modelPath: folder });

  test('a recording is written down', async () => {
    const model = await transformersTranscription({ model: 'tiny-speech', modelPath: folder }).load();
    const { text } = await model.transcribe({ audio: makeWav([tone(2, 440, 16_000)], 16_000), language: 'en' });
    expect(text).toBe(SPEECH_SENTENCE.trim());
    await model.dispose();
  });
});
