import * as classes from './error-classes.ts';
import { BlazenError, type BlazenErrorOptions } from './errors.ts';
import { isRecord } from './json.ts';

type AnyErrorClass = new (message: string, options?: BlazenErrorOptions & Record<string, unknown>) => BlazenError;

/** Messages of the reference, and of the errors runtimes throw, with the class they stand for. */
const PATTERNS: readonly (readonly [RegExp, AnyErrorClass])[] = [
  [/^authentication failed/i, classes.AuthError], [/^rate limited/i, classes.RateLimitError], [/^timed out/i, classes.TimeoutError],
  [/^invalid input/i, classes.ValidationError], [/^unsupported/i, classes.UnsupportedError],
  [/^content (?:refused|policy)/i, classes.ContentPolicyError],
  [/^(?:fetch failed|failed to fetch|network ?error|load failed)/i, classes.NetworkError], [/^[\w-]+ error:/i, classes.ProviderError],
];

/**
 * The typed error behind anything that was caught: an error of the tree as it is, the plain form of one (after a
 * structured clone, or parsed JSON) as its class again, aborts and foreign errors with a telling message as the class
 * that fits. Anything else comes back unchanged.
 */
export function enrichError(error: unknown): unknown {
  if (error instanceof BlazenError) return error;
  if (!isRecord(error) && !(error instanceof Error)) return error;
  const { name, message, code, ...fields } = plain(error);
  if (typeof message !== 'string') return error;
  const known = Object.entries(classes).find(([className]) => className === name)?.[1] as AnyErrorClass | undefined;
  const cause = error instanceof Error ? { cause: error } : {};
  if (known !== undefined) return new known(message, { ...fields, ...(typeof code === 'string' ? { code: code as BlazenError['code'] } : {}), ...cause });
  if (name === 'AbortError') return new classes.AbortedError(message, cause);
  if (name === 'TimeoutError') return new classes.TimeoutError(message, cause);
  if (!(error instanceof Error)) return error;
  const match = PATTERNS.find(([pattern]) => pattern.test(message))?.[1];
  return match === undefined ? error : new match(message, cause);
}

/** Name, message and own fields, without the stack. */
function plain(error: object): Record<string, unknown> {
  const { stack: _stack, cause: _cause, ...fields } = error as Record<string, unknown>;
  const { name, message } = error as Error;
  return { ...fields, name, message };
}
