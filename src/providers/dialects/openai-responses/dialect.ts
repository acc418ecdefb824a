import type { Dialect } from '../../core/dialect.ts';
import { sseFrames } from '../../core/frames.ts';
import { OpenAIResponsesDecoder } from './decode.ts';
import { encodeOpenAIResponses } from './encode.ts';

/** OpenAI's responses. */
export const openAIResponsesDialect: Dialect = {
  id: 'openai-responses', frames: sseFrames, path: () => '/responses', encode: encodeOpenAIResponses,
  decoder: (context) => new OpenAIResponsesDecoder(context),
};
