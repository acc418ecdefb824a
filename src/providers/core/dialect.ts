import type { JsonObject } from '../../base/json.ts';
import type { CompletionRequest } from '../../spec/completion.ts';
import type { EncodeContext } from './encode.ts';
import type { Decoder, DecoderContext } from './parts.ts';

/** How one family of servers speaks. */
export interface Dialect {
  readonly id: string;
  /** How streams are framed. */
  readonly framing: 'sse' | 'aws';
  /** The path after the base URL. */
  path(model: string, stream: boolean): string;
  encode(request: CompletionRequest, context: EncodeContext): JsonObject;
  decoder(context: DecoderContext): Decoder;
}
