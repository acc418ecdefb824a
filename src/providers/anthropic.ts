import type { ChatModel } from '../model/index.ts';
import { anthropicDialect } from './dialects/anthropic/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';

const row: ProviderRow = {
  provider: 'anthropic', dialect: anthropicDialect, baseUrl: 'https://api.anthropic.com/v1', keyVariable: 'ANTHROPIC_API_KEY',
  model: 'claude-sonnet-4-5-20250929', keyHeader: (key) => ({ 'x-api-key': key }),
  // The second header is Anthropic's consent to calls from a page, where the key is the page's own.
  headers: { 'anthropic-version': '2023-06-01', 'anthropic-dangerous-direct-browser-access': 'true' },
};

/** A chat model of Anthropic; the key is the option or ANTHROPIC_API_KEY, the default model claude-sonnet-4-5. */
export function anthropic(options: ProviderOptions = {}): ChatModel {
  return providerModel(row, options);
}
