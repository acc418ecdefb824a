import type { Dialect } from '../../core/dialect.ts';
import { sseFrames } from '../../core/frames.ts';
import { OpenAIChatDecoder } from './decode.ts';
import { encodeOpenAIChat, type OpenAIChatQuirks } from './encode.ts';

/** OpenAI's chat completions, with a server's differences. */
export function openAIChat(quirks: OpenAIChatQuirks = {}): Dialect {
  return {
    id: 'openai-chat', frames: sseFrames, path: () => '/chat/completions',
    encode: (request, context) => encodeOpenAIChat(request, context, quirks), decoder: (context) => new OpenAIChatDecoder(context),
  };
}
