import type { Clock } from '../base/clock.ts';

interface Pending { readonly at: number; readonly fire: () => void }

/**
 * A clock that stands still until it is moved, for tests without sleeping.
 *
 * @example
 * const clock = new FakeClock();
 * const done = workflow.run(input, { clock });
 * await clock.advance(1_000);
 */
export class FakeClock implements Clock {
  #now: number;
  readonly #pending = new Set<Pending>();

  /** @param now where the clock stands, milliseconds since the epoch. Default 0. */
  constructor(now = 0) { this.#now = now; }

  now(): number { return this.#now; }

  after(delayMs: number, fire: () => void): unknown {
    const timer = { at: this.#now + Math.max(0, delayMs), fire };
    this.#pending.add(timer);
    return timer;
  }

  cancel(timer: unknown): void { this.#pending.delete(timer as Pending); }

  /** Timers that are set and have not fired. */
  get pending(): number { return this.#pending.size; }

  /** Move on to the next timer and fire it; false when there is none. */
  async advanceToNext(): Promise<boolean> {
    const next = this.#next(Infinity);
    if (next !== null) await this.#fire(next);
    return next !== null;
  }

  /** Move on by `ms`, firing what becomes due in order; waits for the promises that each timer sets off. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next !== null; next = this.#next(end)) await this.#fire(next);
    this.#now = end;
  }

  #next(end: number): Pending | null {
    let next: Pending | null = null;
    for (const timer of this.#pending) if (timer.at <= end && (next === null || timer.at < next.at)) next = timer;
    return next;
  }

  async #fire(timer: Pending): Promise<void> {
    this.#pending.delete(timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.fire();
    await settle();
  }
}

/** Let promise reactions run, a hundred rounds of them: more than any chain of awaits between two timers in this package. */
async function settle(): Promise<void> {
  for (let i = 0; i < 100; i++) await Promise.resolve();
}
