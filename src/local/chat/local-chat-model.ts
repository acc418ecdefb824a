import { ChatModel, type MessageLike } from '../../model/index.ts';
import type { CompletionOptions } from '../../spec/completion.ts';
import type { LocalModelError } from '../../base/error-classes.ts';
import type { LoadedModel } from '../local-backend.ts';
import { InferenceChunkStream } from './inference-stream.ts';
import { type ChatEngine, LocalCalls } from './local-calls.ts';

/**
 * A chat model that is in the memory of this device: a ChatModel like any other, so that agents, wrappers and workflows
 * use it unchanged, which can also be interrupted and given back.
 *
 * Answers come one at a time; further requests wait for their turn. An aborted request rejects at once and stops the
 * model; the next ones are not harmed.
 */
export class LocalChatModel extends ChatModel implements LoadedModel {
  readonly #calls: LocalCalls;
  readonly lost: Promise<LocalModelError>;

  constructor(engine: ChatEngine) {
    const calls = new LocalCalls(engine);
    super(calls);
    this.#calls = calls;
    this.lost = calls.lost;
  }

  /** Ends the answers in flight with what they have; their `rawFinishReason` is 'interrupted'. */
  interrupt(): void {
    this.#calls.interrupt();
  }

  dispose(): Promise<void> {
    return this.#calls.dispose();
  }

  /** The reference's name for `dispose`. */
  unload(): Promise<void> {
    return this.dispose();
  }

  /** The reference's typed stream of a local model; `stream` shows the same with every detail. */
  inferStream(messages: readonly MessageLike[], options?: CompletionOptions): Promise<InferenceChunkStream> {
    return Promise.resolve(new InferenceChunkStream(this.stream(messages, options)));
  }
}
