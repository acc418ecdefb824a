/** Where the time and the timers come from; tests and the simulator replace it. */
export interface Clock {
  /** Milliseconds since the epoch; fractions are dropped where time is stored. */
  now(): number;
  /** Milliseconds since any moment, for a clock that can be set: these only ever pass. Default: `now`. */
  elapsed?(): number;
  /** Call `fire` once after `delayMs`. What is given back is for `cancel`, and may have `ref` and `unref` as in Node. */
  after(delayMs: number, fire: () => void): unknown;
  cancel(timer: unknown): void;
}

/** The clock in whole milliseconds, as stores count: that of a host may count in fractions (`performance.now`). */
export function wholeMilliseconds(clock: Clock): Clock {
  return clock === systemClock ? clock : { now: () => Math.floor(clock.now()), elapsed: () => (clock.elapsed ? clock.elapsed() : clock.now()), after: (delayMs, fire) => clock.after(delayMs, fire), cancel: (timer) => clock.cancel(timer) };
}

/** Longest delay a host timer can hold (2^31 - 1 ms); a longer one fires early. */
const MAX_TIMER_MS = 2_147_483_647;

/** The clock of the host. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, fire) => setTimeout(fire, Math.min(delayMs, MAX_TIMER_MS)),
  cancel: (timer) => clearTimeout(timer as number),
};
