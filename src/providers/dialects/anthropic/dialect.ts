import type { Dialect } from '../../core/dialect.ts';
import { sseFrames } from '../../core/frames.ts';
import { AnthropicDecoder } from './decode.ts';
import { encodeAnthropic } from './encode.ts';

/** Anthropic's messages. */
export const anthropicDialect: Dialect = {
  id: 'anthropic', frames: sseFrames, path: () => '/messages', encode: encodeAnthropic, decoder: (context) => new AnthropicDecoder(context),
};
