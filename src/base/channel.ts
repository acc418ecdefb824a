/**
 * A queue between code that pushes and one loop that reads: what is pushed before or while the loop runs is read in
 * order; `end` ends the loop, or makes it throw.
 *
 * @example
 * const channel = new Channel<string>();
 * socket.onmessage = (message) => channel.push(message.data);
 * socket.onclose = () => channel.end();
 * for await (const text of channel) show(text);
 */
export class Channel<Item> implements AsyncIterable<Item> {
  #queue: Item[] = [];
  #ended = false;
  #error: unknown;
  #wake: () => void = () => undefined;

  /** Add an item; after `end` it is dropped. */
  push(item: Item): void {
    if (this.#ended) return;
    this.#queue.push(item);
    this.#wake();
  }

  /** Nothing more will come; with an error, the reader throws it after what was pushed. Only the first call counts. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for (;;) {
      const items = this.#queue;
      this.#queue = [];
      yield* items;
      if (this.#queue.length > 0) continue;
      if (this.#ended) {
        if (this.#error !== undefined) throw this.#error;
        return;
      }
      await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
  }
}
