import { delay } from '../../base/delay.ts';
import { LocalModelError } from '../../base/error-classes.ts';
import type { LoadedModel, LocalBackend } from '../local-backend.ts';
import { batchesByLength } from './batches.ts';
import { loadOnnx, probeOnnx } from './load-onnx.ts';
import { checkOnnxOptions, onnxModelId, type OnnxOptions } from './onnx-options.ts';
import type { OnnxModel } from './onnx-model.ts';
import { badInput, type TextTokens, type TokenRow } from './text-tokens.ts';

/** A reranker in the memory of this device, for `memory.search(query, { reranker })`. */
export interface LocalReranker extends LoadedModel {
  /** The model's score of each text, higher is better; comparable within one query only. */
  rerank(query: string, texts: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<readonly number[]>;
}

const BATCH_SIZE = 16;

/**
 * A cross-encoder that runs on this device: it reads the question together with each text, and so ranks better than vectors,
 * which were made without knowing the question; it also takes longer, so that it is given the best few.
 *
 * Needs the optional packages `onnxruntime-web` and `@huggingface/tokenizers`. The model classifies pairs of texts and has
 * one output number.
 *
 * @throws ValidationError for options that cannot work anywhere.
 * @example
 * const reranker = await crossEncoder({ model: '/models/reranker/model.onnx', tokenizer: '/models/reranker/tokenizer.json' }).load();
 * const found = await memory.search('How do I reset it?', { reranker });
 */
export function crossEncoder(options: OnnxOptions): LocalBackend<LocalReranker> {
  checkOnnxOptions(options);
  const name = `cross-encoder:${onnxModelId(options)}`;
  return {
    name,
    probe: ({ signal } = {}) => probeOnnx(options, signal),
    async load(load = {}) {
      const { model, tokens } = await loadOnnx(name, options, load);
      const rerank: LocalReranker['rerank'] = (query, texts, { signal } = {}) =>
        score(name, model, tokens, query, texts, options.batchSize ?? BATCH_SIZE, model.lifetime.call(signal));
      try {
        await rerank('a', ['a'], load);
      } catch (error) {
        await model.dispose();
        throw error;
      }
      return { rerank: async (...call) => rerank(...call), dispose: () => model.dispose(), ...(model.lost && { lost: model.lost }) };
    },
  };
}

async function score(
  name: string, model: OnnxModel, tokens: TextTokens, query: string, texts: readonly string[], batchSize: number, signal: AbortSignal,
): Promise<readonly number[]> {
  if (typeof query !== 'string') throw badInput('the question is not a string', 'Pass a string');
  const rows = texts.map((text) => {
    if (typeof text !== 'string') throw badInput('a text is not a string', 'Pass strings');
    return tokens.pair(query, text);
  });
  const scores: number[] = [];
  for (const [number, batch] of batchesByLength(rows, batchSize).entries()) {
    if (number > 0) await delay(0, signal);
    const outputs = await model.run(batch.map((place) => rows[place] as TokenRow), signal);
    const { data, dims = [] } = outputs.logits ?? outputs[model.outputNames[0] as string] ?? {};
    if (!(data instanceof Float32Array) || dims.at(-1) !== 1 || data.length !== batch.length) {
      throw new LocalModelError(`Cannot use '${name}': it does not give one score per text`, { problem: 'unsupported', fix: 'Choose a reranker with one label, exported with 32-bit outputs' });
    }
    batch.forEach((place, i) => { scores[place] = data[i] as number; });
  }
  return scores;
}
