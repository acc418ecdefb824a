import type { ChatModel } from '../model/index.ts';
import { geminiDialect } from './dialects/gemini/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';

const row: ProviderRow = {
  provider: 'gemini', dialect: geminiDialect, baseUrl: 'https://generativelanguage.googleapis.com/v1beta', keyVariable: 'GEMINI_API_KEY',
  model: 'gemini-2.5-flash', keyHeader: (key) => ({ 'x-goog-api-key': key }),
};

/** Options of Gemini. */
export interface GeminiOptions extends ProviderOptions {
  /** True when the key is an OAuth access token, as Vertex AI takes; then `baseUrl` ends in `…/publishers/google`. */
  readonly accessToken?: boolean;
}

/** A chat model of Google; the key is the option or GEMINI_API_KEY, the default model gemini-2.5-flash. */
export function gemini({ accessToken = false, ...options }: GeminiOptions = {}): ChatModel {
  return providerModel(accessToken ? { ...row, keyHeader: (key) => ({ authorization: `Bearer ${key}` }) } : row, options);
}
