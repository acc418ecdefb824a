import type { ChatModel } from '../../src/model/index.ts';
import { anthropic } from '../../src/providers/anthropic.ts';
import { bedrock } from '../../src/providers/bedrock.ts';
import { cohere } from '../../src/providers/cohere.ts';
import { gemini } from '../../src/providers/gemini.ts';
import { openaiResponses } from '../../src/providers/openai.ts';
import { openaiCompatible } from '../../src/providers/openai-compat.ts';

/** A model of each dialect, pointed at an address. */
export const dialectModels: Readonly<Record<string, (baseUrl: string) => ChatModel>> = {
  'openai-chat': (baseUrl) => openaiCompatible({ baseUrl, model: 'm', apiKey: 'k' }),
  'openai-responses': (baseUrl) => openaiResponses({ baseUrl, model: 'm', apiKey: 'k' }),
  anthropic: (baseUrl) => anthropic({ baseUrl, model: 'm', apiKey: 'k' }),
  gemini: (baseUrl) => gemini({ baseUrl, model: 'm', apiKey: 'k' }),
  cohere: (baseUrl) => cohere({ baseUrl, model: 'm', apiKey: 'k' }),
  'bedrock-converse': (baseUrl) => bedrock({ baseUrl, model: 'm', apiKey: 'k' }),
};
