import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AbortedError, AuthError, IncompleteStreamError, ModelNotFoundError, NetworkError, ProviderError, RateLimitError, ResponseFormatError, TimeoutError,
} from '../../../src/base/error-classes.ts';
import type { BlazenError } from '../../../src/base/errors.ts';
import { ChatMessage, withRetry } from '../../../src/model/index.ts';
import { openai } from '../../../src/providers/openai.ts';
import { startReplayServer, type Replay, type ReplayServer } from '../../helpers/replay-server.ts';

const KEY = 'sk-very-secret-key-0123456789';
const ask = [ChatMessage.user('x')];
const json = (status: number, body: unknown, headers: Record<string, string> = {}): Replay => ({
  status, headers: { 'content-type': 'application/json', ...headers }, chunks: [Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))],
});
const sse = (events: readonly (object | string)[], close: Replay['close'] = 'end'): Replay => ({
  status: 200, headers: { 'content-type': 'text/event-stream' }, close,
  chunks: events.map((event) => Buffer.from(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`)),
});
const text = (content: string): object => ({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content } }] });
const call = (args: string): object => ({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: args } }] } }] });
const finish = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };

const answers: Record<string, Replay | ((attempt: number) => Replay)> = {
  'wrong-key': json(401, { error: { message: `Incorrect API key provided: ${KEY}`, code: 'invalid_api_key' } }, { 'x-request-id': 'req-1' }),
  'unknown-model': json(404, { error: { message: 'no such model', code: 'model_not_found' } }),
  'limit-seconds': json(429, {}, { 'retry-after': '2' }),
  'limit-ms': json(429, {}, { 'retry-after-ms': '150' }),
  'limit-date': () => json(429, {}, { 'retry-after': new Date(Date.now() + 5000).toUTCString() }),
  'limit-info': json(429, { error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '3s' }] } }),
  'server-500': json(500, { error: { message: 'oops' } }), 'server-503': json(503, 'busy'),
  html: { status: 200, headers: { 'content-type': 'text/html' }, chunks: [Buffer.from('<html><title>Sign in</title></html>')] },
  'html-502': { status: 502, headers: { 'content-type': 'text/html' }, chunks: [Buffer.from('<html><title>Bad gateway</title></html>')] },
  empty: json(200, ''), 'empty-object': json(200, {}), garbage: json(200, '{"choices":[{"mess'),
  'empty-stream': sse([]), 'cut-stream': sse([text('half')], 'destroy'), 'no-finish': sse([text('half')]), 'garbage-stream': sse([text('half'), '{"choices":']),
  'hang-first': sse([], 'hang'), 'hang-later': sse([text('half')], 'hang'), 'hang-after-finish': sse([text('all'), finish], 'hang'),
  proto: sse([call('{"__proto__":{"admin":true},"a":1}'), finish]), deep: sse([call('['.repeat(50_000)), finish]),
  huge: sse([call(`{"a":"${'x'.repeat(10 * 1024 * 1024)}"}`), finish]), list: sse([call('[1,2]'), finish]), twice: sse([call(JSON.stringify('{"a":1}')), finish]),
  'flaky-stream': (attempt) => (attempt === 1 ? sse([{ error: { type: 'overloaded', message: 'Overloaded' } }]) : sse([text('ok'), finish])),
};

let server: ReplayServer;
beforeAll(async () => {
  server = await startReplayServer((id, attempt) => {
    const answer = answers[id];
    return typeof answer === 'function' ? answer(attempt) : answer;
  });
});
afterAll(() => server.close());

const model = (id: string, timeouts = {}): ReturnType<typeof openai> => openai({ apiKey: KEY, baseUrl: server.address(id), timeouts });
const failure = (promise: PromiseLike<unknown>): Promise<ProviderError> => Promise.resolve(promise).then(() => { throw new Error('no failure'); }, (error: unknown) => error as ProviderError);

describe('bad answers', () => {
  it.each<[string, new (message: string) => BlazenError, boolean]>([
    ['wrong-key', AuthError, false], ['unknown-model', ModelNotFoundError, false], ['limit-seconds', RateLimitError, true], ['limit-ms', RateLimitError, true],
    ['limit-date', RateLimitError, true], ['limit-info', RateLimitError, true], ['server-500', ProviderError, true], ['server-503', ProviderError, true],
    ['html', ResponseFormatError, false], ['html-502', ProviderError, true], ['empty', IncompleteStreamError, true], ['empty-object', IncompleteStreamError, true],
    ['garbage', ResponseFormatError, true], ['empty-stream', IncompleteStreamError, true], ['cut-stream', IncompleteStreamError, true],
    ['no-finish', IncompleteStreamError, true], ['garbage-stream', ResponseFormatError, true],
  ])('%s is the same typed error whole and streamed, and never shows the key', async (id, type, retryable) => {
    for (const error of [await failure(model(id).complete(ask)), await failure(model(id).stream(ask))]) {
      expect(error.constructor).toBe(type);
      expect(error.retryable).toBe(retryable);
      expect(error.provider).toBe('openai');
      const shown = [JSON.stringify(error), error.message, error.stack, JSON.stringify(error.cause), String(error.cause)].join();
      expect(shown).not.toContain('very-secret');
    }
  });

  it.each([['limit-seconds', 2000, 2000], ['limit-ms', 150, 150], ['limit-date', 3000, 6000], ['limit-info', 3000, 3000]])('%s says how long to wait', async (id, from, to) => {
    const { retryAfterMs } = await failure(model(id).complete(ask));
    expect(retryAfterMs).toBeGreaterThanOrEqual(from);
    expect(retryAfterMs).toBeLessThanOrEqual(to);
  });

  it('what had arrived comes with the error, and is not called finished', async () => {
    for (const id of ['cut-stream', 'no-finish', 'garbage-stream']) {
      expect((await failure(model(id).stream(ask))).partial).toMatchObject({ content: 'half', finishReason: 'incomplete' });
    }
  });

  it('an error inside a stream before its first content is tried again', async () => {
    const answer = await withRetry(model('flaky-stream'), { initialDelayMs: 1 }).stream(ask);
    expect(answer.content).toBe('ok');
    expect(server.seen('flaky-stream')).toHaveLength(2);
  });

  it('no server at all is a network error', async () => {
    const error = await failure(openai({ apiKey: KEY, baseUrl: 'http://127.0.0.1:1' }).complete(ask));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.retryable).toBe(true);
  });

  it('a key that no header can carry fails before anything is sent', async () => {
    const error = await failure(openai({ apiKey: 'sk-secret\u2028key', baseUrl: server.address('empty') }).complete(ask));
    expect(error).toBeInstanceOf(AuthError);
    expect(error.message).not.toContain('secret');
  });
});

describe('waiting', () => {
  it('a stream that never begins times out, one that stalls too, with what had come', async () => {
    expect(await failure(model('hang-first', { firstChunkMs: 40 }).stream(ask))).toMatchObject({ name: 'TimeoutError', message: expect.stringMatching(/^timed out after 40ms/) as string });
    const stalled = await failure(model('hang-later', { idleMs: 40 }).stream(ask));
    expect(stalled).toBeInstanceOf(TimeoutError);
    expect(stalled.partial).toMatchObject({ content: 'half' });
    expect(await failure(model('hang-later', { totalMs: 40 }).stream(ask))).toBeInstanceOf(TimeoutError);
  });

  it('a stream that stays open after its last word is complete', async () => {
    expect(await model('hang-after-finish', { idleMs: 40 }).stream(ask)).toMatchObject({ content: 'all', finishReason: 'stop' });
  });

  it('an abort ends the request before the answer, inside it, and when the signal was aborted already', async () => {
    for (const id of ['hang-first', 'hang-later']) {
      const controller = new AbortController();
      const answer = failure(model(id).stream(ask, { signal: controller.signal }));
      setTimeout(() => controller.abort(), 20);
      expect(await answer).toBeInstanceOf(AbortedError);
    }
    expect(await failure(model('hang-first').complete(ask, { signal: AbortSignal.abort() }))).toBeInstanceOf(AbortedError);
    expect(server.seen('hang-first').length).toBeLessThanOrEqual(3);
  });

  it('a loop that is left ends the request', async () => {
    const stream = model('hang-later').stream(ask);
    for await (const part of stream) if (part.type === 'text') break;
    expect((await stream).finishReason).toBe('incomplete');
  });
});

describe('hostile tool arguments', () => {
  it.each([['proto', /__proto__/], ['deep', /nested|malformed/], ['list', /not a JSON object/]])('%s: the call comes with an error and no arguments', async (id, reason) => {
    const [first] = (await model(id).stream(ask)).toolCalls;
    expect(first).toMatchObject({ name: 'f', arguments: {} });
    expect(first?.error).toMatch(reason);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('10 MB of arguments are read, twice encoded ones too', async () => {
    const [huge] = (await model('huge').stream(ask)).toolCalls;
    expect(huge?.arguments['a']).toHaveLength(10 * 1024 * 1024);
    expect((await model('twice').stream(ask)).toolCalls[0]?.arguments).toEqual({ a: 1 });
  });
});
