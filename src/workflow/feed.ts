import { NONE } from './queue.ts';
import { Signal } from './signal.ts';

/** Given once to a reader that fell behind: so many items were dropped before the next one. */
export interface Lagged {
  readonly type: 'blazen::Lagged';
  readonly missed: number;
}

type Result<Item> = IteratorResult<Item | Lagged, undefined>;

const END: IteratorReturnResult<undefined> = { value: undefined, done: true };

/**
 * A bounded, numbered sequence with any number of readers. Numbers start at 1 and have no gaps; at least the newest
 * `capacity` items are kept. Items lie flat in columns, `width` to an item: no object per item.
 */
export class Feed<Item> {
  declare capacity: number;
  declare readonly width: number;
  columns: unknown[] = [];
  /** Number of the last item that is not kept any more. */
  declare lost: number;
  /** Number of the newest item. */
  declare seq: number;
  closed = false;
  #readers: readonly FeedReader<Item>[] = NONE;
  /** Made when a producer first waits. */
  #caughtUp: Signal | null = null;

  constructor(capacity: number, width: number, lost = 0) {
    this.capacity = capacity;
    this.width = width;
    this.seq = this.lost = lost;
  }

  /** The item numbered `seq`: its first column, unless a subclass says otherwise. */
  at(seq: number): Item { return this.columns[this.row(seq)] as Item; }

  /** Index of the first column of item `seq`. */
  row(seq: number): number { return (seq - this.lost - 1) * this.width; }

  /** The columns of one more item were added. False: the slowest reader is a whole buffer behind. */
  added(): boolean {
    this.seq++;
    let all = true;
    for (const reader of this.#readers) if (!reader.notify()) all = false;
    if (this.seq - this.lost >= 2 * this.capacity) this.keep(this.capacity);
    return all;
  }

  /** Let go of all but the newest `count` items. */
  keep(count: number): void {
    const old = Math.max(0, this.row(this.seq - count + 1));
    this.columns = this.columns.slice(old);
    this.lost += old / this.width;
  }

  /** Give an item to the readers that are there now; it has no number and is not kept. */
  live(item: Item): void {
    for (const reader of this.#readers) reader.notify(item);
  }

  close(): void {
    this.closed = true;
    for (const reader of this.#readers) reader.notify();
  }

  /** Resolves when no reader is more than half a buffer behind. */
  async drained(): Promise<void> {
    while (this.crowded()) await (this.#caughtUp ??= new Signal()).wait();
  }

  /** @internal A reader is more than half a buffer behind. */
  crowded(): boolean { return this.#readers.some((reader) => this.seq - reader.seq > this.capacity / 2); }

  /** A reader has read or left: let the producers go on when all have caught up. */
  release(): void { if (this.#caughtUp && !this.crowded()) this.#caughtUp.fire(); }

  /** A reader that starts at item `from` (default: the oldest kept) and skips what `accept` refuses. */
  read(from: number = this.lost + 1, accept?: (seq: number) => boolean): FeedReader<Item> {
    const reader = new FeedReader(this, Math.max(0, from - 1), accept);
    this.#readers = [...this.#readers, reader];
    return reader;
  }

  remove(reader: FeedReader<Item>): void {
    this.#readers = this.#readers.filter((other) => other !== reader);
    this.release();
  }
}

/** One reader's place in a feed. Leaving (`return`, `break`) never touches the producer. */
export class FeedReader<Item> implements AsyncIterableIterator<Item | Lagged, undefined> {
  /** Number of the item given last. */
  declare seq: number;
  readonly #feed: Feed<Item>;
  readonly #accept: ((seq: number) => boolean) | undefined;
  #live: Item[] = [];
  #wake: ((result: Result<Item>) => void) | null = null;

  constructor(feed: Feed<Item>, seq: number, accept: ((seq: number) => boolean) | undefined) {
    this.#feed = feed;
    this.seq = seq;
    this.#accept = accept;
  }

  /** Something changed: answer the call of `next` that waits. False: a whole buffer behind. */
  notify(live?: Item): boolean {
    const { capacity, seq } = this.#feed;
    if (live && this.#live.length < capacity) this.#live.push(live);
    const result = this.#wake && this.#take();
    if (!result) return seq - this.seq < capacity;
    this.#wake?.(result);
    this.#wake = null;
    return true;
  }

  /** What `next` can answer now; null when it has to wait. */
  #take(): Result<Item> | null {
    const feed = this.#feed;
    const missed = feed.lost - this.seq;
    let value: Item | Lagged | undefined;
    if (missed > 0) {
      this.seq = feed.lost;
      value = { type: 'blazen::Lagged', missed };
    }
    while (!value && this.seq < feed.seq) {
      const seq = ++this.seq;
      if (!this.#accept || this.#accept(seq)) value = feed.at(seq);
    }
    value ??= this.#live.shift();
    return value ? { value, done: false } : feed.closed ? END : null;
  }

  next(): Promise<Result<Item>> {
    const result = this.#take();
    this.#feed.release();
    return result ? Promise.resolve(result) : new Promise((resolve) => { this.#wake = resolve; });
  }

  async return(): Promise<Result<Item>> {
    this.#feed.remove(this);
    this.#wake?.(END);
    this.#wake = null;
    return END;
  }

  [Symbol.asyncIterator](): this { return this; }
}
