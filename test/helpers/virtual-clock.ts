import type { Clock } from '../../src/base/clock.ts';

/** A clock that stands still until it is told to go on; waits fire in order. */
export class VirtualClock implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly fire: () => void }[] = [];
  /** The waits that were asked for. */
  readonly waits: number[] = [];

  now(): number { return this.#now; }

  after(delayMs: number, fire: () => void): unknown {
    const timer = { at: this.#now + delayMs, fire };
    this.waits.push(delayMs);
    this.#timers.push(timer);
    return timer;
  }

  cancel(timer: unknown): void { this.#timers = this.#timers.filter((one) => one !== timer); }

  /** Let the time pass until nothing waits, or until `limitMs`. */
  async run(limitMs: number = Infinity): Promise<void> {
    for (;;) {
      for (let i = 0; i < 20; i++) await Promise.resolve();
      const next = this.#timers.sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > limitMs) return;
      this.#timers.shift();
      this.#now = next.at;
      next.fire();
    }
  }
}
