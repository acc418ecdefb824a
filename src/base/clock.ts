/** Where the time and the timers come from; tests and the simulator replace it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Call `fire` once after `delayMs`. What is given back is for `cancel`, and may have `ref` and `unref` as in Node. */
  after(delayMs: number, fire: () => void): unknown;
  cancel(timer: unknown): void;
}

/** Longest delay a host timer can hold (2^31 - 1 ms); a longer one fires early. */
const MAX_TIMER_MS = 2_147_483_647;

/** The clock of the host. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, fire) => setTimeout(fire, Math.min(delayMs, MAX_TIMER_MS)),
  cancel: (timer) => clearTimeout(timer as number),
};
