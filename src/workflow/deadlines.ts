import { sharesTimers } from '#platform';
import { type Clock, systemClock } from '../base/clock.ts';

/** A host timer that can say whether it keeps the process alive (Node); elsewhere these are absent. */
interface Timer { ref?(): void; unref?(): void }

/** One thing that happens at a given time. */
export interface Deadline {
  readonly at: number;
  readonly fire: () => void;
}

/**
 * All deadlines of a clock on one host timer: a host timer per deadline costs more than a whole step.
 *
 * The timer is set to the earliest deadline there was; when it fires, what is due is found by looking at all. Deadlines
 * that are cleared before (nearly all: they are time limits) cost no timer at all.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #pending = new Set<Deadline>();
  #timer: Timer | null = null;
  #timerAt = 0;

  constructor(clock: Clock) { this.#clock = clock; }

  /** Call `fire` once, `delayMs` from `now`. */
  set(delayMs: number, now: number, fire: () => void): Deadline {
    const deadline = { at: now + delayMs, fire };
    this.#pending.add(deadline);
    this.#timer?.ref?.();
    this.#arm(deadline.at, now);
    return deadline;
  }

  clear(deadline: Deadline | null): void {
    if (!this.#pending.delete(deadline as Deadline) || this.#pending.size) return;
    // Nothing is awaited: the timer must not keep the process alive. It stays armed where that can be said.
    if (this.#timer?.unref) this.#timer.unref();
    else this.#disarm();
  }

  #arm(at: number, now: number): void {
    if (this.#timer && at >= this.#timerAt) return;
    this.#disarm();
    this.#timerAt = at;
    this.#timer = this.#clock.after(at - now, () => this.#tick()) as Timer;
  }

  #disarm(): void {
    if (this.#timer) this.#clock.cancel(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    this.#timer = null;
    const now = this.#clock.now();
    for (const deadline of this.#pending) {
      if (deadline.at > now) this.#arm(deadline.at, now);
      else if (this.#pending.delete(deadline)) deadline.fire();
    }
  }
}

let shared: Deadlines | undefined;

/**
 * The deadlines of a clock; those of the host's clock are shared by all runs. Not in Workers: a timer belongs to the request
 * or object that set it, may do nothing for others, and is gone when that is.
 */
export function deadlinesOf(clock: Clock): Deadlines {
  return clock === systemClock && sharesTimers ? (shared ??= new Deadlines(clock)) : new Deadlines(clock);
}
