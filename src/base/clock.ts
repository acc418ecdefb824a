/** Where the time and the timers come from; tests and the simulator replace it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Call `fire` once after `delayMs`. */
  after(delayMs: number, fire: () => void): Timer;
}

/** A pending timer. `ref`/`unref` exist where the host can say whether a timer keeps the process alive (Node). */
export interface Timer {
  cancel(): void;
  ref?(): void;
  unref?(): void;
}

/** Longest delay a host timer can hold (2^31 - 1 ms); a longer one fires early and must be armed again. */
const MAX_TIMER_MS = 2_147_483_647;

interface NodeTimeout { ref(): void; unref(): void }

/** The clock of the host. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, fire) {
    const handle: unknown = setTimeout(fire, Math.min(Math.max(0, delayMs), MAX_TIMER_MS));
    const cancel = (): void => clearTimeout(handle as number);
    if (typeof handle !== 'object') return { cancel };
    return { cancel, ref: () => (handle as NodeTimeout).ref(), unref: () => (handle as NodeTimeout).unref() };
  },
};
