import type { Dialect } from '../../core/dialect.ts';
import { sseFrames } from '../../core/frames.ts';
import { CohereDecoder } from './decode.ts';
import { encodeCohere } from './encode.ts';

/** Cohere's chat, version 2. */
export const cohereDialect: Dialect = {
  id: 'cohere', frames: sseFrames, path: () => '/chat', encode: encodeCohere, decoder: (context) => new CohereDecoder(context),
};
