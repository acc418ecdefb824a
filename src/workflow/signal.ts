/** Lets any number of waiters go on when something happens. */
export class Signal {
  #waiting: (() => void)[] = [];

  wait(): Promise<void> { return new Promise((resolve) => { this.#waiting.push(resolve); }); }

  fire(): void { for (const resolve of this.#waiting.splice(0)) resolve(); }
}
