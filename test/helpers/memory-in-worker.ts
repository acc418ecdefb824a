// The memory that the workers of the tests serve, in every runtime.
import { type PortLike } from '../../src/local/index.ts';
import { Memory } from '../../src/memory/index.ts';
import { serveMemory } from '../../src/memory/worker/index.ts';
import type { MemoryBackendSpec } from '../../src/spec/memory.ts';

export const DIMENSIONS = 16;

/** A vector that hangs on nothing but the text. */
export function vectorOf(text: string): Float32Array {
  let state = 7;
  for (const unit of text) state = (Math.imul(state, 31) + (unit.codePointAt(0) as number)) >>> 0;
  return Float32Array.from({ length: DIMENSIONS }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1);
}

export const embedder = {
  modelId: 'scripted', dimensions: DIMENSIONS, doEmbed: (texts: readonly string[]) => Promise.resolve(texts.map(vectorOf)),
};

/** Serves it; a text 'crash' takes the whole worker down, and 'wait' ends only when it is aborted. */
export function serve(port: PortLike, backend: () => Promise<MemoryBackendSpec>): void {
  serveMemory(port, async () => new Memory({
    ...embedder,
    doEmbed: async (texts, options) => {
      if (texts.includes('crash')) setTimeout(() => { throw new Error('out of luck'); });
      if (texts.includes('crash') || texts.includes('wait')) {
        await new Promise((_, reject) => { options?.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error)); });
      }
      return embedder.doEmbed(texts);
    },
  }, await backend()));
}
