import { type Clock, systemClock } from '../base/clock.ts';
import { type Deadline, Deadlines } from '../workflow/deadlines.ts';

/** A deadline whose place on the clock moves when somebody sets the clock. */
interface SteadyDeadline extends Deadline { readonly measured: Deadline }

/**
 * The deadlines of a host's runs, measured by the time that passes: a clock that is set back keeps no retry waiting, and
 * one that is set forward ends no run before its time.
 */
export class SteadyDeadlines extends Deadlines {
  readonly #clock: Clock;
  readonly #elapsed: () => number;

  constructor(clock: Clock) {
    const elapsed = (): number => (clock.elapsed ? clock.elapsed() : clock === systemClock ? performance.now() : clock.now());
    super({ now: elapsed, after: (delayMs, fire) => clock.after(delayMs, fire), cancel: (timer) => clock.cancel(timer) });
    this.#clock = clock;
    this.#elapsed = elapsed;
  }

  override set(delayMs: number, _now: number, fire: () => void): SteadyDeadline {
    const [clock, elapsed] = [this.#clock, this.#elapsed];
    const measured = super.set(delayMs, elapsed(), fire);
    return { measured, fire, get at() { return clock.now() + measured.at - elapsed(); } };
  }

  override clear(deadline: SteadyDeadline | null): void { super.clear(deadline && deadline.measured); }
}
