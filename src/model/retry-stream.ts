import type { BlazenError } from '../base/errors.ts';
import type { StreamPart } from '../spec/completion.ts';

/** Parts that come before the answer itself: they are held back until it is sure that the answer comes from here. */
const PREAMBLE: ReadonlySet<string> = new Set(['decision', 'start', 'usage', 'source', 'block-end']);

/**
 * A stream that may start again until its first content: `recover` says where to go on after a failure.
 *
 * After the first content the parts come straight from the source, and a failure is final.
 */
export class RestartableStream implements AsyncIterableIterator<StreamPart> {
  readonly #recover: (error: BlazenError) => Promise<AsyncIterable<StreamPart>>;
  #source: AsyncIterator<StreamPart>;
  readonly #held: StreamPart[] = [];
  #committed = false;
  #closed = false;

  /** @param recover the stream to go on with; throws what the reader gets when there is none. */
  constructor(first: AsyncIterable<StreamPart>, recover: (error: BlazenError) => Promise<AsyncIterable<StreamPart>>) {
    this.#source = first[Symbol.asyncIterator]();
    this.#recover = recover;
  }

  [Symbol.asyncIterator](): this { return this; }

  next(): Promise<IteratorResult<StreamPart>> {
    const held = this.#held.shift();
    if (held !== undefined && this.#committed) return Promise.resolve({ done: false, value: held });
    return this.#committed ? this.#source.next() : this.#begin();
  }

  async return(): Promise<IteratorResult<StreamPart>> {
    this.#closed = this.#committed = true;
    this.#held.length = 0;
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  async #begin(): Promise<IteratorResult<StreamPart>> {
    while (!this.#closed) {
      try {
        const step = await this.#source.next();
        if (!step.done) this.#held.push(step.value);
        if (!step.done && PREAMBLE.has(step.value.type)) continue;
        this.#committed = true;
        return this.next();
      } catch (error) {
        this.#held.length = 0;
        this.#source = (await this.#recover(error as BlazenError))[Symbol.asyncIterator]();
      }
    }
    return { done: true, value: undefined };
  }
}
