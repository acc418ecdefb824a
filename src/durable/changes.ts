import type { Clock } from '../base/clock.ts';

/** How often a run that another process may work on is looked at, milliseconds. */
const LOOK_MS = 1000;

/** Resolves when a run may have changed. `stop` lets go of it. */
export interface Change {
  readonly come: Promise<void>;
  stop(): void;
}

/** Tells those who wait for a run when to look again. */
export class Changes {
  readonly #clock: Clock;
  readonly #shared: boolean;
  readonly #waiting = new Map<string, Set<() => void>>();

  /** @param shared other processes may change runs without a word. */
  constructor(clock: Clock, shared: boolean) {
    this.#clock = clock;
    this.#shared = shared;
  }

  /**
   * The next change of a run. Ask before looking at it: what changes meanwhile is then not missed.
   *
   * @param away this process does not work on it.
   */
  next(runId: string, away: boolean, signal?: AbortSignal): Change {
    let come!: () => void;
    const promise = new Promise<void>((resolve) => { come = resolve; });
    const waiting = this.#waiting.get(runId) ?? new Set();
    this.#waiting.set(runId, waiting.add(come));
    const timer = this.#shared && away ? this.#clock.after(LOOK_MS, come) : null;
    signal?.addEventListener('abort', come);
    if (signal?.aborted) come();
    return {
      come: promise,
      stop: () => {
        waiting.delete(come);
        if (waiting.size === 0 && this.#waiting.get(runId) === waiting) this.#waiting.delete(runId);
        if (timer !== null) this.#clock.cancel(timer);
        signal?.removeEventListener('abort', come);
      },
    };
  }

  /** Nobody waits any longer. */
  end(): void {
    for (const runId of this.#waiting.keys()) this.tell(runId);
  }

  /** A run was taken up or let go of. */
  tell(runId: string): void {
    for (const come of this.#waiting.get(runId) ?? []) come();
  }
}
