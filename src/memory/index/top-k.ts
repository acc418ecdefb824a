/** A row of the index and its score, higher is better. */
export interface ScoredRow {
  readonly row: number;
  readonly score: number;
}

/** Says which of two rows with equal scores comes first: negative for the first. */
export type RowOrder = (a: number, b: number) => number;

/** Keeps the best `limit` rows of a stream in a binary heap whose root is the worst one kept. */
export class TopK {
  readonly #limit: number;
  readonly #heap: ScoredRow[] = [];
  /** Negative when the first is the better one. */
  readonly #compare: (a: ScoredRow, b: ScoredRow) => number;

  constructor(limit: number, order: RowOrder) {
    this.#limit = limit;
    this.#compare = (a, b) => b.score - a.score || order(a.row, b.row);
  }

  /** A score below this cannot enter any more. */
  get floor(): number {
    return this.#heap.length < this.#limit ? -Infinity : (this.#heap[0]?.score ?? Infinity);
  }

  push(row: number, score: number): void {
    if (score < this.floor) return;
    const added = { row, score };
    const heap = this.#heap;
    let at = heap.length;
    if (at < this.#limit) {
      for (let parent = 0; at > 0 && this.#compare(heap[parent = (at - 1) >> 1] as ScoredRow, added) < 0; at = parent) heap[at] = heap[parent] as ScoredRow;
    } else {
      if (at === 0 || this.#compare(heap[0] as ScoredRow, added) < 0) return;
      at = 0;
      for (let child = 1; child < heap.length; child = 2 * at + 1) {
        if (child + 1 < heap.length && this.#compare(heap[child] as ScoredRow, heap[child + 1] as ScoredRow) < 0) child++;
        if (this.#compare(added, heap[child] as ScoredRow) > 0) break;
        heap[at] = heap[child] as ScoredRow;
        at = child;
      }
    }
    heap[at] = added;
  }

  /** What was kept, best first. */
  toArray(): ScoredRow[] {
    return [...this.#heap].sort(this.#compare);
  }
}
