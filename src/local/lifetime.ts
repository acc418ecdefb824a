import { AbortedError, LocalModelError } from '../base/error-classes.ts';

/** Whether a loaded model is still there: what its calls are started with, and what ends them. */
export class Lifetime {
  readonly #name: string;
  readonly #end = new AbortController();
  #over: LocalModelError | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  /**
   * The signal of one call: it aborts with the caller's, and when the model goes away.
   *
   * @throws LocalModelError 'disposed' or 'device-lost'
   */
  call(signal: AbortSignal | undefined): AbortSignal {
    if (this.#over !== null) throw this.#over;
    // A signal of its own for each call, so that any number of them may listen.
    return AbortSignal.any(signal === undefined ? [this.#end.signal] : [this.#end.signal, signal]);
  }

  /** The model is given back; false when that happened before. */
  dispose(): boolean {
    if (this.#over?.problem === 'disposed') return false;
    this.#over = new LocalModelError(`Cannot use '${this.#name}': it was disposed of`, { problem: 'disposed', fix: 'Load it again' });
    this.#end.abort(new AbortedError(`'${this.#name}' was disposed of`));
    return true;
  }

  /** What the model ran on went away: its calls, now and later, reject with this. */
  lose(error: LocalModelError): void {
    if (this.#over !== null) return;
    this.#over = error;
    this.#end.abort(error);
  }
}
