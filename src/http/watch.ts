import { abortError } from '../base/abort.ts';
import { NetworkError, TimeoutError } from '../base/error-classes.ts';
import { BlazenError } from '../base/errors.ts';
import { redact, type FailureContext } from './provider-failure.ts';

/** How long to wait, in milliseconds; 0 disables. */
export interface WatchTimeouts {
  /** Until `touch` is called for the first time. */
  readonly firstChunkMs: number;
  /** Between two calls of `touch`. */
  readonly idleMs: number;
  readonly totalMs: number;
}

/** Stops a request when the caller's signal aborts or one of its times runs out, and says which it was. */
export class RequestWatch {
  readonly #controller = new AbortController();
  readonly #timeouts: WatchTimeouts;
  readonly #context: FailureContext;
  readonly #userSignal: AbortSignal | undefined;
  readonly #started: number = Date.now();
  readonly #onUserAbort: () => void;
  #last: number = this.#started;
  #touched = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(timeouts: WatchTimeouts, context: FailureContext, userSignal: AbortSignal | undefined) {
    this.#timeouts = timeouts;
    this.#context = context;
    this.#userSignal = userSignal;
    this.#onUserAbort = () => this.#controller.abort(abortError(userSignal as AbortSignal, `The request to ${context.provider}`));
    if (userSignal?.aborted) this.#onUserAbort();
    else userSignal?.addEventListener('abort', this.#onUserAbort, { once: true });
    this.#arm();
  }

  get signal(): AbortSignal { return this.#controller.signal; }

  /** True when the caller stopped the request, not a timer. */
  get userAborted(): boolean { return this.#userSignal?.aborted ?? false; }

  /** Bytes came. The timer is not moved here, only when it fires: this is called for every chunk. */
  touch(): void {
    this.#last = Date.now();
    if (this.#touched) return;
    this.#touched = true;
    this.#arm();
  }

  /** Stop watching. */
  close(): void {
    clearTimeout(this.#timer);
    this.#userSignal?.removeEventListener('abort', this.#onUserAbort);
  }

  /** The same promise, but failing as soon as the watch stops the request, whatever the promise does then. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(this.#controller.signal.reason);
      if (this.signal.aborted) stop();
      this.signal.addEventListener('abort', stop, { once: true });
      promise.then(resolve, reject).finally(() => this.signal.removeEventListener('abort', stop));
    });
  }

  /** The typed error for whatever the transport threw. */
  failure(error: unknown): BlazenError {
    if (this.signal.aborted) return this.signal.reason as BlazenError;
    if (error instanceof BlazenError) return error;
    const { provider, endpoint, secrets } = this.#context;
    const texts: string[] = [];
    for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) texts.push(e.message);
    const said = texts.join(': ') || String(error);
    const clean = redact(said, secrets);
    // A transport error that quotes a secret (an unsendable header value) must not travel as a cause either.
    return new NetworkError(`${provider} error: no answer: ${clean.slice(0, 600)}`, {
      provider, endpoint, detail: clean.slice(0, 4096), ...(clean === said ? { cause: error } : {}),
    });
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    const { firstChunkMs, idleMs, totalMs } = this.#timeouts;
    const waitMs = this.#touched ? idleMs : firstChunkMs;
    const waitUntil = waitMs > 0 ? (this.#touched ? this.#last : this.#started) + waitMs : Infinity;
    const totalUntil = totalMs > 0 ? this.#started + totalMs : Infinity;
    const until = Math.min(waitUntil, totalUntil);
    if (until === Infinity) return;
    if (until > now) {
      this.#timer = setTimeout(() => this.#arm(), Math.min(until - now, 0x7fffffff));
      return;
    }
    const provider = this.#context.provider;
    this.#controller.abort(totalUntil <= now
      ? new TimeoutError(`timed out after ${totalMs}ms: the answer of ${provider} was not complete`)
      : new TimeoutError(`timed out after ${waitMs}ms: ${provider} sent ${this.#touched ? 'nothing more' : 'nothing'}`));
  }
}
