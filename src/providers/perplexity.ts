import type { ChatModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';

const row: ProviderRow = {
  provider: 'perplexity', dialect: /* @__PURE__ */ openAIChat({ streamUsage: false, files: 'file_url', rawNames: ['openai_compat'] }),
  baseUrl: 'https://api.perplexity.ai', keyVariable: 'PERPLEXITY_API_KEY', model: 'sonar-pro',
};

/** A chat model of Perplexity; the key is the option or PERPLEXITY_API_KEY, the default model sonar-pro. */
export function perplexity(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}
