import type { ChatModel, EmbeddingModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { embeddingModel, type EmbeddingOptions, type EmbeddingRow } from './core/embedding.ts';
import { openAIEmbedding } from './core/openai-embedding.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';
export type { EmbeddingOptions } from './core/embedding.ts';

const row: ProviderRow = {
  provider: 'fal', dialect: /* @__PURE__ */ openAIChat({ reasoning: 'object', replay: ['reasoning_details'] }),
  baseUrl: 'https://fal.run/openrouter/router/openai/v1', keyVariable: 'FAL_KEY', model: 'openai/gpt-4.1',
  keyHeader: (key) => ({ authorization: `Key ${key}` }),
};

/** A chat model behind fal's OpenAI-compatible router; the key is the option or FAL_KEY, the default model openai/gpt-4.1. */
export function fal(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}

const embeddingRow: EmbeddingRow = {
  verbs: /* @__PURE__ */ openAIEmbedding(), provider: 'fal', baseUrl: 'https://fal.run/openrouter/router/openai/v1',
  keyVariable: 'FAL_KEY', model: 'openai/text-embedding-3-small', maxBatchSize: 2048,
  dimensions: { 'openai/text-embedding-3-small': 1536 },
  keyHeader: (key) => ({ authorization: `Key ${key}` }),
};

/** An embedding model of fal's router; the key is the option or FAL_KEY, the default model openai/text-embedding-3-small. */
export function falEmbedding(options: EmbeddingOptions = {}): EmbeddingModel {
  return embeddingModel(embeddingRow, options);
}
