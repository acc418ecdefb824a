import { describe, expect, it } from 'vitest';
import { AbortedError, AuthError, IncompleteStreamError, ProviderError, RateLimitError } from '../../../src/base/error-classes.ts';
import {
  ChatMessage, customModel, withCache, withFallback, withLimits, withRetry, wrap, type ChatModel, type CompletionCacheStore,
} from '../../../src/model/index.ts';
import type { StreamPart } from '../../../src/spec/completion.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

const ask = [ChatMessage.user('x')];
const overloaded = (): ProviderError => new ProviderError('down', { retryable: true });

/** A model whose answers and failures are scripted: a text answers, an error fails, [text, error] fails after the text. */
function scripted(...script: (string | Error | [string, Error])[]): ChatModel & { calls: number } {
  const model = customModel('scripted', {
    complete: () => {
      const step = script[Math.min((model as { calls: number }).calls++, script.length - 1)]!;
      if (typeof step === 'string') return { content: step, usage: { promptTokens: 1, completionTokens: 1 } };
      throw Array.isArray(step) ? step[1] : step;
    },
    stream: async (_request, onChunk) => {
      const step = script[Math.min((model as { calls: number }).calls++, script.length - 1)]!;
      if (step instanceof Error) throw step;
      onChunk({ type: 'start', toolCalls: [] });
      onChunk({ delta: typeof step === 'string' ? step : step[0] });
      if (Array.isArray(step)) throw step[1];
    },
  }) as ChatModel & { calls: number };
  model.calls = 0;
  return model;
}

async function collect(stream: AsyncIterable<StreamPart>): Promise<string[]> {
  const types: string[] = [];
  for await (const part of stream) types.push(part.type);
  return types;
}

describe('withRetry', () => {
  it('a transient failure is tried again, a permanent one is not', async () => {
    const flaky = scripted(overloaded(), overloaded(), 'ok');
    const clock = new VirtualClock();
    const answer = withRetry(flaky, { clock, random: () => 1 }).complete(ask);
    await clock.run();
    expect((await answer).content).toBe('ok');
    expect(clock.waits).toEqual([1000, 2000]);
    const locked = scripted(new AuthError('no'), 'ok');
    await expect(withRetry(locked, { clock }).complete(ask)).rejects.toThrow(AuthError);
    expect(locked.calls).toBe(1);
  });

  it('after the last try the last error comes out', async () => {
    const broken = scripted(overloaded());
    const clock = new VirtualClock();
    const answer = withRetry(broken, { clock, maxRetries: 2 }).complete(ask).catch((error: unknown) => error);
    await clock.run();
    expect(await answer).toBeInstanceOf(ProviderError);
    expect(broken.calls).toBe(3);
  });

  it.each([[250, 250], [5000, 5000], [600_000, 60_000]])('a provider that asks for %d ms gets %d ms', async (asked, waited) => {
    const clock = new VirtualClock();
    const answer = withRetry(scripted(new RateLimitError('slow', { retryAfterMs: asked }), 'ok'), { clock, random: () => 0 }).complete(ask);
    await clock.run();
    await answer;
    expect(clock.waits).toEqual([waited]);
  });

  it('a stream is tried again before its first content, and never after it', async () => {
    const clock = new VirtualClock();
    const early = withRetry(scripted(overloaded(), 'ok'), { clock }).stream(ask);
    const types = collect(early);
    await clock.run();
    expect(await types).toEqual(['start', 'text', 'finish']);
    const late = scripted(['half', new IncompleteStreamError('cut')], 'ok');
    const stream = withRetry(late, { clock }).stream(ask);
    await expect(collect(stream)).rejects.toThrow(IncompleteStreamError);
    expect(late.calls).toBe(1);
    const error = await stream.then(() => undefined, (thrown: unknown) => thrown as ProviderError);
    expect(error?.partial).toMatchObject({ content: 'half' });
  });

  it('an abort during the wait ends it at once', async () => {
    const controller = new AbortController();
    const clock = new VirtualClock();
    const answer = withRetry(scripted(overloaded()), { clock }).complete(ask, { signal: controller.signal }).catch((error: unknown) => error);
    for (let i = 0; i < 20; i++) await Promise.resolve();
    controller.abort();
    expect(await answer).toBeInstanceOf(AbortedError);
  });
});

describe('withFallback', () => {
  it('moves on after a transient failure, whole and streamed, and not after a permanent one', async () => {
    const second = scripted('second');
    expect((await withFallback([scripted(overloaded()), second]).complete(ask)).content).toBe('second');
    expect((await withFallback([scripted(overloaded()), scripted(overloaded()), second]).stream(ask)).content).toBe('second');
    await expect(withFallback([scripted(new AuthError('no')), second]).complete(ask)).rejects.toThrow(AuthError);
  });

  it('a stream that has begun stays where it is', async () => {
    const second = scripted('second');
    await expect(withFallback([scripted(['half', overloaded()]), second]).stream(ask)).rejects.toThrow('down');
    expect(second.calls).toBe(0);
  });

  it('retries inside a fallback are used up before it moves on', async () => {
    const clock = new VirtualClock();
    const first = scripted(overloaded());
    const answer = withFallback([withRetry(first, { clock, maxRetries: 1 }), scripted('second')]).complete(ask);
    await clock.run();
    expect((await answer).content).toBe('second');
    expect(first.calls).toBe(2);
  });
});

describe('withCache', () => {
  it('an identical request is answered once, a different one is not', async () => {
    const model = scripted('a', 'b', 'c');
    const cached = withCache(model);
    const texts = [await cached.complete(ask), await cached.complete(ask), await cached.complete(ask, { temperature: 1 })].map(({ content }) => content);
    expect(texts).toEqual(['a', 'a', 'b']);
  });

  it('identical requests at the same time are one; a failure is not kept', async () => {
    const model = scripted(overloaded(), 'a');
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => { release = resolve; });
    const cached = withCache(wrap(model, { complete: async (request, next) => {
      await held;
      return next(request);
    } }));
    const both = Promise.allSettled([cached.complete(ask), cached.complete(ask)]);
    // Both have asked when a third that was asked later has left again.
    const controller = new AbortController();
    const third = cached.complete(ask, { signal: controller.signal }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    await third;
    release();
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(model.calls).toBe(1);
    expect((await cached.complete(ask)).content).toBe('a');
  });

  it('one caller who aborts does not take the answer from the other', async () => {
    let release: () => void = () => undefined;
    const signals: (AbortSignal | undefined)[] = [];
    const model = customModel('slow', { complete: async ({ signal }) => {
      signals.push(signal);
      await new Promise<void>((resolve) => { release = resolve; });
      return { content: 'a' };
    } });
    const cached = withCache(model);
    const controller = new AbortController();
    const left = cached.complete(ask, { signal: controller.signal }).catch((error: unknown) => error);
    const stays = cached.complete(ask);
    while (signals.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    expect(await left).toBeInstanceOf(AbortedError);
    expect(signals[0]?.aborted).toBe(false);
    release();
    expect((await stays).content).toBe('a');
    expect(signals).toHaveLength(1);
  });

  it('the least recently used answer goes first, and a store of one\'s own is used', async () => {
    const model = scripted('1', '2', '3', '4');
    const cached = withCache(model, { maxEntries: 2 });
    const get = async (text: string): Promise<string | undefined> => (await cached.complete([ChatMessage.user(text)])).content;
    expect([await get('a'), await get('b'), await get('a'), await get('c'), await get('a'), await get('b')]).toEqual(['1', '2', '1', '3', '1', '4']);
    const kept = new Map<string, string>();
    const store: CompletionCacheStore = { get: (key) => kept.get(key), set: (key, value) => void kept.set(key, value) };
    await withCache(scripted('x'), { store }).complete(ask);
    expect((await withCache(scripted('y'), { store }).complete(ask)).content).toBe('x');
  });
});

describe('withLimits', () => {
  it('no more requests run at once than allowed, and they start in order', async () => {
    const started: string[] = [];
    const waiting: (() => void)[] = [];
    const model = withLimits(customModel('m', { complete: async ({ messages }) => {
      started.push(messages[0]?.content as string);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { content: 'ok' };
    } }), { concurrency: 2 });
    const all = Promise.all(['a', 'b', 'c', 'd'].map((text) => model.complete([ChatMessage.user(text)])));
    const settle = async (): Promise<void> => { for (let i = 0; i < 50; i++) await Promise.resolve(); };
    await settle();
    expect(started).toEqual(['a', 'b']);
    waiting.shift()!();
    await settle();
    expect(started).toEqual(['a', 'b', 'c']);
    while (waiting.length > 0) {
      waiting.shift()!();
      await settle();
    }
    await all;
  });

  it('requests and tokens per minute are spread over the minutes', async () => {
    const clock = new VirtualClock();
    const times: number[] = [];
    const model = withLimits(customModel('m', { complete: () => {
      times.push(clock.now());
      return { content: 'ok', usage: { promptTokens: 50, completionTokens: 50 } };
    } }), { requestsPerMinute: 2, clock });
    const all = Promise.all(Array.from({ length: 5 }, () => model.complete(ask)));
    await clock.run();
    await all;
    expect(times).toEqual([0, 0, 60_000, 60_000, 120_000]);
    times.length = 0;
    const start = clock.now();
    const byTokens = withLimits(customModel('m', { complete: () => {
      times.push(clock.now() - start);
      return { content: 'ok', usage: { promptTokens: 50, completionTokens: 50 } };
    } }), { tokensPerMinute: 150, clock });
    const three = (async (): Promise<void> => { for (let i = 0; i < 3; i++) await byTokens.complete(ask); })();
    await clock.run();
    await three;
    expect(times).toEqual([0, 0, 60_000]);
  });

  it('a stream whose reader leaves gives its place to the next', async () => {
    const model = withLimits(scripted('a', 'b'), { concurrency: 1 });
    for await (const part of model.stream(ask)) if (part.type === 'text') break;
    expect((await model.complete(ask)).content).toBe('b');
  });
});

describe('wrap', () => {
  it('changes the request and the answer', async () => {
    const seen: unknown[] = [];
    const inner = customModel('m', { complete: ({ temperature }) => {
      seen.push(temperature);
      return { content: 'quiet' };
    } });
    const loud = wrap(inner, { complete: async (request, next) => {
      const result = await next({ ...request, temperature: 0 });
      return { ...result, content: (result.content ?? '').toUpperCase() };
    } });
    expect((await loud.complete(ask, { temperature: 1 })).content).toBe('QUIET');
    expect(seen).toEqual([0]);
  });
});
