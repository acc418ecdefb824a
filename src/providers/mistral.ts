import type { ChatModel, EmbeddingModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { embeddingModel, type EmbeddingOptions, type EmbeddingRow } from './core/embedding.ts';
import { openAIEmbedding } from './core/openai-embedding.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';
export type { EmbeddingOptions } from './core/embedding.ts';

const row: ProviderRow = {
  provider: 'mistral', dialect: /* @__PURE__ */ openAIChat({ streamUsage: false, requiredWord: 'any', thinkingParts: true, bareImageUrl: true, files: 'document_url', reasoning: 'effort', rawNames: ['openai_compat'] }),
  baseUrl: 'https://api.mistral.ai/v1', keyVariable: 'MISTRAL_API_KEY', model: 'mistral-large-latest',
};

/** A chat model of Mistral; the key is the option or MISTRAL_API_KEY, the default model mistral-large-latest. */
export function mistral(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}

const embeddingRow: EmbeddingRow = {
  verbs: /* @__PURE__ */ openAIEmbedding({ dimensionsField: 'output_dimension' }), provider: 'mistral', baseUrl: 'https://api.mistral.ai/v1',
  keyVariable: 'MISTRAL_API_KEY', model: 'mistral-embed', maxBatchSize: 128,
  dimensions: { 'mistral-embed': 1024, 'codestral-embed': 1536 },
};

/** An embedding model of Mistral; the key is the option or MISTRAL_API_KEY, the default model mistral-embed. */
export function mistralEmbedding(options: EmbeddingOptions = {}): EmbeddingModel {
  return embeddingModel(embeddingRow, options);
}
