import { abortError } from './abort.ts';
import { systemClock, type Clock } from './clock.ts';

/** Wait. @throws AbortedError, or the signal's own typed reason, as soon as the signal aborts. */
export function delay(ms: number, signal?: AbortSignal, clock: Clock = systemClock): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal, 'The wait'));
    const stop = (): void => {
      clock.cancel(timer);
      reject(abortError(signal as AbortSignal, 'The wait'));
    };
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    signal?.addEventListener('abort', stop, { once: true });
  });
}
