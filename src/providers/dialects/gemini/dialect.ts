import type { Dialect } from '../../core/dialect.ts';
import { sseFrames } from '../../core/frames.ts';
import { GeminiDecoder } from './decode.ts';
import { encodeGemini } from './encode.ts';

/** Google's generateContent. */
export const geminiDialect: Dialect = {
  id: 'gemini', frames: sseFrames, encode: encodeGemini, decoder: (context) => new GeminiDecoder(context),
  path: (model, stream) => `/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
};
