import type { ChatModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';

const row: ProviderRow = {
  provider: 'fal', dialect: /* @__PURE__ */ openAIChat({ reasoning: 'object', replay: ['reasoning_details'] }),
  baseUrl: 'https://fal.run/openrouter/router/openai/v1', keyVariable: 'FAL_KEY', model: 'openai/gpt-4.1',
  keyHeader: (key) => ({ authorization: `Key ${key}` }),
};

/** A chat model behind fal's OpenAI-compatible router; the key is the option or FAL_KEY, the default model openai/gpt-4.1. */
export function fal(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}
