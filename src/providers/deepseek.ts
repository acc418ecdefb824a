import type { ChatModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';

const row: ProviderRow = {
  provider: 'deepseek', dialect: /* @__PURE__ */ openAIChat({ jsonSchema: false, replay: ['reasoning_content'], replayWithCallsOnly: true, rawNames: ['openai_compat'] }),
  baseUrl: 'https://api.deepseek.com', keyVariable: 'DEEPSEEK_API_KEY', model: 'deepseek-chat',
};

/** A chat model of DeepSeek; the key is the option or DEEPSEEK_API_KEY, the default model deepseek-chat. */
export function deepseek(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}
