import type { WorkflowEvent } from '../events/index.ts';
import { Feed, type FeedReader } from '../workflow/feed.ts';
import { RunLog } from '../workflow/run-log.ts';
import type { Journal } from './journal.ts';

/**
 * The stream of a run that is stored as it goes. Readers find in the store what they missed, so no producer waits for
 * one, however slow: only for the store.
 */
export class StoredFeed extends Feed<WorkflowEvent> {
  readonly #journal: Journal;
  readonly #reading = new Set<FeedReader<WorkflowEvent>>();

  constructor(inner: Feed<WorkflowEvent>, journal: Journal) {
    super(inner.capacity, inner.width, inner.seq);
    this.#journal = journal;
  }

  /** While nobody reads, nothing is kept. */
  override added(): boolean {
    if (this.#reading.size > 0) return super.added();
    const { columns } = this;
    while (columns.length > 0) columns.pop();
    this.lost = ++this.seq;
    return true;
  }

  override read(from?: number, accept?: (seq: number) => boolean): FeedReader<WorkflowEvent> {
    const reader = super.read(from, accept);
    this.#reading.add(reader);
    return reader;
  }

  override remove(reader: FeedReader<WorkflowEvent>): void {
    this.#reading.delete(reader);
    super.remove(reader);
  }

  override crowded(): boolean { return false; }

  override async drained(): Promise<void> {
    // What was just published is sent off first.
    await Promise.resolve();
    await this.#journal.settled();
  }
}

/** The log of a run that is stored as it goes: nobody reads it here, so its records only count. */
export class CountedLog extends RunLog {
  constructor(seq: number) {
    super(0);
    this.seq = this.lost = seq;
  }

  override add(): void { this.lost = ++this.seq; }
}
