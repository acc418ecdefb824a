import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { EmbeddingModel, TractEmbedModel, TractOptions } from '../../../src/index.ts';
import type { LocalEmbeddingModel } from '../../../src/local/embeddings/index.ts';
import * as embeddings from '../../../src/local/embeddings/index.ts';
import { HashEmbedder, Memory } from '../../../src/memory/index.ts';
import { difference, embeddingSuite, vectorOf } from '../../helpers/local/embedding-suite.ts';
import { embeddingSoak } from '../../helpers/local/embedding-soak.ts';
import { type PageServer, startPageServer } from '../../helpers/local/page-server.ts';
import { encoderFiles } from '../../helpers/onnx/encoder.ts';
import { transformersModels, transformersSuite } from '../../helpers/local/transformers-suite.ts';
import { writeFiles } from '../../helpers/onnx/write-files.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

const host = { lib: { ...embeddings, Memory, HashEmbedder }, options: {} };
const api = createTestApi((name, run) => test(name, run));
const instantiate = vi.spyOn(WebAssembly, 'instantiate');

describe('ONNX Runtime Web in Node', () => embeddingSuite(api, host));

describe('transformers.js in Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'embeddings-'));
  for (const [name, files] of Object.entries(transformersModels())) writeFiles(join(folder, name), files);
  afterAll(() => rmSync(folder, { recursive: true }));
  transformersSuite(api, embeddings, { modelPath: folder });
});

describe('the reference\'s names', () => {
  const files = encoderFiles();
  let server: PageServer;
  beforeAll(async () => {
    server = await startPageServer({ '/model.onnx': { content: files['onnx/model.onnx'] as Uint8Array }, '/tokenizer.json': { content: files['tokenizer.json'] as string } });
  });
  afterAll(() => server.close());

  test('EmbeddingModel.tract and TractEmbedModel.create fetch both files and embed', async () => {
    const options = new TractOptions();
    options.modelName = 'tiny';
    options.maxBatchSize = 2;
    for (const model of [
      await EmbeddingModel.tract(`${server.origin}/model.onnx`, `${server.origin}/tokenizer.json`, options),
      await TractEmbedModel.create(`${server.origin}/model.onnx`, `${server.origin}/tokenizer.json`, options),
    ]) {
      const { embeddings: vectors } = await model.embed(['hello', 'a cat', 'world']);
      expect(difference(vectors[1] as ArrayLike<number>, vectorOf('a cat'))).toBeLessThanOrEqual(1e-5);
      expect([model.modelId, model.dimensions, vectors.length]).toEqual(['tiny', 32, 3]);
      expect(model).toBeInstanceOf(EmbeddingModel);
      await (model as LocalEmbeddingModel).dispose();
    }
    expect(server.asked).toEqual(expect.arrayContaining(['/model.onnx', '/tokenizer.json']));
  });

  test('without a name the model is called by its address, without what is secret in it', async () => {
    const model = await TractEmbedModel.create(`${server.origin}/model.onnx?key=secret`, `${server.origin}/tokenizer.json`);
    expect(model.modelId).toBe(`${server.origin}/model.onnx`);
    await model.dispose();
    await expect(TractEmbedModel.create(`${server.origin}/nothing.onnx`, `${server.origin}/tokenizer.json`)).rejects.toMatchObject({ problem: 'not-found' });
  });
});

test('1,000 mixed calls end in the right vectors or the right error', { timeout: 180_000 }, async () => {
  const { outcomes, wrong } = await embeddingSoak(host, { seed: 7, calls: 1000, parallel: 20, loads: 0.04 });
  expect(wrong).toEqual([]);
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(1000);
  for (const outcome of ['vectors', 'bad-input', 'aborted', 'corrupt']) expect(outcomes[outcome]).toBeGreaterThan(0);
});

test('the numbers came out of the WebAssembly that was compiled here', () => {
  expect(instantiate).toHaveBeenCalled();
});
