import { TopK, type RowOrder } from './top-k.ts';

/** Rows in the order they were added. */
export const byNumber: RowOrder = (a, b) => a - b;

/** Rows that may be among the best, each known by the most and the least that its score can be. */
export class Contenders {
  readonly #rows: number[] = [];
  readonly #most: number[] = [];
  readonly #worst: TopK;
  readonly #slack: number;
  /** A row is out when its most is below this. */
  floor: number = -Infinity;

  constructor(limit: number, slack: number) {
    this.#worst = new TopK(limit, byNumber);
    this.#slack = slack;
  }

  /** Its score is at most `most` and at least that less `spread`. */
  take(row: number, most: number, spread: number): void {
    this.#rows.push(row);
    this.#most.push(most);
    this.#worst.push(row, most - spread);
    this.floor = this.#worst.floor - this.#slack;
  }

  /** Those that are still in. */
  forEach(visit: (row: number) => void): void {
    const { floor } = this;
    this.#rows.forEach((row, i) => { if ((this.#most[i] as number) >= floor) visit(row); });
  }
}
