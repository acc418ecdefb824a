import type { LocalBackend } from '../local-backend.ts';
import { checkStates, type VectorOptions } from './embed-texts.ts';
import { loadOnnx, probeOnnx } from './load-onnx.ts';
import { type LocalEmbeddingModel, openEmbedding } from './local-embedding.ts';
import { checkOnnxOptions, onnxModelId, type OnnxOptions } from './onnx-options.ts';

/** Which embedding model ONNX Runtime Web runs, and how. */
export interface OnnxEmbeddingOptions extends OnnxOptions, VectorOptions {}

const STATE_OUTPUTS = ['last_hidden_state', 'token_embeddings', 'sentence_embedding'];

/**
 * An embedding model that runs on this device: ONNX Runtime Web, and the tokenizer of the model.
 *
 * Needs the optional packages `onnxruntime-web` and `@huggingface/tokenizers`. Nothing is fetched but the given addresses.
 *
 * @throws ValidationError for options that cannot work anywhere.
 * @example
 * const embedder = await onnxEmbedding({ model: '/models/minilm/model.onnx', tokenizer: '/models/minilm/tokenizer.json' }).load();
 * const memory = new Memory(embedder);
 */
export function onnxEmbedding(options: OnnxEmbeddingOptions): LocalBackend<LocalEmbeddingModel> {
  checkOnnxOptions(options);
  const modelId = onnxModelId(options);
  const name = `onnx:${modelId}`;
  return {
    name,
    probe: ({ signal } = {}) => probeOnnx(options, signal),
    async load(load = {}) {
      const { model, tokens } = await loadOnnx(name, options, load);
      const output = STATE_OUTPUTS.find((candidate) => model.outputNames.includes(candidate)) ?? model.outputNames[0] ?? '';
      return openEmbedding(model, { provider: 'onnx', modelId }, options, {
        row: (text) => tokens.row(text),
        states: async (rows, signal) => checkStates(name, (await model.run(rows, signal))[output], rows.length),
      }, load.signal);
    },
  };
}
