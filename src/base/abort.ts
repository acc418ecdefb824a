import { AbortedError } from './error-classes.ts';
import { BlazenError } from './errors.ts';

/** The error to throw for an aborted signal: its reason when that is one of ours, else an AbortedError around it. */
export function abortError(signal: AbortSignal, action: string): BlazenError {
  const reason: unknown = signal.reason;
  return reason instanceof BlazenError ? reason : new AbortedError(`${action} was aborted`, { cause: reason });
}

/** @throws AbortedError when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined, action: string): void {
  if (signal?.aborted) throw abortError(signal, action);
}
