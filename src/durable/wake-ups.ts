import type { Clock } from '../base/clock.ts';
import type { Deadline, Deadlines } from '../workflow/deadlines.ts';

/** When runs that a host has put away have something to do again. */
export class WakeUps {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #wake: (runId: string) => void;
  readonly #pending = new Map<string, Deadline>();

  constructor({ clock, deadlines, wake }: { readonly clock: Clock; readonly deadlines: Deadlines; readonly wake: (runId: string) => void }) {
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#wake = wake;
  }

  set(runId: string, at: number): void {
    const now = this.#clock.now();
    this.#pending.set(runId, this.#deadlines.set(Math.max(0, at - now), now, () => { this.#wake(runId); }));
  }

  clear(runId: string): void {
    this.#deadlines.clear(this.#pending.get(runId) ?? null);
    this.#pending.delete(runId);
  }

  /** Let none of them happen. */
  end(): void {
    for (const runId of this.#pending.keys()) this.clear(runId);
  }
}
