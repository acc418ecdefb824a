import { SseDecoder } from '../../http/index.ts';
import type { Frames } from './dialect.ts';

/** Server-sent events. */
export function sseFrames(onEvent: (data: string, name: string) => void): Frames {
  return new SseDecoder(onEvent);
}
