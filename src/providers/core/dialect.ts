import type { JsonObject } from '../../base/json.ts';
import type { CompletionRequest } from '../../spec/completion.ts';
import type { EncodeContext } from './encode.ts';
import type { Decoder, DecoderContext } from './parts.ts';

/** Bytes in, events out. */
export interface Frames {
  push(bytes: Uint8Array): void;
  /** No more bytes: deliver what is left. */
  end?(): void;
}

/** How one family of servers speaks. */
export interface Dialect {
  readonly id: string;
  /** Splits the bytes of a stream into events: their data as text, and their name. */
  readonly frames: (onEvent: (data: string, name: string) => void) => Frames;
  /** The path after the base URL. */
  path(model: string, stream: boolean): string;
  encode(request: CompletionRequest, context: EncodeContext): JsonObject;
  decoder(context: DecoderContext): Decoder;
}
