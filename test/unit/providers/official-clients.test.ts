import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { isDeepStrictEqual } from 'node:util';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dialectModels } from '../../helpers/dialect-models.ts';
import { bodyOf, readRecordings, type Recording } from '../../helpers/recordings.ts';
import { startReplayServer, type ReplayServer } from '../../helpers/replay-server.ts';

const recordings = readRecordings().filter(({ wire }) => wire.status === 200);
const byId = new Map(recordings.map((recording) => [recording.index.id, recording]));
const pick = (dialect: string, providers: readonly string[]): Recording[] => (
  recordings.filter(({ index }) => index.dialect === dialect && providers.includes(index.provider) && !index.expect?.error)
);

let server: ReplayServer;
beforeAll(async () => {
  server = await startReplayServer((id) => {
    const recording = byId.get(id);
    return recording && { status: 200, headers: recording.wire.headers, chunks: [bodyOf(recording)] };
  });
});
afterAll(() => server.close());

/** What both sides report. */
interface Report { readonly text: string; readonly calls: readonly [name: string, args: unknown][]; readonly input: number; readonly output: number; readonly finish: string | undefined }

const parse = (text: string): unknown => JSON.parse(text === '' ? '{}' : text) as unknown;

async function ours({ index }: Recording): Promise<Report> {
  const model = dialectModels[index.dialect]!(server.address(index.id));
  const answer = await (index.stream ? model.stream([{ content: 'x' }]) : model.complete([{ content: 'x' }]));
  const usage = answer.usage!;
  const raw = usage.raw as Record<string, number>;
  return {
    text: answer.content ?? '', calls: answer.toolCalls.map((call) => [call.name, call.arguments]), finish: answer.rawFinishReason,
    input: index.dialect === 'anthropic' ? usage.promptTokens - usage.cachedInputTokens - usage.cacheWriteTokens : usage.promptTokens,
    output: index.dialect === 'gemini' ? raw['candidatesTokenCount'] ?? 0 : usage.completionTokens,
  };
}

async function compare(list: readonly Recording[], official: (recording: Recording) => Promise<Report>): Promise<number> {
  const problems: string[] = [];
  for (const recording of list) {
    const [mine, theirs] = [await ours(recording), await official(recording)];
    if (!isDeepStrictEqual(mine, theirs)) problems.push(`${recording.index.id}: ${JSON.stringify(mine).slice(0, 300)} and ${JSON.stringify(theirs).slice(0, 300)}`);
  }
  expect(problems).toEqual([]);
  return list.length;
}

it('the openai client reports the same of chat completions', async () => {
  const count = await compare(pick('openai-chat', ['openai', 'groq', 'deepseek']), async ({ index }) => {
    const client = new OpenAI({ apiKey: 'k', baseURL: server.address(index.id) });
    const body = { model: 'm', messages: [{ role: 'user' as const, content: 'x' }] };
    const answer = index.stream ? await client.chat.completions.stream({ ...body, stream_options: { include_usage: true } }).finalChatCompletion() : await client.chat.completions.create(body);
    const [choice] = answer.choices;
    return {
      text: choice?.message.content ?? '', finish: choice?.finish_reason, input: answer.usage?.prompt_tokens ?? 0, output: answer.usage?.completion_tokens ?? 0,
      calls: (choice?.message.tool_calls ?? []).flatMap((call) => (call.type === 'function' ? [[call.function.name, parse(call.function.arguments)] as [string, unknown]] : [])),
    };
  });
  expect(count).toBeGreaterThan(80);
});

it('the openai client reports the same of responses', async () => {
  const count = await compare(pick('openai-responses', ['openai']).filter(({ index }) => index.expect?.finish === 'completed'), async ({ index }) => {
    const client = new OpenAI({ apiKey: 'k', baseURL: server.address(index.id) });
    const answer = index.stream ? await client.responses.stream({ model: 'm', input: 'x' }).finalResponse() : await client.responses.create({ model: 'm', input: 'x' });
    return {
      // The client fills its own output_text only for whole answers.
      text: answer.output.flatMap((item) => (item.type === 'message' ? item.content.map((part) => (part.type === 'output_text' ? part.text : part.refusal)) : [])).join(''),
      calls: answer.output.flatMap((item) => (item.type === 'function_call' ? [[item.name, parse(item.arguments)] as [string, unknown]] : [])),
      input: answer.usage?.input_tokens ?? 0, output: answer.usage?.output_tokens ?? 0, finish: answer.status,
    };
  });
  expect(count).toBeGreaterThan(100);
});

it('the anthropic client reports the same of messages', async () => {
  const count = await compare(pick('anthropic', ['anthropic']), async ({ index }) => {
    const client = new Anthropic({ apiKey: 'k', baseURL: server.address(index.id) });
    const body = { model: 'm', max_tokens: 10, messages: [{ role: 'user' as const, content: 'x' }] };
    const answer = index.stream ? await client.messages.stream(body).finalMessage() : await client.messages.create(body);
    return {
      text: answer.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
      calls: answer.content.flatMap((block) => (block.type === 'tool_use' ? [[block.name, block.input] as [string, unknown]] : [])),
      finish: answer.stop_reason ?? undefined, input: answer.usage.input_tokens, output: answer.usage.output_tokens,
    };
  });
  expect(count).toBeGreaterThan(100);
});

it('the google client reports the same of generateContent', async () => {
  const count = await compare(pick('gemini', ['google']), async ({ index }) => {
    const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: server.address(index.id) } });
    const body = { model: 'm', contents: 'x' };
    const chunks = [];
    if (index.stream) for await (const chunk of await client.models.generateContentStream(body)) chunks.push(chunk);
    else chunks.push(await client.models.generateContent(body));
    const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
    const usage = chunks.findLast((chunk) => chunk.usageMetadata)?.usageMetadata;
    return {
      text: parts.map((part) => (part.text !== undefined && !part.thought ? part.text : '')).join(''),
      calls: parts.flatMap((part) => (part.functionCall ? [[part.functionCall.name ?? '', part.functionCall.args ?? {}] as [string, unknown]] : [])),
      input: usage?.promptTokenCount ?? 0, output: usage?.candidatesTokenCount ?? 0,
      finish: chunks.findLast((chunk) => chunk.candidates?.[0]?.finishReason)?.candidates?.[0]?.finishReason,
    };
  });
  expect(count).toBeGreaterThan(100);
});
