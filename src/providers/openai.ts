import type { ChatModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { openAIResponsesDialect } from './dialects/openai-responses/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';

const shared = { provider: 'openai', baseUrl: 'https://api.openai.com/v1', keyVariable: 'OPENAI_API_KEY', model: 'gpt-4.1' } as const;
const chatRow: ProviderRow = { ...shared, dialect: /* @__PURE__ */ openAIChat({ maxTokensField: 'max_completion_tokens' }) };
const responsesRow: ProviderRow = { ...shared, dialect: openAIResponsesDialect };

/** A chat model of OpenAI over chat completions; the key is the option or OPENAI_API_KEY, the default model gpt-4.1. */
export function openai(options: ProviderOptions = {}): ChatModel {
  return providerModel(chatRow, options);
}

/** A chat model of OpenAI over the Responses API; with `baseUrl` of any server that speaks it. */
export function openaiResponses(options: ProviderOptions = {}): ChatModel {
  return providerModel(responsesRow, options);
}
