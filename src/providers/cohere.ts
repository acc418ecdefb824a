import type { ChatModel, EmbeddingModel } from '../model/index.ts';
import { cohereDialect } from './dialects/cohere/dialect.ts';
import { embeddingModel, type EmbeddingOptions, type EmbeddingRow } from './core/embedding.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';
export type { EmbeddingOptions } from './core/embedding.ts';

const row: ProviderRow = {
  provider: 'cohere', dialect: cohereDialect, baseUrl: 'https://api.cohere.com/v2', keyVariable: 'COHERE_API_KEY', model: 'command-a-08-2025',
};

/** A chat model of Cohere (API version 2); the key is the option or COHERE_API_KEY, the default model command-a-08-2025. */
export function cohere(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}

const embeddingRow: EmbeddingRow = {
  provider: 'cohere', baseUrl: 'https://api.cohere.com/v2', keyVariable: 'COHERE_API_KEY', model: 'embed-v4.0', maxBatchSize: 96,
  dimensions: { 'embed-english-v3.0': 1024, 'embed-multilingual-v3.0': 1024, 'embed-english-light-v3.0': 384 },
  verbs: {
    path: () => '/embed',
    encode: ({ model, texts, dimensions, purpose }) => ({
      model, texts, input_type: purpose === 'query' ? 'search_query' : 'search_document', embedding_types: ['float'],
      ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
    }),
  },
};

/** Vector length of the default model, unless the options say otherwise. */
const DEFAULT_DIMENSIONS = 1024;

/** An embedding model of Cohere; the key is the option or COHERE_API_KEY, the default embed-v4.0 with 1,024 numbers. */
export function cohereEmbedding(options: EmbeddingOptions = {}): EmbeddingModel {
  return embeddingModel(embeddingRow, options.model === undefined ? { dimensions: DEFAULT_DIMENSIONS, ...options } : options);
}
