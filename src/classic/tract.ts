import type { LocalEmbeddingModel, OnnxEmbeddingOptions } from '../local/embeddings/index.ts';

/** What the reference's tract models are told, and what `onnxEmbedding` takes besides. */
export interface TractSettings extends Omit<OnnxEmbeddingOptions, 'model' | 'tokenizer' | 'modelId' | 'batchSize'> {
  /** Name of the model, stored beside each vector. Default: its address without query. */
  readonly modelName?: string | null;
  /** Texts computed at once at most. Default 32. */
  readonly maxBatchSize?: number | null;
}

/** The reference's options of a tract model, to be filled in. */
export class TractOptions implements TractSettings {
  modelName?: string | null;
  maxBatchSize?: number | null;
}

/** The reference's embedding model of the device; ONNX Runtime Web computes in tract's place, see `onnxEmbedding`. */
export type TractEmbedModel = LocalEmbeddingModel;

/** Makes the reference's embedding models of the device. */
export const TractEmbedModel: {
  /** Fetches and loads a model. Its runtime is loaded here, so that nobody else pays for it. @throws LocalModelError */
  create(modelUrl: string, tokenizerUrl: string, options?: TractSettings | null): Promise<LocalEmbeddingModel>;
} = {
  async create(model, tokenizer, settings) {
    const { modelName, maxBatchSize, ...more } = settings ?? {};
    const { onnxEmbedding } = await import('../local/embeddings/index.ts');
    return onnxEmbedding({ ...more, model, tokenizer, ...(modelName && { modelId: modelName }), ...(maxBatchSize && { batchSize: maxBatchSize }) }).load();
  },
};
