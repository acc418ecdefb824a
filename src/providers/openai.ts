import type { ChatModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { openAIResponsesDialect } from './dialects/openai-responses/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';

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
