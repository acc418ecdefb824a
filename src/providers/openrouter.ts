import type { ChatModel, EmbeddingModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { embeddingModel, type EmbeddingOptions, type EmbeddingRow } from './core/embedding.ts';
import { openAIEmbedding } from './core/openai-embedding.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';
export type { EmbeddingOptions } from './core/embedding.ts';

const row: ProviderRow = {
  provider: 'openrouter', dialect: /* @__PURE__ */ openAIChat({ reasoning: 'object', replay: ['reasoning_details'], cacheControl: true, rawNames: ['openai_compat'] }),
  baseUrl: 'https://openrouter.ai/api/v1', keyVariable: 'OPENROUTER_API_KEY', model: 'openai/gpt-4.1',
};

/** A chat model of OpenRouter; the key is the option or OPENROUTER_API_KEY, the default model openai/gpt-4.1. */
export function openrouter(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}

const embeddingRow: EmbeddingRow = {
  verbs: /* @__PURE__ */ openAIEmbedding(), provider: 'openrouter', baseUrl: 'https://openrouter.ai/api/v1',
  keyVariable: 'OPENROUTER_API_KEY', model: 'openai/text-embedding-3-small', maxBatchSize: 2048,
  dimensions: { 'openai/text-embedding-3-small': 1536 },
};

/** An embedding model of OpenRouter; the key is the option or OPENROUTER_API_KEY, the default model openai/text-embedding-3-small. */
export function openrouterEmbedding(options: EmbeddingOptions = {}): EmbeddingModel {
  return embeddingModel(embeddingRow, options);
}
