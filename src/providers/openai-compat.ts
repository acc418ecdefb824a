import type { ChatModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import type { OpenAIChatQuirks } from './dialects/openai-chat/encode.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions } from './core/wire-model.ts';

/** Options of a server that speaks OpenAI's chat completions. */
export interface OpenAICompatibleOptions extends ProviderOptions {
  /** Address up to and without `/chat/completions`, such as http://localhost:11434/v1. */
  readonly baseUrl: string;
  readonly model: string;
  /** Name in errors, logs and prices. Default openai_compat. */
  readonly provider?: string;
  /** Environment variable of the key, which such servers often do not need. Default OPENAI_COMPAT_API_KEY. */
  readonly keyVariable?: string;
  /** Where the server differs from OpenAI. */
  readonly quirks?: OpenAIChatQuirks;
}

/** A chat model of any OpenAI-compatible server: Ollama, vLLM, LM Studio, the llama.cpp server … */
export function openaiCompatible({ provider = 'openai_compat', keyVariable = 'OPENAI_COMPAT_API_KEY', quirks = {}, ...options }: OpenAICompatibleOptions): ChatModel {
  return providerModel({
    provider, dialect: openAIChat({ rawNames: ['openai_compat'], ...quirks }), baseUrl: options.baseUrl, keyVariable, keyOptional: true, model: options.model,
  }, options);
}
