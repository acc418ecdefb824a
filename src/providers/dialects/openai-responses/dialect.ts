import type { Dialect } from '../../core/dialect.ts';
import { OpenAIResponsesDecoder } from './decode.ts';
import { encodeOpenAIResponses } from './encode.ts';

/** OpenAI's responses. */
export const openAIResponsesDialect: Dialect = {
  id: 'openai-responses', framing: 'sse', path: () => '/responses', encode: encodeOpenAIResponses,
  decoder: (context) => new OpenAIResponsesDecoder(context),
};
