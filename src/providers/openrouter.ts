import type { ChatModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';

const row: ProviderRow = {
  provider: 'openrouter', dialect: /* @__PURE__ */ openAIChat({ reasoning: 'object', replay: ['reasoning_details'], cacheControl: true, rawNames: ['openai_compat'] }),
  baseUrl: 'https://openrouter.ai/api/v1', keyVariable: 'OPENROUTER_API_KEY', model: 'openai/gpt-4.1',
};

/** A chat model of OpenRouter; the key is the option or OPENROUTER_API_KEY, the default model openai/gpt-4.1. */
export function openrouter(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}
