import { throwIfAborted } from '../../base/abort.ts';
import { abortable } from '../../base/abortable.ts';
import { Lifetime } from '../lifetime.ts';
import { type LoadedModel, type LocalBackend, probeError } from '../local-backend.ts';
import { absent, loadPackage, requireWasm } from '../requirements.ts';
import { openPipeline, type PipelineLike, type TransformersLib, type TransformersOptions } from '../transformers-lib.ts';
import { feedsOf } from './batches.ts';
import { checkStates, type VectorOptions } from './embed-texts.ts';
import { type LocalEmbeddingModel, openEmbedding } from './local-embedding.ts';
import { failed } from './onnx-errors.ts';
import type { OnnxRuntime, OnnxTensor } from './onnx-runtime.ts';
import { type ModelConfig, TextTokens, type TokenizerLike } from './text-tokens.ts';
import { turns } from './turns.ts';

/** Which embedding model transformers.js runs, and how. */
export interface TransformersEmbeddingOptions extends TransformersOptions<TransformersEmbeddingLib>, VectorOptions {
  /** Name of the model, stored beside each vector. Default: `model`. */
  readonly modelId?: string;
  /** Tokens of a text at most, special ones included. Default: what the configuration of the model says. */
  readonly maxTokens?: number;
  /** Whether longer texts are cut; otherwise they are refused. Default true. */
  readonly truncate?: boolean;
  /** Texts computed at once at most. Default 32; fewer when they are long. */
  readonly batchSize?: number;
}

/** The package `@huggingface/transformers`, as far as embedding uses it. */
export interface TransformersEmbeddingLib extends TransformersLib {
  readonly Tensor: OnnxRuntime['Tensor'];
}

/** Pipeline 'feature-extraction', as far as it is used. */
interface FeaturePipeline extends PipelineLike {
  readonly tokenizer: {
    (text: string, options: object): { readonly input_ids: readonly number[]; readonly token_type_ids?: readonly number[] };
    readonly model_max_length?: number;
    readonly pad_token_id?: number | null;
  };
  readonly model: PipelineLike['model'] & {
    (feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
    readonly config: ModelConfig;
    readonly sessions: Readonly<Record<'model', { readonly inputNames: readonly string[] }>>;
  };
}

/**
 * An embedding model that transformers.js runs: the same vectors as `onnxEmbedding` gives, from a model's directory.
 *
 * Needs the optional packages `@huggingface/transformers` and `onnxruntime-web`. The model comes from `modelPath` and the
 * WebAssembly from `wasmPaths`, nothing from a CDN. A text that fails leaves the package usable.
 *
 * @example
 * const backend = transformersEmbedding({ model: 'minilm', modelPath: '/models/', wasmPaths: '/ort/' });
 * const embedder = await backend.load();
 */
export function transformersEmbedding(options: TransformersEmbeddingOptions): LocalBackend<LocalEmbeddingModel> {
  const { model: directory, modelId = directory, maxTokens, truncate } = options;
  const name = `transformers:${directory}`;
  return {
    name,
    async probe({ signal } = {}) {
      throwIfAborted(signal, 'The look at the device');
      return requireWasm();
    },
    async load(load = {}) {
      const probe = await this.probe(load);
      if (!probe.ok) throw probeError(name, probe);
      const opened = await openPipeline<FeaturePipeline>('feature-extraction', options, load);
      const { Tensor } = await loadPackage('@huggingface/transformers',
        options.lib ?? (() => import('@huggingface/transformers').catch(absent) as Promise<unknown> as Promise<TransformersEmbeddingLib>));
      const { tokenizer, model } = opened.pipeline;
      const config = { pad_token_id: tokenizer.pad_token_id ?? null, ...model.config };
      const limits = { maxTokens: maxTokens ?? tokenizer.model_max_length, truncate };
      const tokens = new TextTokens(plainTokenizer(tokenizer), {}, config, limits);
      return openEmbedding(disposable(name, opened.pipeline), { provider: 'transformers', modelId }, options, {
        row: (text) => tokens.row(text),
        states: (rows, signal) => abortable(turns.run(async () => {
          throwIfAborted(signal, `Computing with '${name}'`);
          try {
            const feeds = feedsOf({ Tensor }, model.sessions.model.inputNames, rows, tokens.padding);
            return await opened.guard(async () => checkStates(name, (await model(feeds)).last_hidden_state, rows.length));
          } catch (cause) {
            throw failed(name, cause);
          }
        }), signal, `Computing with '${name}'`),
      }, load.signal);
    },
  };
}

/** Its own way to cut texts loses their last special token. */
function plainTokenizer(tokenizer: FeaturePipeline['tokenizer']): TokenizerLike {
  return {
    encode(text, options) {
      const { input_ids: ids, token_type_ids } = tokenizer(text, { ...options, truncation: false, padding: false, return_tensor: false });
      return { ids, ...(token_type_ids && { token_type_ids }) };
    },
  };
}

function disposable(name: string, pipeline: PipelineLike): LoadedModel & { readonly lifetime: Lifetime } {
  const lifetime = new Lifetime(name);
  return {
    lifetime,
    async dispose() {
      if (lifetime.dispose()) await turns.run(() => pipeline.dispose());
    },
  };
}
