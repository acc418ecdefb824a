import { abortError, throwIfAborted } from './abort.ts';

/** What the promise gives, unless the signal aborts first; for work that knows no signal and is left to itself then. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined, action: string): Promise<T> {
  if (signal === undefined) return work;
  throwIfAborted(signal, action);
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(abortError(signal, action));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
