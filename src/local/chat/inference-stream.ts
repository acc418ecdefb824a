import type { FinishReason, StreamPart } from '../../spec/completion.ts';
import type { ToolCall } from '../../spec/tool.ts';

/** One step of a local model's answer. */
export interface InferenceChunk {
  /** More text. */
  readonly delta?: string;
  /** More visible thoughts. */
  readonly reasoningDelta?: string;
  /** Complete calls; mostly none. */
  readonly toolCalls: readonly ToolCall[];
  /** On the last chunk. */
  readonly finishReason?: FinishReason;
}

/**
 * An answer to be pulled chunk by chunk, in the reference's form: `next()` gives null at the end. It can be iterated, too.
 *
 * @example
 * const model = await transformersChat({ model: 'small', modelPath: '/models/' }).load();
 * const stream = await model.inferStream([{ role: 'user', content: 'Hello' }]);
 * for (let chunk = await stream.next(); chunk !== null; chunk = await stream.next()) console.log(chunk.delta);
 */
export class InferenceChunkStream implements AsyncIterable<InferenceChunk> {
  readonly #parts: AsyncIterator<StreamPart>;

  constructor(parts: AsyncIterable<StreamPart>) {
    this.#parts = parts[Symbol.asyncIterator]();
  }

  /** @throws what the model's `stream` throws. */
  async next(): Promise<InferenceChunk | null> {
    for (;;) {
      const step = await this.#parts.next();
      if (step.done) return null;
      const part = step.value;
      if (part.type === 'text') return { delta: part.delta, toolCalls: [] };
      if (part.type === 'reasoning') return { reasoningDelta: part.text, toolCalls: [] };
      if (part.type === 'tool-call' && part.state === 'end') return { toolCalls: part.toolCalls };
      if (part.type === 'finish') return { toolCalls: [], finishReason: part.finishReason };
    }
  }

  /** Leaving the loop stops the model. */
  async* [Symbol.asyncIterator](): AsyncGenerator<InferenceChunk, void, undefined> {
    try {
      for (let chunk = await this.next(); chunk !== null; chunk = await this.next()) yield chunk;
    } finally {
      await this.#parts.return?.();
    }
  }
}
