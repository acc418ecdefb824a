import { describe, expect, it } from 'vitest';
import { isRecord } from '../../../src/base/json.ts';
import type { ChatModel } from '../../../src/model/index.ts';
import type { ProviderOptions } from '../../../src/providers/core/wire-model.ts';
import { anthropic } from '../../../src/providers/anthropic.ts';
import { bedrock } from '../../../src/providers/bedrock.ts';
import { cohere } from '../../../src/providers/cohere.ts';
import { deepseek } from '../../../src/providers/deepseek.ts';
import { gemini } from '../../../src/providers/gemini.ts';
import { groq } from '../../../src/providers/groq.ts';
import { mistral } from '../../../src/providers/mistral.ts';
import { openai, openaiResponses } from '../../../src/providers/openai.ts';
import { openaiCompatible } from '../../../src/providers/openai-compat.ts';
import { openrouter } from '../../../src/providers/openrouter.ts';
import { perplexity } from '../../../src/providers/perplexity.ts';
import { canonicalRequest } from '../../helpers/canonical-request.ts';
import { readRecordings, type Recording } from '../../helpers/recordings.ts';
import { rebuild } from '../../helpers/recorded-requests.ts';

const byProvider: Readonly<Record<string, (options: ProviderOptions) => ChatModel>> = { openai, mistral, deepseek, groq, openrouter, perplexity };
const byDialect: Readonly<Record<string, (options: ProviderOptions) => ChatModel>> = { 'openai-responses': openaiResponses, anthropic, gemini, cohere, 'bedrock-converse': bedrock };
const compatible = (options: ProviderOptions): ChatModel => openaiCompatible({ ...options, baseUrl: 'http://x.test', model: 'm' });

const recordings = readRecordings().filter(({ index, wire }) => (index.dialect === 'openai-chat' || index.dialect in byDialect) && isRecord(wire.requestBody));

/** The body our provider sends for the recorded conversation. */
async function send({ index, wire }: Recording): Promise<Record<string, unknown>> {
  let sent = '';
  const fetch = async (_url: string, init: RequestInit): Promise<Response> => {
    sent = init.body as string;
    return new Response('{}', { status: 500 });
  };
  const make = index.dialect === 'openai-chat' ? byProvider[index.provider] ?? compatible : byDialect[index.dialect]!;
  const { messages, options } = rebuild(index.dialect, wire.requestBody as Record<string, unknown>, wire.path);
  const model = make({ apiKey: 'k', fetch });
  await model.complete(messages, options).catch((error: unknown) => {
    if (sent === '') throw error;
  });
  return JSON.parse(sent) as Record<string, unknown>;
}

/** What the case is about; a plain single question proves little. */
function isInteresting({ index, wire }: Recording): boolean {
  const body = wire.requestBody as Record<string, unknown>;
  const turns = (body['messages'] ?? body['contents'] ?? body['input']);
  return index.request.length > 0 || (Array.isArray(turns) && turns.length > 2);
}

/** The conversations whose bodies differ, each with the reason. */
const known: Readonly<Record<string, string>> = {
  'ruby_llm-473': 'the other client wraps a tool result as {name, content}; ours is {result}',
  'ruby_llm-580': 'the other client sends empty reasoning back; DeepSeek asks for reasoning only where tools were called',
  'ruby_llm-757': 'the other client sends reasoning back in a plain turn, which DeepSeek ignores',
  'pydantic-ai-1525': 'a cache mark on an earlier answer: the reader of this test does not carry it over',
  'pydantic-ai-1869': 'thoughts of another provider in several texts; ours are one text',
};

describe('recorded conversations, rebuilt and sent', () => {
  it('bodies are semantically equal to the recorded ones', async () => {
    const different: string[] = [];
    let equal = 0;
    for (const recording of recordings.filter(isInteresting)) {
      const { index, wire } = recording;
      try {
        const ours = canonicalRequest(index.dialect, await send(recording));
        const theirs = canonicalRequest(index.dialect, wire.requestBody as Record<string, unknown>);
        if (JSON.stringify(ours) === JSON.stringify(theirs)) equal++;
        else different.push(`${index.id} ${index.dialect} ${index.provider}: ${firstDifference(ours, theirs, '')}`);
      } catch (error) {
        different.push(`${index.id} ${index.dialect} ${index.provider}: ${(error as Error).message}`);
      }
    }
    const idOf = (line: string): string => line.split(' ', 1).join('');
    expect(different.filter((line) => !Object.hasOwn(known, idOf(line)))).toEqual([]);
    expect(new Set(different.map(idOf))).toEqual(new Set(Object.keys(known)));
    expect(equal).toBeGreaterThanOrEqual(580);
  });
});

function firstDifference(a: unknown, b: unknown, path: string): string {
  if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const inner = firstDifference((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}.${key}`);
      if (inner !== '') return inner;
    }
    return '';
  }
  return Object.is(a, b) ? '' : `${path}: ${JSON.stringify(a)?.slice(0, 120)} instead of ${JSON.stringify(b)?.slice(0, 120)}`;
}
