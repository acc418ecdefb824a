import type { WorkflowEvent } from '../events/index.ts';
import { Feed } from '../workflow/feed.ts';
import type { Journal } from './journal.ts';

/**
 * The stream of a run that is stored as it goes. Readers find in the store what they missed, so no producer waits for
 * one, however slow: only for the store.
 */
export class StoredFeed extends Feed<WorkflowEvent> {
  readonly #journal: Journal;

  constructor(inner: Feed<WorkflowEvent>, journal: Journal) {
    super(inner.capacity, inner.width, inner.seq);
    this.#journal = journal;
  }

  override crowded(): boolean { return false; }

  override async drained(): Promise<void> {
    // What was just published is sent off first.
    await Promise.resolve();
    await this.#journal.settled();
  }
}
