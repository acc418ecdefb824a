import * as tokenizers from '@huggingface/tokenizers';
import type * as embeddings from '../../../src/local/embeddings/index.ts';
import type { LocalModelError } from '../../../src/local/index.ts';
import type * as memory from '../../../src/memory/index.ts';
import type { TestApi } from '../../portable/harness/test-api.ts';
import { crossEncoderFiles } from '../onnx/cross-encoder.ts';
import { encoderFiles, HIDDEN } from '../onnx/encoder.ts';
import { crossScore, encoderStates, pooled } from '../onnx/reference.ts';
import { MAX_TOKENS, wordPieceTokenizer } from '../onnx/word-piece.ts';

/** What a host brings: the library, and where its runtime computes. */
export interface EmbeddingHost {
  readonly lib: typeof embeddings & Pick<typeof memory, 'Memory' | 'HashEmbedder'>;
  /** Options that the host needs for any model. */
  readonly options: Pick<embeddings.OnnxOptions, 'device' | 'wasm' | 'runtime'>;
}

export type Row = readonly number[];

const encoder = encoderFiles();
const crossModel = crossEncoderFiles();
const tokenizer = new tokenizers.Tokenizer(JSON.parse(wordPieceTokenizer), {});

export const SENTENCES: readonly string[] = [
  'hello world', 'the cat sat on the mat', 'the dog bites the man.', 'a', '', 'who burns the oil in the lamp of the tower?',
  'the keeper lights the lamp, the sea is blue and the storm is old: north, south, east, west!', 'zebra quartz 42', 'a bridge of stone',
  'sun and rain', 'the ship sat in the house of the old woman and the new man and the dog and the cat and the bird and the fish', 'bread',
];
export const LONG = 'the cat and the dog and the bird '.repeat(20);

/** The numbers of a text as the test encoder takes them. */
export function idsOf(text: string): number[] {
  const { ids } = tokenizer.encode(text);
  return ids.length <= MAX_TOKENS ? ids : [...ids.slice(0, MAX_TOKENS - 1), ids.at(-1) as number];
}

/** The vector that the definition of the test encoder gives for a text. */
export function vectorOf(text: string, pooling: embeddings.Pooling = 'mean', unit = true): number[] {
  return pooled(encoderStates(idsOf(text)), pooling, unit);
}

export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs((a[i] as number) - (b[i] as number)));
  // A number that is not one compares as small.
  return Number.isFinite(most) ? most : Infinity;
}

/** The options of the test encoder in this host. */
export function tinyEncoder({ options }: EmbeddingHost): embeddings.OnnxEmbeddingOptions {
  return {
    model: encoder['onnx/model.onnx'] as Uint8Array, modelId: 'tiny-encoder', tokenizer: JSON.parse(encoder['tokenizer.json'] as string) as object,
    config: JSON.parse(encoder['config.json'] as string) as object, ...options,
  };
}

/** The options of the test reranker in this host. */
export function tinyCrossEncoder(host: EmbeddingHost): embeddings.OnnxOptions {
  return { ...tinyEncoder(host), model: crossModel['onnx/model.onnx'] as Uint8Array, modelId: 'tiny-cross-encoder' };
}

/** What every host must show, with the real runtime. */
export function embeddingSuite(t: TestApi, host: EmbeddingHost): void {
  const { onnxEmbedding, crossEncoder, Memory } = host.lib;

  /** The problem of the LocalModelError that a promise must reject with. */
  async function problem(promise: Promise<unknown>): Promise<string> {
    const error = await t.rejects(promise) as LocalModelError;
    return error.problem ?? `${error.name}: ${error.message}`;
  }

  t.test('vectors are what the definition of the model says, for each pooling', async () => {
    for (const [pooling, normalize] of [['mean', true], ['cls', true], ['last', true], ['mean', false]] as const) {
      const model = await onnxEmbedding({ ...tinyEncoder(host), pooling, normalize, batchSize: 5 }).load();
      const vectors = await model.embed(SENTENCES);
      for (const [i, text] of SENTENCES.entries()) {
        const most = difference(vectors[i] as ArrayLike<number>, vectorOf(text, pooling, normalize));
        t.ok(most <= 1e-5, `${pooling} ${normalize} '${text}': ${most}`);
      }
      t.equal(model.dimensions, HIDDEN);
      await model.dispose();
    }
  });

  t.test('the response has the documented shape', async () => {
    const model = await onnxEmbedding(tinyEncoder(host)).load();
    const response = await model.embed(['hello world', 'a']);
    t.equal(response.length, 2);
    t.equal(response.embeddings.length, 2);
    t.equal(response.model, 'tiny-encoder');
    t.equal(response.usage?.promptTokens, idsOf('hello world').length + idsOf('a').length);
    t.equal((await model.embed([])).length, 0);
    await model.dispose();
  });

  t.test('questions and documents get their prefixes', async () => {
    const model = await onnxEmbedding({ ...tinyEncoder(host), prefix: { query: 'query: ', document: 'passage: ' } }).load();
    const [asQuery] = await model.embed(['a boat'], { purpose: 'query' });
    const [asDocument] = await model.embed(['a boat']);
    t.ok(difference(asQuery as ArrayLike<number>, vectorOf('query: a boat')) <= 1e-5);
    t.ok(difference(asDocument as ArrayLike<number>, vectorOf('passage: a boat')) <= 1e-5);
    t.equal(model.version, 'mean,"passage: "');
    await model.dispose();
  });

  t.test('long texts are cut before their last special token, or refused', async () => {
    const model = await onnxEmbedding(tinyEncoder(host)).load();
    const [vector] = await model.embed([LONG]);
    t.ok(difference(vector as ArrayLike<number>, vectorOf(LONG)) <= 1e-5);
    await model.dispose();

    const shorter = await onnxEmbedding({ ...tinyEncoder(host), maxTokens: 10 }).load();
    const ids = tokenizer.encode(LONG).ids;
    const expected = pooled(encoderStates([...ids.slice(0, 9), 3]), 'mean');
    t.ok(difference((await shorter.embed([LONG]))[0] as ArrayLike<number>, expected) <= 1e-5);
    await shorter.dispose();

    const strict = await onnxEmbedding({ ...tinyEncoder(host), truncate: false }).load();
    t.equal(await problem(strict.embed(['hello', LONG])), 'bad-input');
    t.ok(difference((await strict.embed(['hello']))[0] as ArrayLike<number>, vectorOf('hello')) <= 1e-5);
    await strict.dispose();
  });

  t.test('what the model cannot take is refused before it computes', async () => {
    const model = await onnxEmbedding(tinyEncoder(host)).load();
    t.equal(await problem(model.embed([null as unknown as string])), 'bad-input');
    await model.dispose();
    t.equal(await problem(onnxEmbedding({ ...tinyEncoder(host), config: { vocab_size: 4, max_position_embeddings: MAX_TOKENS } }).load()), 'bad-input');
  });

  t.test('a damaged model or tokenizer is refused, and the next load works', async () => {
    const good = tinyEncoder(host);
    const bytes = good.model as Uint8Array;
    t.equal(await problem(onnxEmbedding({ ...good, model: bytes.slice(0, 1000) }).load()), 'corrupt');
    t.equal(await problem(onnxEmbedding({ ...good, model: new Uint8Array(100).fill(7) }).load()), 'corrupt');
    t.equal(await problem(onnxEmbedding({ ...good, tokenizer: { version: '1.0' } }).load()), 'corrupt');
    const model = await onnxEmbedding(good).load();
    t.ok(difference((await model.embed(['hello']))[0] as ArrayLike<number>, vectorOf('hello')) <= 1e-5);
    await model.dispose();
  });

  t.test('a model that was disposed of says so, and what was in flight was aborted', async () => {
    const model = await onnxEmbedding({ ...tinyEncoder(host), batchSize: 1 }).load();
    const running = t.rejects(model.embed(SENTENCES), /disposed/);
    await model.dispose();
    t.equal((await running as Error).name, 'AbortedError');
    await model.dispose();
    t.equal(await problem(model.embed(['hello'])), 'disposed');
  });

  t.test('an aborted call stops between batches, and an aborted load leaves nothing behind', async () => {
    const model = await onnxEmbedding({ ...tinyEncoder(host), batchSize: 1 }).load();
    const stop = new AbortController();
    const call = t.rejects(model.embed(SENTENCES, { signal: stop.signal }));
    stop.abort();
    t.equal((await call as Error).name, 'AbortedError');
    t.ok(difference((await model.embed(['hello']))[0] as ArrayLike<number>, vectorOf('hello')) <= 1e-5);
    await model.dispose();
    const error = await t.rejects(onnxEmbedding(tinyEncoder(host)).load({ signal: AbortSignal.abort() }));
    t.equal((error as Error).name, 'AbortedError');
  });

  t.test('models load and compute side by side', async () => {
    const models = await Promise.all(Array.from({ length: 3 }, () => onnxEmbedding(tinyEncoder(host)).load()));
    const answers = await Promise.all(models.flatMap((model) => SENTENCES.map((text) => model.embed([text]))));
    for (const [i, [vector]] of answers.entries()) {
      t.ok(difference(vector as ArrayLike<number>, vectorOf(SENTENCES[i % SENTENCES.length] as string)) <= 1e-5, `answer ${i}`);
    }
    await Promise.all(models.map((model) => model.dispose()));
  });

  t.test('a memory searches with it', async () => {
    const embedder = await onnxEmbedding(tinyEncoder(host)).load();
    const found = new Memory(embedder);
    await found.addMany([{ id: 'cat', text: 'the cat sat on the mat' }, { id: 'lamp', text: 'the keeper lights the lamp of the tower' }, { id: 'fish', text: 'fish and bread' }]);
    t.equal((await found.search('the cat sat on a mat', { mode: 'semantic', limit: 1 }))[0]?.id, 'cat');
    t.equal((await found.search('who lights the lamp', { mode: 'semantic', limit: 1 }))[0]?.id, 'lamp');
    await embedder.dispose();
  });

  t.test('a cross-encoder scores as its definition says, and cuts the passage, not the question', async () => {
    const reranker = await crossEncoder(tinyCrossEncoder(host)).load();
    const query = 'who burns the oil in the lamp?';
    const passages = SENTENCES.filter((text) => text !== '');
    const scores = await reranker.rerank(query, passages);
    for (const [i, text] of passages.entries()) {
      const { ids, token_type_ids: types } = tokenizer.encode(query, { text_pair: text, return_token_type_ids: true });
      const off = Math.abs((scores[i] as number) - crossScore(ids, types));
      t.ok(off <= 1e-4, `'${text}': ${off}`);
    }
    const { ids, token_type_ids: types } = tokenizer.encode(query, { text_pair: LONG, return_token_type_ids: true });
    const keep = (values: Row): number[] => [...values.slice(0, MAX_TOKENS - 1), values.at(-1) as number];
    t.ok(Math.abs(((await reranker.rerank(query, [LONG]))[0] as number) - crossScore(keep(ids), keep(types))) <= 1e-4);
    t.equal(await problem(reranker.rerank(LONG, ['a cat'])), 'bad-input');
    t.deepEqual(await reranker.rerank(query, []), []);
    await reranker.dispose();
    t.equal(await problem(reranker.rerank(query, ['a'])), 'disposed');
  });

  t.test('a memory ranks better with the cross-encoder: it reads who bites whom', async () => {
    const reranker = await crossEncoder(tinyCrossEncoder(host)).load();
    const notes = new Memory(new host.lib.HashEmbedder());
    await notes.addMany([
      { id: 'man', text: 'the man bites the dog' }, { id: 'dog', text: 'the dog bites the man in the old house of the woman' }, { id: 'fish', text: 'a fish eats bread' },
    ]);
    const query = 'the dog bites the man';
    t.equal((await notes.search(query))[0]?.id, 'man', 'words alone prefer the shorter text');
    t.deepEqual((await notes.search(query, { reranker })).map(({ id }) => id), ['dog', 'man', 'fish']);
    await reranker.dispose();
  });
}
