/** Lets any number of waiters go on when something happens. */
export class Signal {
  #waiting: (() => void)[] | null = null;

  wait(): Promise<void> { return new Promise((resolve) => { (this.#waiting ??= []).push(resolve); }); }

  fire(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const resolve of waiting) resolve();
  }
}
