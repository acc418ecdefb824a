import { asArray, asNumber, asRecord } from '../base/json.ts';
import { EmbeddingModel, type Vector } from '../model/index.ts';
import { toFailure } from './from-ai-sdk.ts';
import type { AiSdkEmbeddingModel, AiSdkEmbeddingModelV3 } from './spec.ts';

/** Texts of one request when the AI SDK model does not say. */
const DEFAULT_BATCH = 100;

/**
 * An embedding model of the AI SDK as one of this package, for memories and `embed`.
 *
 * @param dimensions numbers per vector; needed where the length must be known before the first answer.
 */
export async function embeddingFromAiSdk(model: AiSdkEmbeddingModel, dimensions: number = 0): Promise<EmbeddingModel> {
  const { provider, modelId } = model;
  return new EmbeddingModel({
    provider, modelId, dimensions, maxBatchSize: await model.maxEmbeddingsPerCall ?? DEFAULT_BATCH,
    async doEmbedBatch(texts, { signal }) {
      try {
        const options = { values: [...texts], ...(signal === undefined ? {} : { abortSignal: signal }) };
        const answer = asRecord(await model.doEmbed(options as never));
        const tokens = asNumber(asRecord(answer['usage'])['tokens']);
        return { vectors: asArray(answer['embeddings']) as readonly Vector[], ...(tokens === undefined ? {} : { tokens }) };
      } catch (error) {
        throw toFailure(error, provider, signal === undefined ? {} : { signal });
      }
    },
  });
}

/** An embedding model of this package as one of the AI SDK, specification 3, for `embed` and `embedMany` of `ai` 6 and 7. */
export function embeddingToAiSdk(model: EmbeddingModel): AiSdkEmbeddingModelV3 {
  return {
    specificationVersion: 'v3', provider: model.provider, modelId: model.modelId, maxEmbeddingsPerCall: undefined, supportsParallelCalls: true,
    async doEmbed({ values, abortSignal }) {
      const { embeddings, usage } = await model.embed(values, abortSignal === undefined ? {} : { signal: abortSignal });
      return { embeddings: embeddings.map((vector) => [...vector]), warnings: [], ...(usage === undefined ? {} : { usage: { tokens: usage.promptTokens } }) };
    },
  };
}
