import type { ChatModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';

const row: ProviderRow = {
  provider: 'together', dialect: /* @__PURE__ */ openAIChat({ rawNames: ['openai_compat'] }),
  baseUrl: 'https://api.together.xyz/v1', keyVariable: 'TOGETHER_API_KEY', model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
};

/** A chat model of Together AI; the key is the option or TOGETHER_API_KEY, the default model meta-llama/Llama-3.3-70B-Instruct-Turbo. */
export function together(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}
