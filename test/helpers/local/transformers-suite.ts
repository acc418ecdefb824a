import type * as embeddings from '../../../src/local/embeddings/index.ts';
import type { LocalModelError } from '../../../src/local/index.ts';
import type { TestApi } from '../../portable/harness/test-api.ts';
import { encoderFiles } from '../onnx/encoder.ts';
import type { ModelFiles } from '../onnx/model-files.ts';
import { difference, LONG, SENTENCES, vectorOf } from './embedding-suite.ts';

/** Directories of models that the suite loads, by name. */
export function transformersModels(): Readonly<Record<string, ModelFiles>> {
  const files = encoderFiles();
  return {
    'tiny-encoder': files,
    // Says that it takes more tokens than it has places for: the runtime fails, not a check before it.
    'tiny-boaster': {
      ...files,
      'config.json': String(files['config.json']).replace(/"max_position_embeddings":\d+/, '"max_position_embeddings":512'),
      'tokenizer_config.json': String(files['tokenizer_config.json']).replace(/"model_max_length":\d+/, '"model_max_length":512'),
    },
    'tiny-damaged': { ...files, 'onnx/model.onnx': (files['onnx/model.onnx'] as Uint8Array<ArrayBuffer>).slice(0, 1000) },
  };
}

/** What transformers.js must show where it runs, with the real package. */
export function transformersSuite(t: TestApi, { transformersEmbedding }: Pick<typeof embeddings, 'transformersEmbedding'>, place: { modelPath: string; wasmPaths?: string }): void {
  const load = (model: string, more: object = {}): Promise<embeddings.LocalEmbeddingModel> => transformersEmbedding({ model, ...place, ...more }).load();
  const problem = async (promise: Promise<unknown>): Promise<string> => {
    const error = await t.rejects(promise) as LocalModelError;
    return error.problem ?? `${error.name}: ${error.message}`;
  };
  const right = async (model: embeddings.LocalEmbeddingModel, texts: readonly string[] = ['hello world'], pooling?: embeddings.Pooling): Promise<void> => {
    const vectors = await model.embed(texts);
    for (const [i, text] of texts.entries()) {
      const most = difference(vectors[i] as ArrayLike<number>, vectorOf(text, pooling));
      t.ok(most <= 1e-5, `'${text}': ${most}`);
    }
  };

  t.test('transformers.js gives the vectors of the definition, also of texts that are cut', async () => {
    for (const pooling of ['mean', 'last'] as const) {
      const model = await load('tiny-encoder', { pooling, batchSize: 4 });
      await right(model, [...SENTENCES, LONG], pooling);
      await model.dispose();
    }
  });

  t.test('a failure inside the runtime spoils neither later calls nor other models', async () => {
    const boaster = await load('tiny-boaster');
    t.equal(await problem(boaster.embed([LONG.repeat(2)])), 'bad-input');
    await right(boaster);
    t.equal(await problem(boaster.embed([undefined as unknown as string])), 'bad-input');
    const other = await load('tiny-encoder');
    await right(other);
    const answers = await Promise.allSettled([boaster.embed([LONG]), other.embed(['a cat']), boaster.embed([LONG]), other.embed(['a dog'])]);
    t.deepEqual(answers.map(({ status }) => status), ['rejected', 'fulfilled', 'rejected', 'fulfilled']);
    await Promise.all([boaster.dispose(), other.dispose()]);
  });

  t.test('a model that cannot be loaded does not keep others from loading', async () => {
    t.equal(await problem(load('tiny-damaged')), 'corrupt');
    t.equal(await problem(load('tiny-nothing')), 'not-found');
    const model = await load('tiny-encoder');
    await right(model);
    await model.dispose();
    t.equal(await problem(model.embed(['hello'])), 'disposed');
  });
}
