import type { ChatModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';

const row: ProviderRow = {
  provider: 'fireworks', dialect: /* @__PURE__ */ openAIChat({ replay: ['reasoning_content'], replayWithCallsOnly: true, rawNames: ['openai_compat'] }),
  baseUrl: 'https://api.fireworks.ai/inference/v1', keyVariable: 'FIREWORKS_API_KEY', model: 'accounts/fireworks/models/llama-v3p3-70b-instruct',
};

/** A chat model of Fireworks; the key is the option or FIREWORKS_API_KEY, the default model accounts/fireworks/models/llama-v3p3-70b-instruct. */
export function fireworks(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}
