import { BlazenError } from '../base/errors.ts';
import { NetworkError } from '../base/error-classes.ts';
import type { CompletionResult, StreamPart } from '../spec/completion.ts';
import { ResultAssembler } from './assemble.ts';

/**
 * A streamed answer: iterate it for its parts, await it for the whole.
 *
 * Awaiting reads the rest. A failing stream gives one `error` part and then throws that error, with what had arrived as
 * its `partial`. Leaving the loop ends the request.
 */
export class ChatStream<Result = CompletionResult> implements AsyncIterableIterator<StreamPart>, PromiseLike<Result> {
  readonly #parts: AsyncIterator<StreamPart>;
  readonly #assembler = new ResultAssembler();
  readonly #finish: (assembler: ResultAssembler) => Result | Promise<Result>;
  readonly #onChunk: ((part: StreamPart) => void) | undefined;
  #error: BlazenError | undefined;
  #failed = false;
  #done = false;
  #result: Promise<Result> | undefined;

  constructor(
    parts: AsyncIterable<StreamPart>, finish: (assembler: ResultAssembler) => Result | Promise<Result>, onChunk?: (part: StreamPart) => void,
  ) {
    this.#parts = parts[Symbol.asyncIterator]();
    this.#finish = finish;
    this.#onChunk = onChunk;
  }

  [Symbol.asyncIterator](): this { return this; }

  next(): Promise<IteratorResult<StreamPart>> {
    if (this.#failed) {
      this.#failed = false;
      this.#done = true;
      return Promise.reject(this.#error);
    }
    if (this.#done) return Promise.resolve({ done: true, value: undefined });
    return this.#parts.next().then(this.#onPart, this.#onError);
  }

  /** Stop reading: the request ends, `await` gives what had arrived with the finish reason 'incomplete'. */
  async return(): Promise<IteratorResult<StreamPart>> {
    this.#done = true;
    await this.#parts.return?.();
    return { done: true, value: undefined };
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a stream gives the whole answer
  then<A = Result, B = never>(onResult?: ((result: Result) => A | PromiseLike<A>) | null, onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<A | B> {
    this.#result ??= this.#readRest();
    return this.#result.then(onResult, onError);
  }

  readonly #onPart = (step: IteratorResult<StreamPart>): IteratorResult<StreamPart> => {
    if (step.done) {
      this.#done = true;
      return step;
    }
    this.#assembler.add(step.value);
    this.#onChunk?.(step.value);
    return step;
  };

  readonly #onError = (error: unknown): IteratorResult<StreamPart> => {
    const typed = error instanceof BlazenError ? error : new NetworkError(`the stream failed: ${String(error)}`, { cause: error, retryable: false });
    if (this.#assembler.hasContent) Object.defineProperty(typed, 'partial', { value: this.#assembler.result(''), configurable: true });
    this.#error = typed;
    this.#failed = true;
    const value: StreamPart = { type: 'error', error: typed, toolCalls: [] };
    this.#onChunk?.(value);
    return { done: false, value };
  };

  async #readRest(): Promise<Result> {
    for (;;) {
      const { done } = await this.next();
      if (!done) continue;
      if (this.#error !== undefined) throw this.#error;
      return this.#finish(this.#assembler);
    }
  }
}
