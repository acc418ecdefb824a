import { Feed } from './feed.ts';
import type { Patch } from './patch.ts';

/** Kinds of records. */
export const STARTED = 0, INPUT = 1, COMMITTED = 2, RETRIED = 3, ENDED = 4, FORKED = 5;

/**
 * The one append-only log of a run; `history.ts` makes the records when they are read. What is let go is folded into
 * `base`, so base plus kept records is always the live state.
 */
export class RunLog extends Feed<number> {
  /** State as it was before the oldest kept record. */
  base: Map<string, unknown> | null = null;

  constructor(capacity: number) { super(capacity, 8); }

  override at(seq: number): number { return seq; }

  /**
   * @param kind kind of record, and the step's index times eight. @param count number of the commit, or the try that failed.
   * @param elapsed milliseconds since the run started.
   * @param emitted events the run had emitted before this record.
   */
  add(kind: number, execution: unknown, count: number, elapsed: number, began: number, payload: unknown, patch: Patch | null, emitted: number): void {
    this.columns.push(kind, execution, count, elapsed, began, payload, patch, emitted);
    this.added();
  }

  override keep(count: number): void {
    for (let i = 6; i < this.row(this.seq - count + 1); i += 8) {
      const patch = this.columns[i] as Patch | null;
      for (let j = 0; patch !== null && j < patch.length; j += 2) (this.base ??= new Map<string, unknown>()).set(patch[j] as string, patch[j + 1]);
    }
    super.keep(count);
  }
}
