import type { ChatModel, EmbeddingModel } from '../model/index.ts';
import { geminiDialect } from './dialects/gemini/dialect.ts';
import { embeddingModel, type EmbeddingOptions, type EmbeddingRow } from './core/embedding.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';
export type { EmbeddingOptions } from './core/embedding.ts';

const row: ProviderRow = {
  provider: 'gemini', dialect: geminiDialect, baseUrl: 'https://generativelanguage.googleapis.com/v1beta', keyVariable: 'GEMINI_API_KEY',
  model: 'gemini-2.5-flash', keyHeader: (key) => ({ 'x-goog-api-key': key }),
};

/** Options of Gemini. */
export interface GeminiOptions extends ProviderOptions {
  /** True when the key is an OAuth access token, as Vertex AI takes; then `baseUrl` ends in `…/publishers/google`. */
  readonly accessToken?: boolean;
}

/** A chat model of Google; the key is the option or GEMINI_API_KEY, the default model gemini-2.5-flash. */
export function gemini({ accessToken = false, ...options }: GeminiOptions = {}): ChatModel {
  return providerModel(accessToken ? { ...row, keyHeader: (key) => ({ authorization: `Bearer ${key}` }) } : row, options);
}

const embeddingRow: EmbeddingRow = {
  provider: 'gemini', baseUrl: 'https://generativelanguage.googleapis.com/v1beta', keyVariable: 'GEMINI_API_KEY', model: 'gemini-embedding-001',
  maxBatchSize: 100, dimensions: { 'gemini-embedding-001': 3072, 'gemini-embedding-2': 3072 }, keyHeader: (key) => ({ 'x-goog-api-key': key }),
  verbs: {
    path: (model) => `/models/${model}:batchEmbedContents`,
    encode: ({ model, texts, dimensions, purpose }) => ({
      requests: texts.map((text) => ({
        model: `models/${model}`, content: { parts: [{ text }] }, taskType: purpose === 'query' ? 'RETRIEVAL_QUERY' : 'RETRIEVAL_DOCUMENT',
        ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
      })),
    }),
  },
};

/** Vertex AI has a form of its own; its Gemini models take one text a request, the older ones 250. */
const vertexRow: EmbeddingRow = {
  ...embeddingRow, keyHeader: (key) => ({ authorization: `Bearer ${key}` }), maxBatchSize: (model) => (model.startsWith('gemini-') ? 1 : 250),
  verbs: {
    path: (model) => `/models/${model}:predict`,
    encode: ({ texts, dimensions, purpose }) => ({
      instances: texts.map((content) => ({ content, task_type: purpose === 'query' ? 'RETRIEVAL_QUERY' : 'RETRIEVAL_DOCUMENT' })),
      ...(dimensions === undefined ? {} : { parameters: { outputDimensionality: dimensions } }),
    }),
  },
};

/** Options of Gemini's embedding models. */
export interface GeminiEmbeddingOptions extends EmbeddingOptions {
  /** True when the key is an OAuth access token, as Vertex AI takes; then `baseUrl` ends in `…/publishers/google`. */
  readonly accessToken?: boolean;
}

/** An embedding model of Google; the key is the option or GEMINI_API_KEY, the default model gemini-embedding-001. */
export function geminiEmbedding({ accessToken = false, ...options }: GeminiEmbeddingOptions = {}): EmbeddingModel {
  return embeddingModel(accessToken ? vertexRow : embeddingRow, options);
}
