import type { ChatModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';

const row: ProviderRow = {
  provider: 'groq', dialect: /* @__PURE__ */ openAIChat({ replay: ['reasoning'], rawNames: ['openai_compat'] }),
  baseUrl: 'https://api.groq.com/openai/v1', keyVariable: 'GROQ_API_KEY', model: 'llama-3.3-70b-versatile',
};

/** A chat model of Groq; the key is the option or GROQ_API_KEY, the default model llama-3.3-70b-versatile. */
export function groq(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}
