import type { ChatModel, EmbeddingModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { embeddingModel, type EmbeddingOptions, type EmbeddingRow } from './core/embedding.ts';
import { openAIEmbedding } from './core/openai-embedding.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';
export type { EmbeddingOptions } from './core/embedding.ts';

const row: ProviderRow = {
  provider: 'fireworks', dialect: /* @__PURE__ */ openAIChat({ replay: ['reasoning_content'], replayWithCallsOnly: true, rawNames: ['openai_compat'] }),
  baseUrl: 'https://api.fireworks.ai/inference/v1', keyVariable: 'FIREWORKS_API_KEY', model: 'accounts/fireworks/models/llama-v3p3-70b-instruct',
};

/** A chat model of Fireworks; the key is the option or FIREWORKS_API_KEY, the default model accounts/fireworks/models/llama-v3p3-70b-instruct. */
export function fireworks(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}

const embeddingRow: EmbeddingRow = {
  verbs: /* @__PURE__ */ openAIEmbedding(), provider: 'fireworks', baseUrl: 'https://api.fireworks.ai/inference/v1',
  keyVariable: 'FIREWORKS_API_KEY', model: 'nomic-ai/nomic-embed-text-v1.5', maxBatchSize: 256,
  dimensions: { 'nomic-ai/nomic-embed-text-v1.5': 768 },
};

/** An embedding model of Fireworks; the key is the option or FIREWORKS_API_KEY, the default model nomic-ai/nomic-embed-text-v1.5. */
export function fireworksEmbedding(options: EmbeddingOptions = {}): EmbeddingModel {
  return embeddingModel(embeddingRow, options);
}
