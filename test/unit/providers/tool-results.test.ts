import { describe, expect, it } from 'vitest';
import { asArray, asRecord } from '../../../src/base/json.ts';
import { ChatMessage, type ChatModel } from '../../../src/model/index.ts';
import type { ProviderOptions } from '../../../src/providers/core/wire-model.ts';
import { anthropic } from '../../../src/providers/anthropic.ts';
import { fal } from '../../../src/providers/fal.ts';
import { gemini } from '../../../src/providers/gemini.ts';
import { groq } from '../../../src/providers/groq.ts';
import { openai, openaiResponses } from '../../../src/providers/openai.ts';
import type { ToolOutput } from '../../../src/spec/tool.ts';

const models: Readonly<Record<string, (options: ProviderOptions) => ChatModel>> = { openai, responses: openaiResponses, anthropic, gemini, groq, fal };

/** What the provider is told of a tool's output. */
async function told(provider: string, output: ToolOutput): Promise<unknown> {
  let body: Record<string, unknown> = {};
  const fetch = async (_url: string, init: RequestInit): Promise<Response> => {
    body = JSON.parse(init.body as string) as Record<string, unknown>;
    return new Response('{}', { status: 500 });
  };
  await models[provider]!({ apiKey: 'k', fetch }).complete([
    ChatMessage.user('x'), { role: 'assistant', content: '', toolCalls: [{ id: 'c', name: 'f', arguments: {} }] }, ChatMessage.toolResultMessage('c', 'f', output),
  ]).catch(() => undefined);
  const last = asRecord(asArray(body['messages'] ?? body['input'] ?? body['contents']).at(-1));
  if (provider === 'anthropic') return asRecord(asArray(last['content'])[0])['content'];
  if (provider === 'gemini') return asRecord(asRecord(asArray(last['parts'])[0])['functionResponse'])['response'];
  return last['output'] ?? last['content'];
}

const data = { items: [1, 2] };
const text = JSON.stringify(data);

describe('a tool result', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['openai', text, 'short', '{"n":1}'], ['responses', text, 'short', '{"n":1}'], ['groq', text, 'short', '{"n":1}'], ['fal', text, 'short', '{"n":1}'],
    ['anthropic', [{ type: 'text', text }], 'short', [{ type: 'text', text: '{"n":1}' }]],
    ['gemini', data, { result: 'short' }, { n: 1 }],
  ])('%s gets data, text and json in its own form', async (provider, asData, asText, asJson) => {
    expect(await told(provider, { data })).toEqual(asData);
    expect(await told(provider, { data, llmOverride: { kind: 'text', text: 'short' } })).toEqual(asText);
    expect(await told(provider, { data, llmOverride: { kind: 'json', value: { n: 1 } } })).toEqual(asJson);
  });

  it('a scalar is wrapped for Gemini and plain for the others', async () => {
    expect(await told('gemini', { data: 42 })).toEqual({ result: 42 });
    expect(await told('openai', { data: 42 })).toBe('42');
    expect(await told('openai', { data: 'ok' })).toBe('ok');
  });

  it('a raw payload is seen by the named provider only', async () => {
    const raw = (provider: string): ToolOutput => ({ data, llmOverride: { kind: 'provider_raw', provider, value: { type: 'text', text: 'raw' } } });
    expect(await told('anthropic', raw('anthropic'))).toEqual([{ type: 'text', text: 'raw' }]);
    expect(await told('openai', raw('anthropic'))).toBe(text);
    expect(await told('openai', raw('openai'))).toBe('{"type":"text","text":"raw"}');
    expect(await told('responses', raw('responses'))).toEqual({ type: 'text', text: 'raw' });
    expect(await told('groq', raw('openai_compat'))).toBe('{"type":"text","text":"raw"}');
    expect(await told('gemini', raw('openai'))).toEqual(data);
  });

  it('pictures go inside where the provider takes them there, else in a message after it', async () => {
    const parts: ToolOutput = { data: null, llmOverride: { kind: 'parts', parts: [{ type: 'text', text: 'see' }, { type: 'image', source: { type: 'base64', data: 'aGk=' }, mediaType: 'image/png' }] } };
    expect(await told('anthropic', parts)).toEqual([{ type: 'text', text: 'see' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } }]);
    expect(await told('responses', parts)).toEqual([{ type: 'input_text', text: 'see' }, { type: 'input_image', image_url: 'data:image/png;base64,aGk=' }]);
    expect(await told('openai', parts)).toEqual([{ type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } }]);
  });
});
