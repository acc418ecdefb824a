import * as ai6 from 'ai';
import * as ai7 from 'ai-7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { embeddingToAiSdk, toAiSdk } from '../../../src/ai-sdk/index.ts';
import { AuthError, EmbeddingModel, type ChatModel } from '../../../src/index.ts';
import { anthropic } from '../../../src/providers/anthropic.ts';
import { openai } from '../../../src/providers/openai.ts';
import { startReplayServer, type Replay, type ReplayServer } from '../../helpers/replay-server.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sse = (events: readonly unknown[], close?: Replay['close']): Replay => ({
  status: 200, headers: { 'content-type': 'text/event-stream' }, chunks: events.map((event) => bytes(`data: ${JSON.stringify(event)}\n\n`)), ...(close ? { close } : {}),
});
const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Replay => ({
  status, headers: { 'content-type': 'application/json', ...headers }, chunks: [bytes(JSON.stringify(value))],
});
const delta = (fields: object, finish: string | null = null): object => ({ id: 'c1', model: 'm-1', choices: [{ index: 0, delta: fields, finish_reason: finish }] });
const call = { index: 0, id: 't1', type: 'function', function: { name: 'add', arguments: '{"a":2,' } };
const usage = { id: 'c1', choices: [], usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14, prompt_tokens_details: { cached_tokens: 6 }, completion_tokens_details: { reasoning_tokens: 1 } } };

const written: Record<string, (attempt: number, stream: boolean) => Replay> = {
  tools: (attempt, stream) => {
    if (!stream) {
      const message = attempt === 1 ? { role: 'assistant', content: null, tool_calls: [{ id: 't1', type: 'function', function: { name: 'add', arguments: '{"a":2,"b":3}' } }] } : { role: 'assistant', content: 'Five' };
      return json({ id: 'c1', model: 'm-1', choices: [{ index: 0, message, finish_reason: attempt === 1 ? 'tool_calls' : 'stop' }], usage: usage.usage });
    }
    if (attempt > 1) return sse([delta({ content: 'Fi' }), delta({ content: 've' }), delta({}, 'stop'), usage]);
    return sse([delta({ tool_calls: [call] }), delta({ tool_calls: [{ index: 0, function: { arguments: '"b":3}' } }] }), delta({}, 'tool_calls'), usage]);
  },
  object: (_attempt, stream) => (stream ? sse([delta({ content: '{"name":' }), delta({ content: '"Ada"}' }), delta({}, 'stop'), usage])
    : json({ id: 'c1', model: 'm-1', choices: [{ index: 0, message: { role: 'assistant', content: '{"name":"Ada"}' }, finish_reason: 'stop' }], usage: usage.usage })),
  limited: (attempt, stream) => (attempt === 1 ? json({ error: { message: 'slow down', type: 'rate_limit_error' } }, 429, { 'retry-after-ms': '1' }) : written['object']!(attempt, stream)),
  refused: () => json({ error: { message: 'Incorrect API key', code: 'invalid_api_key' } }, 401),
  hanging: () => sse([delta({ content: 'Hel' })], 'hang'),
  cut: () => sse([delta({ content: 'Hel' })]),
  thinking: (attempt) => json({
    id: 'm1', model: 'claude', type: 'message', role: 'assistant', stop_reason: attempt === 1 ? 'tool_use' : 'end_turn', usage: { input_tokens: 3, output_tokens: 2 },
    content: attempt === 1
      ? [{ type: 'thinking', thinking: 'Add them', signature: 'SIG==' }, { type: 'redacted_thinking', data: 'HIDDEN' }, { type: 'tool_use', id: 't1', name: 'add', input: { a: 2, b: 3 } }]
      : [{ type: 'text', text: 'Five' }],
  }),
};

let server: ReplayServer;
beforeAll(async () => {
  server = await startReplayServer((id, attempt) => {
    const stream = (server.seen(id).at(-1)?.body ?? '').includes('"stream":true');
    return written[id.replace(/@.*/, '')]?.(attempt, stream);
  });
});
afterAll(() => server.close());

describe.each([['6', ai6], ['7', ai7 as unknown as typeof ai6]] as const)('in ai %s, models of this package', (version, ai) => {
  const { embedMany, generateObject, generateText, stepCountIs, streamText, tool } = ai;
  const open = (id: string): ChatModel => openai({ apiKey: 'sk-secret', model: 'm', baseUrl: server.address(`${id}@${version}`), dialect: 'openai-chat' } as never);
  const tools = { add: tool({ description: 'Adds', inputSchema: z.object({ a: z.number(), b: z.number() }), execute: ({ a, b }) => a + b }) };

  it('answer with tools in several steps', async () => {
    const { text, steps, totalUsage } = await generateText({ model: toAiSdk(open('tools')), prompt: '2+3', tools, stopWhen: stepCountIs(3) });
    expect(text).toBe('Five');
    expect(steps[0]!.toolResults).toMatchObject([{ toolName: 'add', input: { a: 2, b: 3 }, output: 5 }]);
    expect(totalUsage).toMatchObject({ inputTokens: 20, outputTokens: 8, totalTokens: 28 });
    expect(JSON.parse(server.seen(`tools@${version}`)[1]!.body)).toMatchObject({ messages: [{ role: 'user' }, { role: 'assistant', tool_calls: [{ id: 't1' }] }, { role: 'tool', tool_call_id: 't1', content: '5' }] });
  });

  it('stream text, tool input and usage', async () => {
    const result = streamText({ model: toAiSdk(open('tools@s')), prompt: '2+3', tools, stopWhen: stepCountIs(3) });
    const types: string[] = [];
    let text = '';
    for await (const part of result.fullStream) {
      types.push(part.type);
      if (part.type === 'text-delta') text += part.text;
      if (part.type === 'error') throw part.error;
    }
    expect(text).toBe('Five');
    expect(types).toEqual(expect.arrayContaining(['tool-input-start', 'tool-input-delta', 'tool-input-end', 'tool-call', 'tool-result', 'text-start', 'text-end', 'finish']));
    const { inputTokenDetails, outputTokenDetails } = (await result.steps)[0]!.usage;
    expect(inputTokenDetails).toMatchObject({ cacheReadTokens: 6, noCacheTokens: 4 });
    expect(outputTokenDetails).toMatchObject({ reasoningTokens: 1, textTokens: 3 });
    expect(await result.finishReason).toBe('stop');
  });

  it('give objects by schema', async () => {
    const { object } = await generateObject({ model: toAiSdk(open('object')), schema: z.object({ name: z.string() }), prompt: 'x' });
    expect(object).toEqual({ name: 'Ada' });
    expect(JSON.parse(server.seen(`object@${version}`)[0]!.body)).toMatchObject({ response_format: { type: 'json_schema', json_schema: { schema: { properties: { name: { type: 'string' } } } } } });
  });

  it('are tried again by the AI SDK when that can help, and only then', async () => {
    const { text } = await generateText({ model: toAiSdk(open('limited')), prompt: 'x', maxRetries: 2 });
    expect(text).toBe('{"name":"Ada"}');
    const failure = await generateText({ model: toAiSdk(open('refused')), prompt: 'x', maxRetries: 2 }).catch((error: unknown) => error as Error) as Error;
    expect(ai.APICallError.isInstance(failure)).toBe(true);
    expect(failure).toMatchObject({ statusCode: 401, isRetryable: false });
    expect(failure.cause).toBeInstanceOf(AuthError);
    expect(server.seen(`refused@${version}`)).toHaveLength(1);
    expect(JSON.stringify(failure) + String(failure)).not.toContain('sk-secret');
  });

  it('stop when the AI SDK says so', async () => {
    const controller = new AbortController();
    const types: string[] = [];
    const { fullStream } = streamText({ model: toAiSdk(open('hanging')), prompt: 'x', abortSignal: controller.signal });
    for await (const part of fullStream) {
      types.push(part.type);
      if (part.type === 'text-delta') controller.abort();
    }
    expect(types.at(-1)).toBe('abort');
  });

  it('say that an answer was cut', async () => {
    const errors: unknown[] = [];
    const { fullStream } = streamText({ model: toAiSdk(open('cut')), prompt: 'x', onError: ({ error }) => void errors.push(error) });
    for await (const part of fullStream) if (part.type === 'finish') expect(part.finishReason).not.toBe('stop');
    expect(errors).toHaveLength(1);
  });

  it('send thoughts with their signatures and hidden ones back as they came', async () => {
    const model = anthropic({ apiKey: 'k', baseUrl: server.address(`thinking@${version}`) });
    const { text } = await generateText({ model: toAiSdk(model), prompt: '2+3', tools, stopWhen: stepCountIs(3) });
    expect(text).toBe('Five');
    const { messages } = JSON.parse(server.seen(`thinking@${version}`)[1]!.body) as { messages: { role: string; content: unknown[] }[] };
    expect(messages[1]!.content).toEqual([
      { type: 'thinking', thinking: 'Add them', signature: 'SIG==' }, { type: 'redacted_thinking', data: 'HIDDEN' }, { type: 'tool_use', id: 't1', name: 'add', input: { a: 2, b: 3 } },
    ]);
  });

  it('embed', async () => {
    const model = EmbeddingModel.fromJsHandler('letters', 1, (texts) => texts.map((text) => [text.length]));
    expect((await embedMany({ model: embeddingToAiSdk(model), values: ['a', 'bb'] })).embeddings).toEqual([[1], [2]]);
  });
});

it('tells what it cannot ask instead of dropping it', async () => {
  const model = toAiSdk({ provider: 'p', modelId: 'm', doComplete: async () => ({ toolCalls: [], model: 'm', sources: [], images: [], audio: [], videos: [], metadata: {}, message: { role: 'assistant', content: 'x' } }), doStream: () => { throw new Error('not asked'); } });
  const { warnings } = await model.doGenerate({ prompt: [], seed: 1, topK: 2, tools: [{ type: 'provider', id: 'openai.web_search', name: 'web_search', args: {} }] });
  expect(warnings.map(({ feature }) => feature)).toEqual(['topK', 'seed', 'provider tool openai.web_search']);
});
