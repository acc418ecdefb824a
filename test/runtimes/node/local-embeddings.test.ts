import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ChatMessage, CompletionModel, EmbeddingModel, InMemoryBackend, TractEmbedModel, TractOptions } from '../../../src/index.ts';
import type { LocalEmbeddingModel } from '../../../src/local/embeddings/index.ts';
import * as embeddings from '../../../src/local/embeddings/index.ts';
import { ModelManager } from '../../../src/local/index.ts';
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

  test('over HTTP each load fetches the weights once, and keeps no copy', async () => {
    const content = encoderFiles()['onnx/model.onnx'] as Uint8Array;
    const server = await startPageServer({}, { '/models/': `${folder}/` });
    const weights = (): number => server.asked.filter((path) => path.endsWith('.onnx')).length;
    for (const load of ['first', 'later', 'later']) {
      const before = weights();
      const progress: number[] = [];
      const model = await embeddings.transformersEmbedding({ model: 'tiny-encoder', modelPath: `${server.origin}/models/` })
        .load({ onProgress: ({ file, loaded }) => { if (file.endsWith('.onnx')) progress.push(loaded); } });
      expect(difference((await model.embed(['a cat']))[0] as ArrayLike<number>, vectorOf('a cat'))).toBeLessThanOrEqual(1e-5);
      expect(progress.at(-1)).toBe(content.length);
      await model.dispose();
      // The package may ask for the first byte to learn the size, once.
      expect(load === 'first' ? [1, 2] : [1]).toContain(weights() - before);
    }
    server.close();
  });
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

  test('two tract models in a manager, of which one fits', async () => {
    const manager = new ModelManager(0.2);
    const load = (): Promise<LocalEmbeddingModel> => TractEmbedModel.create(`${server.origin}/model.onnx`, `${server.origin}/tokenizer.json`);
    manager.register('mini-lm', null, 90 * 1024 * 1024, { load, unload: async () => {} });
    manager.register('bge-small', null, 130 * 1024 * 1024, { load, unload: async () => {} });
    const embedder = await manager.load<LocalEmbeddingModel>('mini-lm');
    expect([(await embedder.embed(['hello', 'world'])).embeddings.length, manager.usedBytes(), manager.budgetBytes()]).toEqual([2, 90n * 1024n ** 2n, 214_748_365n]);
    await manager.load('bge-small');
    expect([manager.isLoaded('mini-lm'), manager.isLoaded('bge-small')]).toEqual([false, true]);
  });

  test('the whole pipeline: a tract model, a memory and a model that answers from what was found', async () => {
    const embedder = await TractEmbedModel.create(`${server.origin}/model.onnx`, `${server.origin}/tokenizer.json`);
    const memory = Memory.fromBackend(embedder, new InMemoryBackend());
    await memory.upsert([
      { id: 'faq-1', content: 'Refunds are processed within 5-7 business days.' }, { id: 'faq-2', content: 'Free shipping on orders over $50.' },
      { id: 'faq-3', content: 'Contact support at help@example.com.' },
    ]);
    const context = await memory.query('Free shipping on orders over $50.', 3);
    const llm = CompletionModel.fromJsHandler('echo', async ({ messages }) => ({ content: JSON.stringify(messages[0]?.content) }));
    const response = await llm.complete([
      ChatMessage.system(`Answer using only this context:\n${context.map((found) => found.content).join('\n')}`), ChatMessage.user('What does shipping cost?'),
    ]);
    expect(response.content).toContain('this context:\\nFree shipping on orders over $50.\\n');
    expect(context).toHaveLength(3);
  });

  test('a pipeline of transformers.js behind EmbeddingModel.fromJsHandler', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pipeline-'));
    writeFiles(join(folder, 'tiny-encoder'), files);
    // This package gives transformers.js a runtime that needs no native code.
    await (await embeddings.transformersEmbedding({ model: 'tiny-encoder', modelPath: folder }).load()).dispose();
    const { pipeline } = await import('@huggingface/transformers');
    const pipe = await pipeline('feature-extraction', 'tiny-encoder', { dtype: 'fp32', device: 'auto' });
    const embedder = EmbeddingModel.fromJsHandler('all-MiniLM-L6-v2', 32, async (texts) => {
      const output = await pipe(texts, { pooling: 'mean', normalize: true });
      return Array.from({ length: texts.length }, (_, i) => {
        const row = (output as unknown as { data: Float32Array | number[] }[])[i]!;
        return row.data instanceof Float32Array ? row.data : new Float32Array(row.data);
      });
    });
    const memory = new Memory(embedder);
    await memory.add('doc1', 'the dog bites the man');
    await memory.add('doc2', 'the sea is blue');
    expect((await memory.search('the dog bites the man', 5))[0]?.text).toBe('the dog bites the man');
    expect(difference((await embedder.embed(['a cat']))[0] as ArrayLike<number>, vectorOf('a cat'))).toBeLessThanOrEqual(1e-5);
    await pipe.dispose();
    rmSync(folder, { recursive: true });
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
