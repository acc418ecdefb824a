import type { ChatModel, EmbeddingModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { embeddingModel, type EmbeddingOptions, type EmbeddingRow } from './core/embedding.ts';
import { openAIEmbedding } from './core/openai-embedding.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';
export type { EmbeddingOptions } from './core/embedding.ts';

const row: ProviderRow = {
  provider: 'together', dialect: /* @__PURE__ */ openAIChat({ rawNames: ['openai_compat'] }),
  baseUrl: 'https://api.together.xyz/v1', keyVariable: 'TOGETHER_API_KEY', model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
};

/** A chat model of Together AI; the key is the option or TOGETHER_API_KEY, the default model meta-llama/Llama-3.3-70B-Instruct-Turbo. */
export function together(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}

const embeddingRow: EmbeddingRow = {
  verbs: /* @__PURE__ */ openAIEmbedding(), provider: 'together', baseUrl: 'https://api.together.xyz/v1',
  keyVariable: 'TOGETHER_API_KEY', model: 'togethercomputer/m2-bert-80M-8k-retrieval', maxBatchSize: 96,
  dimensions: { 'togethercomputer/m2-bert-80M-8k-retrieval': 768 },
};

/** An embedding model of Together AI; the key is the option or TOGETHER_API_KEY, the default model togethercomputer/m2-bert-80M-8k-retrieval. */
export function togetherEmbedding(options: EmbeddingOptions = {}): EmbeddingModel {
  return embeddingModel(embeddingRow, options);
}
