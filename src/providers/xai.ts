import type { ChatModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { openAIResponsesDialect } from './dialects/openai-responses/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';

const row: ProviderRow = {
  provider: 'xai', dialect: /* @__PURE__ */ openAIChat({ rawNames: ['openai_compat'] }),
  baseUrl: 'https://api.x.ai/v1', keyVariable: 'XAI_API_KEY', model: 'grok-3',
};

/** A chat model of xAI; the key is the option or XAI_API_KEY, the default model grok-3. */
export function xai(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}

const responsesRow: ProviderRow = {
  provider: 'xai', dialect: openAIResponsesDialect, baseUrl: 'https://api.x.ai/v1', keyVariable: 'XAI_API_KEY', model: 'grok-4.3',
};

/** A chat model of xAI over the Responses API, which shows reasoning; the key is the option or XAI_API_KEY, the default grok-4.3. */
export function xaiResponses(options: ProviderOptions = {}): ChatModel {
  return providerModel(responsesRow, options);
}
