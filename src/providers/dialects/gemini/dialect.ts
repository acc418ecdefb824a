import type { Dialect } from '../../core/dialect.ts';
import { GeminiDecoder } from './decode.ts';
import { encodeGemini } from './encode.ts';

/** Google's generateContent. */
export const geminiDialect: Dialect = {
  id: 'gemini', framing: 'sse', encode: encodeGemini, decoder: (context) => new GeminiDecoder(context),
  path: (model, stream) => `/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
};
