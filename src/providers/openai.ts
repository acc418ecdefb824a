import type { ChatModel, EmbeddingModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { openAIResponsesDialect } from './dialects/openai-responses/dialect.ts';
import { embeddingModel, type EmbeddingOptions, type EmbeddingRow } from './core/embedding.ts';
import { openAIEmbedding } from './core/openai-embedding.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';
export type { EmbeddingOptions } from './core/embedding.ts';

const chatRow: ProviderRow = {
  provider: 'openai', dialect: /* @__PURE__ */ openAIChat({ maxTokensField: 'max_completion_tokens' }),
  baseUrl: 'https://api.openai.com/v1', keyVariable: 'OPENAI_API_KEY', model: 'gpt-4.1',
};
const responsesRow: ProviderRow = {
  provider: 'openai', dialect: openAIResponsesDialect, baseUrl: 'https://api.openai.com/v1', keyVariable: 'OPENAI_API_KEY', model: 'gpt-4.1',
};

/** A chat model of OpenAI over chat completions; the key is the option or OPENAI_API_KEY, the default model gpt-4.1. */
export function openai(options: ProviderOptions = {}): ChatModel {
  return providerModel(chatRow, options);
}

/** A chat model of OpenAI over the Responses API; with `baseUrl` of any server that speaks it. */
export function openaiResponses(options: ProviderOptions = {}): ChatModel {
  return providerModel(responsesRow, options);
}

const embeddingRow: EmbeddingRow = {
  verbs: /* @__PURE__ */ openAIEmbedding({ base64: true }), provider: 'openai', baseUrl: 'https://api.openai.com/v1',
  keyVariable: 'OPENAI_API_KEY', model: 'text-embedding-3-small', maxBatchSize: 2048,
  dimensions: { 'text-embedding-3-small': 1536, 'text-embedding-3-large': 3072, 'text-embedding-ada-002': 1536 },
};

/** An embedding model of OpenAI; the key is the option or OPENAI_API_KEY, the default model text-embedding-3-small. */
export function openaiEmbedding(options: EmbeddingOptions = {}): EmbeddingModel {
  return embeddingModel(embeddingRow, options);
}
