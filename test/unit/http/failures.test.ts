import { describe, expect, it } from 'vitest';
import {
  AuthError, ContentPolicyError, ModelNotFoundError, ProviderError, RateLimitError,
} from '../../../src/base/error-classes.ts';
import { errorFromResponse, providerFailure, readRetryAfter, resolveApiKey } from '../../../src/http/index.ts';

const context = { provider: 'acme', endpoint: 'https://api.acme.test/v1/chat', secrets: ['sk-secret-1234'] };
const fail = (status: number | null, body: unknown, headers: Record<string, string> = {}): ProviderError => (
  providerFailure(body, context, status, new Headers(headers))
);

describe('a provider failure', () => {
  it.each<[string, ProviderError, typeof ProviderError, boolean]>([
    ['401', fail(401, { error: { message: 'bad key' } }), AuthError, false],
    ['Gemini 400 about the key', fail(400, { error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] } }), AuthError, false],
    ['AWS 403', fail(403, { message: 'The security token included in the request is invalid.' }, { 'x-amzn-errortype': 'UnrecognizedClientException' }), AuthError, false],
    ['404', fail(404, { error: { message: 'The model does not exist', code: 'model_not_found' } }), ModelNotFoundError, false],
    ['429', fail(429, { error: { message: 'slow down' } }), RateLimitError, true],
    ['429 of a used-up budget', fail(429, { error: { code: 'insufficient_quota', message: 'pay' } }), RateLimitError, false],
    ['400 of the content filter', fail(400, { error: { code: 'content_filter', message: 'no' } }), ContentPolicyError, false],
    ['400', fail(400, { error: { message: 'no such field' } }), ProviderError, false],
    ['500', fail(500, 'Internal Server Error'), ProviderError, true],
    ['503', fail(503, ''), ProviderError, true],
    ['529', fail(529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }), ProviderError, true],
    ['501', fail(501, ''), ProviderError, false],
    ['500 that advises against a retry', fail(500, '', { 'x-should-retry': 'false' }), ProviderError, false],
    ['in-band overload', fail(null, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }), ProviderError, true],
    ['in-band rate limit', fail(null, { error: { type: 'too_many_requests', code: 'rate_limit_exceeded', message: 'too many' } }), RateLimitError, true],
    ['in-band number', fail(null, { error: { code: 502, message: 'upstream' } }), ProviderError, true],
    ['in-band bad request', fail(null, { error: { type: 'invalid_request_error', message: 'x' } }), ProviderError, false],
  ])('%s has its class and says whether to retry', (_name, error, type, retryable) => {
    expect(error.constructor).toBe(type);
    expect(error.retryable).toBe(retryable);
  });

  it('carries what the provider said, its request id and its wait', () => {
    const error = fail(429, { message: 'slow' }, { 'x-request-id': 'r1', 'retry-after': '1.5' });
    expect(error).toMatchObject({ provider: 'acme', status: 429, endpoint: context.endpoint, requestId: 'r1', detail: 'slow', retryAfterMs: 1500 });
  });

  it.each([
    [{ detail: 'd' }, 'd'], [{ message: 'm' }, 'm'], [{ error: 'e' }, 'e'], [{ error: { message: 'em' } }, 'em'], ['plain', 'plain'],
    [{ detail: [{ loc: ['body', 'x'], msg: 'missing' }] }, 'body.x: missing'], [[{ error: { message: 'first' } }], 'first'],
  ])('finds the words in %j', (body, detail) => {
    expect(fail(422, body).detail).toBe(detail);
  });

  it('an HTML page is named, and a body that quotes the key loses it', async () => {
    const page = await errorFromResponse(new Response('<!DOCTYPE html><html><title>Bad gateway</title></html>', { status: 502 }), context);
    expect(page.detail).toBe('an HTML page (Bad gateway)');
    const quoted = await errorFromResponse(Response.json({ error: { message: 'Incorrect key sk-secret-1234' } }, { status: 401 }), context);
    expect(JSON.stringify(quoted) + quoted.message + String(quoted.stack)).not.toContain('sk-secret-1234');
  });
});

describe('readRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each<[Record<string, string>, unknown, number | null]>([
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, null, 250],
    [{ 'retry-after': '2' }, null, 2000],
    [{ 'retry-after': '0.25' }, null, 250],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' }, null, 7000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 23:00:00 GMT' }, null, 0],
    [{}, { error: { details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '35s' }] } }, 35_000],
    [{ 'retry-after': 'soon' }, null, null],
    [{}, null, null],
  ])('%j and %j', (headers, body, expected) => {
    expect(readRetryAfter(new Headers(headers), body, now)).toBe(expected);
  });
});

describe('resolveApiKey', () => {
  it('takes the option, else what the function gives, else the environment object', async () => {
    expect(await resolveApiKey('acme', 'ACME_KEY', 'a', { ACME_KEY: 'c' })).toBe('a');
    expect(await resolveApiKey('acme', 'ACME_KEY', async () => 'b', { ACME_KEY: 'c' })).toBe('b');
    expect(await resolveApiKey('acme', 'ACME_KEY', () => undefined, { ACME_KEY: 'c\n' })).toBe('c');
    expect(await resolveApiKey('acme', 'ACME_KEY', undefined, {}, false)).toBeUndefined();
  });

  it('a missing key names the variable; a key that cannot be sent is refused without being quoted', async () => {
    await expect(resolveApiKey('acme', 'ACME_KEY', undefined)).rejects.toThrow(/ACME_KEY/);
    const error = await resolveApiKey('acme', 'ACME_KEY', 'sk-\u2028bad').catch((thrown: unknown) => thrown as AuthError) as AuthError;
    expect(error).toBeInstanceOf(AuthError);
    expect(error.message).not.toContain('bad');
  });
});
