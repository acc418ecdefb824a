import type { ChatModel, EmbeddingModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import type { OpenAIChatQuirks } from './dialects/openai-chat/encode.ts';
import { embeddingModel, type EmbeddingOptions } from './core/embedding.ts';
import { openAIEmbedding, type OpenAIEmbeddingQuirks } from './core/openai-embedding.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';
export type { EmbeddingOptions } from './core/embedding.ts';

/** Options of a server that speaks OpenAI's chat completions. */
export interface OpenAICompatibleOptions extends ProviderOptions {
  /** Address up to and without `/chat/completions`, such as http://localhost:11434/v1. */
  readonly baseUrl: string;
  readonly model: string;
  /** Name in errors, logs and prices. Default openai_compat. */
  readonly provider?: string;
  /** Environment variable of the key, which such servers often do not need. Default OPENAI_COMPAT_API_KEY. */
  readonly keyVariable?: string;
  /** Where the server differs from OpenAI. */
  readonly quirks?: OpenAIChatQuirks;
}

/** A chat model of any OpenAI-compatible server: Ollama, vLLM, LM Studio, the llama.cpp server … */
export function openaiCompatible({ provider = 'openai_compat', keyVariable = 'OPENAI_COMPAT_API_KEY', quirks = {}, ...options }: OpenAICompatibleOptions): ChatModel {
  return providerModel({
    provider, dialect: openAIChat({ rawNames: ['openai_compat'], ...quirks }), baseUrl: options.baseUrl, keyVariable, keyOptional: true, model: options.model,
  }, options);
}

/** Options of a server that speaks OpenAI's embeddings. */
export interface OpenAICompatibleEmbeddingOptions extends EmbeddingOptions {
  /** Address up to and without `/embeddings`. */
  readonly baseUrl: string;
  readonly model: string;
  /** Name in errors and prices. Default openai_compat. */
  readonly provider?: string;
  /** Environment variable of the key, which such servers often do not need. Default OPENAI_COMPAT_API_KEY. */
  readonly keyVariable?: string;
  /** Most texts of one request. Default 256. */
  readonly maxBatchSize?: number;
  /** Where the server differs from OpenAI; Voyage: `{ dimensionsField: 'output_dimension', inputType: true }`. */
  readonly quirks?: OpenAIEmbeddingQuirks;
}

/** An embedding model of any OpenAI-compatible server: Ollama, vLLM, Voyage … */
export function openaiCompatibleEmbedding(options: OpenAICompatibleEmbeddingOptions): EmbeddingModel {
  const { provider = 'openai_compat', keyVariable = 'OPENAI_COMPAT_API_KEY', maxBatchSize = 256, quirks, ...rest } = options;
  return embeddingModel({
    verbs: openAIEmbedding(quirks), provider, keyVariable, keyOptional: true, baseUrl: rest.baseUrl, model: rest.model, dimensions: {}, maxBatchSize,
  }, rest);
}
