import { abortError, throwIfAborted } from '../base/abort.ts';
import { AbortedError } from '../base/error-classes.ts';
import type { LoadOptions, LoadProgress } from './local-backend.ts';

/** One piece of work for all who want its result; it is aborted when all of them have given up. */
export class SharedWork<T> {
  readonly done: Promise<T>;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(progress: LoadProgress) => void>();
  readonly #onAbandoned: () => void;
  #users = 0;
  #settled = false;

  /** @param onAbandoned called before it is aborted because nobody wants it any more: who comes now must begin anew. */
  constructor(work: (options: LoadOptions & { readonly signal: AbortSignal }) => Promise<T>, onAbandoned: () => void) {
    this.#onAbandoned = onAbandoned;
    this.done = work({ signal: this.#stop.signal, onProgress: (progress) => this.#listeners.forEach((listen) => listen(progress)) });
    const settle = (): void => { this.#settled = true; };
    this.done.then(settle, settle);
  }

  /** The result; an aborted signal, or a listener that throws, gives it up for this user alone. */
  async join({ signal, onProgress }: LoadOptions, action: string): Promise<T> {
    throwIfAborted(signal, action);
    let fail: (error: unknown) => void = () => undefined;
    const left = new Promise<never>((_resolve, reject) => { fail = reject; });
    const leave = (): void => fail(abortError(signal as AbortSignal, action));
    const listen = (progress: LoadProgress): void => {
      try {
        onProgress?.(progress);
      } catch (error) {
        fail(error);
      }
    };
    signal?.addEventListener('abort', leave, { once: true });
    this.#listeners.add(listen);
    this.#users++;
    try {
      return await Promise.race([this.done, left]);
    } catch (error) {
      if (this.#users === 1 && !this.#settled) {
        this.#onAbandoned();
        this.#stop.abort(new AbortedError(`${action} was given up`));
        // Whatever it has to put away is away before the caller goes on.
        await this.done.catch(() => undefined);
      }
      throw error;
    } finally {
      this.#users--;
      signal?.removeEventListener('abort', leave);
      this.#listeners.delete(listen);
    }
  }

  /** Ends it for everybody. */
  async cancel(reason: Error): Promise<void> {
    this.#stop.abort(reason);
    await this.done.catch(() => undefined);
  }
}
