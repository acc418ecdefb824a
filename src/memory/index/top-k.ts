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
  readonly #order: RowOrder;
  readonly #rows: number[] = [];
  readonly #scores: number[] = [];

  constructor(limit: number, order: RowOrder) {
    this.#limit = limit;
    this.#order = order;
  }

  /** A score below this cannot enter any more. */
  get floor(): number {
    return this.#rows.length < this.#limit ? -Infinity : (this.#scores[0] ?? Infinity);
  }

  push(row: number, score: number): void {
    if (this.#rows.length < this.#limit) {
      this.#rows.push(row);
      this.#scores.push(score);
      this.#up(this.#rows.length - 1);
    } else if (this.#limit > 0 && this.#worse(this.#rows[0] as number, this.#scores[0] as number, row, score)) {
      this.#rows[0] = row;
      this.#scores[0] = score;
      this.#down();
    }
  }

  /** What was kept, best first. */
  toArray(): ScoredRow[] {
    return this.#rows
      .map((row, i) => ({ row, score: this.#scores[i] as number }))
      .sort((a, b) => b.score - a.score || this.#order(a.row, b.row));
  }

  #worse(row: number, score: number, otherRow: number, otherScore: number): boolean {
    return score < otherScore || (score === otherScore && this.#order(row, otherRow) > 0);
  }

  #swap(a: number, b: number): void {
    const row = this.#rows[a] as number;
    const score = this.#scores[a] as number;
    this.#rows[a] = this.#rows[b] as number;
    this.#scores[a] = this.#scores[b] as number;
    this.#rows[b] = row;
    this.#scores[b] = score;
  }

  #worseAt(a: number, b: number): boolean {
    return this.#worse(this.#rows[a] as number, this.#scores[a] as number, this.#rows[b] as number, this.#scores[b] as number);
  }

  #up(at: number): void {
    let i = at;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#worseAt(i, parent)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #down(): void {
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= this.#rows.length) return;
      const right = left + 1;
      const child = right < this.#rows.length && this.#worseAt(right, left) ? right : left;
      if (!this.#worseAt(child, i)) return;
      this.#swap(i, child);
      i = child;
    }
  }
}
