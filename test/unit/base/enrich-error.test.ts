import { describe, expect, it } from 'vitest';
import { enrichError } from '../../../src/base/enrich-error.ts';
import { AbortedError, AuthError, NetworkError, ProviderError, RateLimitError, TimeoutError, ValidationError } from '../../../src/base/error-classes.ts';

describe('enrichError', () => {
  it('an error of the tree stays itself, other values too', () => {
    const error = new AuthError('x');
    expect(enrichError(error)).toBe(error);
    expect(enrichError('text')).toBe('text');
    expect(enrichError(null)).toBeNull();
    const foreign = new Error('something else');
    expect(enrichError(foreign)).toBe(foreign);
  });

  it('the plain form of an error becomes its class again, with its fields', () => {
    const error = new RateLimitError('rate limited by acme', { provider: 'acme', status: 429, retryAfterMs: 1500 });
    const rebuilt = enrichError(structuredClone(error.toJSON())) as RateLimitError;
    expect(rebuilt).toBeInstanceOf(RateLimitError);
    expect(rebuilt).toMatchObject({ provider: 'acme', status: 429, retryAfterMs: 1500, retryable: true, code: 'rate_limit', message: 'rate limited by acme' });
    expect(enrichError(structuredClone(error))).toBeInstanceOf(RateLimitError);
  });

  it.each<[string, new (...args: never[]) => Error]>([
    ['authentication failed: bad key', AuthError], ['rate limited', RateLimitError], ['timed out after 5ms', TimeoutError],
    ['invalid input: x', ValidationError], ['openai error: x', ProviderError], ['fetch failed', NetworkError],
  ])('"%s" becomes %o', (message, type) => {
    const rich = enrichError(new Error(message)) as Error;
    expect(rich.constructor).toBe(type);
    expect(rich.cause).toBeInstanceOf(Error);
  });

  it('an abort becomes an AbortedError', () => {
    expect(enrichError(new DOMException('stop', 'AbortError'))).toBeInstanceOf(AbortedError);
  });
});
