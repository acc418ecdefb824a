import { createOpenAI as createV3 } from '@ai-sdk/openai';
import { createOpenAI as createV2 } from 'ai-sdk-openai-2';
import { createOpenAI as createV4 } from 'ai-sdk-openai-4';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAgent, defineTool } from '../../../src/agent/index.ts';
import { embeddingFromAiSdk, fromAiSdk, type AiSdkModel } from '../../../src/ai-sdk/index.ts';
import { AbortedError, AuthError, ChatMessage, RateLimitError, UnsupportedError, ValidationError, withRetry, type ChatModel } from '../../../src/index.ts';
import { dialectModels } from '../../helpers/dialect-models.ts';
import { bodyOf, readRecordings, type Recording } from '../../helpers/recordings.ts';
import { startReplayServer, type Replay, type ReplayServer } from '../../helpers/replay-server.ts';

const recordings = readRecordings().filter(({ wire, index }) => wire.status === 200 && index.provider === 'openai' && !index.expect?.error);
const byId = new Map(recordings.map((recording) => [recording.index.id, recording]));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What the AI SDK's own model makes of a recording, where that is not what ours makes of it. */
const differences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'pydantic-ai-1097': { v2: 'its model cannot read the items of a tool search' },
  'pydantic-ai-1262': { v2: 'its model cannot read the items of a tool search' },
  'pydantic-ai-1272': { v2: 'its model cannot read the items of a tool search', v3: 'a search that the client is to make is a tool call there', v4: 'as v3' },
  'pydantic-ai-2594': { v2: 'its model cannot read a response that is still queued', v3: 'a queued response counts as finished there', v4: 'as v3' },
};

/** Answers of our own making, by name and attempt. */
const written: Record<string, (attempt: number) => Replay> = {
  'two-turns': (attempt) => json({
    id: `c${attempt}`, model: 'm', usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
    choices: [attempt === 1
      ? { index: 0, finish_reason: 'tool_calls', message: { role: 'assistant', content: null, tool_calls: [{ id: 't1', type: 'function', function: { name: 'add', arguments: '{"a":2,"b":3}' } }] } }
      : { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Five' } }],
  }),
  limited: (attempt) => (attempt === 1 ? json({ error: { message: 'slow down', type: 'rate_limit_error' } }, 429, { 'retry-after-ms': '1' }) : written['two-turns']!(2)),
  refused: () => json({ error: { message: 'Incorrect API key provided: sk-secret', code: 'invalid_api_key' } }, 401),
  hanging: () => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, chunks: [bytes('data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n')], close: 'hang' }),
  cut: () => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, chunks: [bytes('data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n')], close: 'destroy' }),
  vectors: () => json({ data: [{ index: 0, embedding: [1, 0] }, { index: 1, embedding: [0, 1] }], usage: { prompt_tokens: 4, total_tokens: 4 } }),
};

function json(value: unknown, status = 200, headers: Record<string, string> = {}): Replay {
  return { status, headers: { 'content-type': 'application/json', ...headers }, chunks: [bytes(JSON.stringify(value))] };
}

let server: ReplayServer;
beforeAll(async () => {
  server = await startReplayServer((id, attempt) => {
    const recording = byId.get(id);
    if (recording) return { status: 200, headers: recording.wire.headers, chunks: [bodyOf(recording)] };
    return written[id.replace(/@.*/, '')]?.(attempt);
  });
});
afterAll(() => server.close());

const versions: Record<string, (id: string, kind: string) => AiSdkModel> = {
  v2: (id, kind) => model(createV2({ baseURL: server.address(id), apiKey: 'sk-secret' }), kind),
  v3: (id, kind) => model(createV3({ baseURL: server.address(id), apiKey: 'sk-secret' }), kind),
  v4: (id, kind) => model(createV4({ baseURL: server.address(id), apiKey: 'sk-secret' }), kind),
};

function model(provider: { chat(id: 'gpt-4.1'): AiSdkModel; responses(id: 'gpt-4.1'): AiSdkModel }, kind: string): AiSdkModel {
  return kind === 'openai-chat' ? provider.chat('gpt-4.1') : provider.responses('gpt-4.1');
}

interface Report { readonly text: string; readonly calls: readonly unknown[]; readonly usage: readonly number[]; readonly finish: string | undefined }

async function report(given: ChatModel, { index }: Recording): Promise<Report> {
  const answer = await (index.stream ? given.stream([{ content: 'x' }]) : given.complete([{ content: 'x' }]));
  const { promptTokens = 0, completionTokens = 0, reasoningTokens = 0, cachedInputTokens = 0 } = answer.usage ?? {};
  return {
    text: answer.content ?? '', calls: answer.toolCalls.map(({ id, name, arguments: args }) => [id, name, args]), finish: answer.finishReason,
    usage: [promptTokens, completionTokens, reasoningTokens, cachedInputTokens],
  };
}

describe.each(Object.keys(versions))('models of specification %s', (version) => {
  const make = versions[version]!;
  const open = (id: string, kind = 'openai-chat'): ChatModel => fromAiSdk(make(id, kind));

  it('is the specification it says', () => {
    expect(make('x', 'openai-chat').specificationVersion).toBe(version);
  });

  it.each(['openai-chat', 'openai-responses'])('report what our own models report of recorded %s answers', async (dialect) => {
    const problems: string[] = [];
    let count = 0;
    for (const recording of recordings.filter(({ index }) => index.dialect === dialect)) {
      const mine = await report(dialectModels[dialect]!(server.address(recording.index.id)), recording);
      let theirs: Report | string;
      try {
        theirs = await report(open(recording.index.id, dialect), recording);
      } catch (error) {
        theirs = String(error);
      }
      count++;
      const known = differences[recording.index.id]?.[version] !== undefined;
      if (isDeepStrictEqual(mine, theirs) === known) problems.push(`${recording.index.id}: ${JSON.stringify(mine).slice(0, 300)} and ${JSON.stringify(theirs).slice(0, 300)}`);
    }
    expect(problems).toEqual([]);
    expect(count).toBeGreaterThan(20);
  });

  it('serve an agent with tools', async () => {
    const id = `two-turns@agent-${version}`;
    const add = defineTool('add', { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } }, (args) => Number(args['a']) + Number(args['b']));
    const result = await runAgent(open(id), [ChatMessage.system('Add.'), ChatMessage.user('2+3')], [add]);
    expect(result.content).toBe('Five');
    const sent = server.seen(id).map(({ body }) => JSON.parse(body) as { messages: unknown[]; tools: unknown[] });
    expect(sent[0]!.tools).toMatchObject([{ type: 'function', function: { name: 'add' } }]);
    expect(sent[1]!.messages).toMatchObject([
      { content: 'Add.' }, { role: 'user' }, { role: 'assistant', tool_calls: [{ id: 't1', function: { name: 'add', arguments: '{"a":2,"b":3}' } }] },
      { role: 'tool', tool_call_id: 't1', content: '5' },
    ]);
  });

  it('fail with the typed errors, without the key', async () => {
    await expect(open(`refused@${version}`).complete([{ content: 'x' }])).rejects.toBeInstanceOf(AuthError);
    const limited = await open(`limited@${version}`).complete([{ content: 'x' }]).catch((error: unknown) => error as RateLimitError) as RateLimitError;
    expect(limited).toBeInstanceOf(RateLimitError);
    expect(limited).toMatchObject({ status: 429, retryAfterMs: 1, retryable: true });
    const answer = await withRetry(open(`limited@again-${version}`), 3).complete([{ content: 'x' }]);
    expect(answer.content).toBe('Five');
  });

  it('never report a cut stream as finished', async () => {
    const stream = open(`cut@${version}`).stream([{ content: 'x' }]);
    const seen: string[] = [];
    const outcome = await (async () => {
      for await (const part of stream) seen.push(part.type);
      return (await stream).finishReason;
    })().catch((error: unknown) => error);
    expect(seen).toContain('text');
    expect(seen).not.toContain('finish');
    expect(outcome).not.toBe('stop');
  });

  it('stop when told', async () => {
    const controller = new AbortController();
    const stream = open(`hanging@${version}`).stream([{ content: 'x' }], { signal: controller.signal });
    const failure = await (async () => {
      for await (const part of stream) if (part.type === 'text') controller.abort();
    })().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AbortedError);
  });
});

it('carry pictures, structured output, tool choice and cached prompts in the form of each version', async () => {
  const asked: Record<string, unknown>[] = [];
  const fake = (version: 'v2' | 'v3' | 'v4'): AiSdkModel => ({
    specificationVersion: version, provider: 'p', modelId: 'm',
    doGenerate: async (options: never) => { asked.push(options); return { content: [], finishReason: 'stop', usage: {} }; },
    doStream: () => { throw new Error('not asked'); },
  });
  const messages = [{ role: 'user' as const, content: [{ type: 'image' as const, source: { type: 'base64' as const, data: 'aGk=' }, mediaType: 'image/png', cacheControl: {} }] }];
  for (const version of ['v2', 'v3', 'v4'] as const) {
    await fromAiSdk(fake(version)).complete(messages, { responseFormat: { type: 'object' }, toolChoice: { name: 'f' }, tools: [{ name: 'f' }] });
  }
  const part = (options: Record<string, unknown> = {}): Record<string, unknown> => (options['prompt'] as { content: Record<string, unknown>[] }[])[0]!.content[0]!;
  expect(part(asked[1])).toEqual({ type: 'file', data: 'aGk=', mediaType: 'image/png', providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } });
  expect(part(asked[2])['data']).toEqual({ type: 'data', data: 'aGk=' });
  expect(asked[0]).toMatchObject({ responseFormat: { type: 'json', schema: { type: 'object' } }, toolChoice: { type: 'tool', toolName: 'f' } });
  await expect(fromAiSdk(fake('v3')).complete([{ content: 'x' }], { reasoning: 'low' })).rejects.toBeInstanceOf(UnsupportedError);
  await fromAiSdk(fake('v4')).complete([{ content: 'x' }], { reasoning: 'low' });
  expect(asked.at(-1)).toMatchObject({ reasoning: 'low' });
});

it('refuse what is no model of a known specification', () => {
  expect(() => fromAiSdk({ specificationVersion: 'v9', provider: 'p', modelId: 'm' } as never)).toThrow(ValidationError);
});

it('embed texts with models of every specification', async () => {
  for (const [i, create] of [createV2, createV3, createV4].entries()) {
    const provider = create({ baseURL: server.address(`vectors@${i}`), apiKey: 'k' });
    const embedder = await embeddingFromAiSdk(provider.textEmbeddingModel('text-embedding-3-small'), 2);
    const answer = await embedder.embed(['a', 'b']);
    expect([...answer]).toEqual([[1, 0], [0, 1]]);
    expect(answer.usage?.promptTokens).toBe(4);
  }
});
