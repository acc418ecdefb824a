import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../../src/base/error-classes.ts';
import {
  BatchResult, ChatMessage, ChatWindow, Role, completeBatch, costOf, countMessageTokens, customModel, estimateTokens, fromJsHandler, lookupPricing,
  registerPricing, registerPricingList,
} from '../../../src/model/index.ts';

describe('ChatMessage', () => {
  it('the factories of the reference give their roles and contents', () => {
    expect(ChatMessage.system('s')).toMatchObject({ role: 'system', content: 's' });
    expect(ChatMessage.user('u')).toMatchObject({ role: Role.User, content: 'u', toolResult: null });
    expect(ChatMessage.assistant('a')).toMatchObject({ role: 'assistant', content: 'a' });
    expect(ChatMessage.tool('t')).toMatchObject({ role: 'tool', content: 't', toolResult: null });
    expect(ChatMessage.toolResultMessage('c1', 'f', 'ok')).toMatchObject({ role: 'tool', toolCallId: 'c1', name: 'f', content: 'ok' });
    expect(ChatMessage.userImageUrl('look', 'https://x.test/a.png', 'image/png').parts).toEqual([
      { type: 'text', text: 'look' }, { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' }, mediaType: 'image/png' },
    ]);
    expect(ChatMessage.userImageBase64('look', 'aGk=', 'image/png').parts[1]).toMatchObject({ source: { type: 'base64', data: 'aGk=' } });
  });

  it('content parts are read in the spelling of every document', () => {
    const image = { type: 'image', source: { type: 'url', url: 'u' }, mediaType: 'image/jpeg' };
    const spellings = [
      { partType: 'image', image: { source: { sourceType: 'url', url: 'u' }, mediaType: 'image/jpeg' } },
      { type: 'image', source: { url: 'u' }, media_type: 'image/jpeg' },
      image,
    ];
    for (const part of spellings) expect(new ChatMessage({ parts: [part] }).parts).toEqual([image]);
  });

  it('goes to JSON in the reference shape and back, both spellings of the override included', () => {
    const message = new ChatMessage({
      role: 'tool', toolCallId: 'c', name: 'f', toolResult: { data: { a: 1 }, llm_override: { kind: 'text', text: 'short' } },
    });
    const json = JSON.parse(JSON.stringify(message)) as Record<string, unknown>;
    expect(json).toEqual({ role: 'tool', content: '', tool_call_id: 'c', name: 'f', tool_result: { data: { a: 1 }, llm_override: { kind: 'text', text: 'short' } } });
    expect(ChatMessage.from(json)).toEqual(message);
    const calling = new ChatMessage({ role: 'assistant', content: 'wait', toolCalls: [{ id: 'c', name: 'f', arguments: { x: 1 } }] });
    expect(JSON.parse(JSON.stringify(calling))).toEqual({ role: 'assistant', content: 'wait', tool_calls: [{ id: 'c', name: 'f', arguments: { x: 1 }, raw: '{"x":1}' }] });
    expect(ChatMessage.from(JSON.parse(JSON.stringify(calling)) as object)).toEqual(calling);
  });

  it('an unknown role or part is refused with its path', () => {
    expect(() => new ChatMessage({ role: 'robot' })).toThrow(ValidationError);
    expect(() => new ChatMessage({ parts: [{ type: 'smell' }] })).toThrow(/unknown content part 'smell'/);
    expect(() => new ChatMessage({ parts: [{ type: 'image' }] })).toThrow(/source/);
  });
});

describe('token counts', () => {
  it('are the reference\'s numbers', () => {
    expect(estimateTokens('Hello, world!')).toBe(4);
    expect(estimateTokens('Hello, world!', 128_000)).toBe(4);
    expect(estimateTokens('日本語')).toBe(3);
    expect(countMessageTokens([ChatMessage.system('You are a helpful assistant.'), ChatMessage.user('Hello!')])).toBe(21);
    expect(countMessageTokens([{ role: 'user', content: '' }])).toBe(7);
  });

  it('are exact with a tokenizer', () => {
    const words = { encode: (text: string) => text.split(' ') };
    expect(estimateTokens('a b c', words)).toBe(3);
    expect(countMessageTokens([ChatMessage.user('a b c')], words)).toBe(3 + 3 + 1 + 3);
  });
});

describe('ChatWindow', () => {
  it('keeps the system message and the newest, drops the oldest others', () => {
    const window = new ChatWindow(40);
    window.add(ChatMessage.system('be terse'));
    for (let i = 0; i < 10; i++) window.add(ChatMessage.user(`message number ${i}`));
    expect(window.messages()[0]?.role).toBe('system');
    expect(window.messages().at(-1)?.content).toBe('message number 9');
    expect(window.tokenCount()).toBeLessThanOrEqual(40);
    expect(window.remainingTokens()).toBe(40 - window.tokenCount());
    expect(window.length).toBe(window.messages().length);
    window.clear();
    expect(window.length).toBe(0);
  });

  it('a tool result never stays without its call', () => {
    const window = new ChatWindow(40);
    window.add({ role: 'assistant', content: 'calling', toolCalls: [{ id: '1', name: 'f', arguments: {} }] });
    window.add(ChatMessage.toolResultMessage('1', 'f', 'a'.repeat(40)));
    window.add(ChatMessage.user('b'.repeat(60)));
    expect(window.messages().map(({ role }) => role)).toEqual(['user']);
  });
});

describe('pricing', () => {
  it('is found under any spelling of the id, and counts cache prices', () => {
    registerPricing('Acme-1', { inputPerMillion: 10, outputPerMillion: 20, cacheReadPerMillion: 1 });
    registerPricing('acme-2', 1, 2);
    expect(lookupPricing('vendor/ACME-1-20260101')?.inputPerMillion).toBe(10);
    expect(lookupPricing('acme-1-2026-01-01-v1:0')?.outputPerMillion).toBe(20);
    expect(lookupPricing('acme-2')).toEqual({ inputPerMillion: 1, outputPerMillion: 2 });
    expect(lookupPricing('unknown')).toBeNull();
    const usage = { promptTokens: 1_000_000, completionTokens: 100_000, totalTokens: 1_100_000, reasoningTokens: 0, cachedInputTokens: 400_000, cacheWriteTokens: 0 };
    expect(costOf('acme-1', usage)).toBeCloseTo(6 + 0.4 + 2);
    expect(costOf('unknown', usage)).toBeNull();
  });
});

describe('a price list', () => {
  it('files every price, or none', () => {
    registerPricingList({ $schema_version: 1, models: { 'list-1': { input_per_million: 2, output_per_million: 4, cache_read_per_million: 0.5 } } });
    expect(lookupPricing('list-1')).toEqual({ inputPerMillion: 2, outputPerMillion: 4, cacheReadPerMillion: 0.5 });
    expect(() => registerPricingList({ models: { 'list-2': { input_per_million: 1 }, 'list-3': { input_per_million: '1' } } })).toThrow(/input_per_million of 'list-3'/);
    expect(lookupPricing('list-2')).toBeNull();
    expect(() => registerPricingList([])).toThrow(ValidationError);
  });
});

describe('completeBatch', () => {
  const model = customModel('m', { complete: ({ messages }) => {
    const text = messages[0]?.content as string;
    if (text.startsWith('bad')) throw new Error(`no ${text}`);
    return { content: text.toUpperCase(), usage: { promptTokens: 2, completionTokens: 1 }, cost: 0.5 };
  } });
  const conversations = ['a', 'bad', 'c'].map((text) => [ChatMessage.user(text)]);

  it('keeps the order, survives failures, sums up, reports progress', async () => {
    const progress: number[] = [];
    const batch = await completeBatch(model, conversations, { concurrency: 2, onProgress: ({ done }) => progress.push(done) });
    expect(batch.responses.map((response) => response?.content ?? null)).toEqual(['A', null, 'C']);
    expect(batch.errors.map((error) => error?.message ?? null)).toEqual([null, 'custom error: no bad', null]);
    expect(batch).toMatchObject({ successCount: 2, failureCount: 1, length: 3, totalCost: 1 });
    expect(batch.totalUsage).toMatchObject({ promptTokens: 4, completionTokens: 2, totalTokens: 6 });
    expect(progress).toEqual([1, 2, 3]);
  });

  it('goes on where an earlier one failed', async () => {
    const asked: string[] = [];
    const second = customModel('m', { complete: ({ messages }) => {
      asked.push(messages[0]?.content as string);
      return { content: 'late' };
    } });
    const first = await completeBatch(model, conversations);
    const batch = await completeBatch(second, conversations, { resumeFrom: first });
    expect(asked).toEqual(['bad']);
    expect(batch.responses.map((response) => response?.content)).toEqual(['A', 'late', 'C']);
    expect(batch).toBeInstanceOf(BatchResult);
  });
});

describe('custom models', () => {
  it('a handler that only answers can be streamed, one that only streams can be awaited', async () => {
    const answering = fromJsHandler('my-llm', async () => ({ content: 'Hello', model: 'my-llm', toolCalls: [{ id: '1', name: 'f', arguments: { a: 1 } }] }));
    const deltas: string[] = [];
    const streamed = await answering.stream([ChatMessage.user('Hi')], ({ delta }) => { if (delta) deltas.push(delta); });
    expect([deltas.join(''), streamed.content, streamed.toolCalls[0]?.arguments, streamed.finishReason]).toEqual(['Hello', 'Hello', { a: 1 }, 'tool_calls']);
    const streaming = customModel('s', { stream: async (_request, onChunk) => {
      onChunk({ delta: 'Hel', toolCalls: [] });
      await Promise.resolve();
      onChunk({ delta: 'lo', finishReason: null });
      onChunk({ delta: null, finishReason: 'stop' });
    } });
    expect(await streaming.complete([ChatMessage.user('Hi')])).toMatchObject({ content: 'Hello', finishReason: 'stop', model: 's' });
  });

  it('what a handler throws comes out typed', async () => {
    const limited = fromJsHandler('x', async () => { throw new Error('rate limited: upstream'); });
    await expect(limited.complete([])).rejects.toMatchObject({ name: 'RateLimitError', retryable: true });
  });
});
