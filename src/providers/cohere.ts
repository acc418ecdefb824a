import type { ChatModel } from '../model/index.ts';
import { cohereDialect } from './dialects/cohere/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';

const row: ProviderRow = {
  provider: 'cohere', dialect: cohereDialect, baseUrl: 'https://api.cohere.com/v2', keyVariable: 'COHERE_API_KEY', model: 'command-a-08-2025',
};

/** A chat model of Cohere (API version 2); the key is the option or COHERE_API_KEY, the default model command-a-08-2025. */
export function cohere(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}
