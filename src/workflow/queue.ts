/** A list that nobody has put anything into: one for all of them. */
export const NONE: never[] = [];

/** First in, first out; taking is O(1). */
export class Queue<T> {
  #items: (T | undefined)[] = NONE;
  #head = 0;

  get size(): number { return this.#items.length - this.#head; }

  /** The oldest item. */
  get first(): T | undefined { return this.#items[this.#head]; }

  push(item: T): void {
    if (this.#items === NONE) this.#items = [item];
    else this.#items.push(item);
  }

  /** The oldest item; there is one. */
  take(): T {
    const items = this.#items;
    // One item is the common case, and popping it keeps the array's memory for the next one.
    if (items.length === 1) return items.pop() as T;
    const item = items[this.#head] as T;
    items[this.#head++] = undefined;
    if (this.#head === items.length || this.#head > 1024 && this.#head * 2 > items.length) {
      items.splice(0, this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** What is queued, oldest first. */
  list(): T[] { return this.#items.slice(this.#head) as T[]; }
}
