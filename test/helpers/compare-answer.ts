import type { CompletionResponse } from '../../src/model/index.ts';
import type { Expected } from './recordings.ts';

/** An answer in the words and numbers of the expectation files, which keep the provider's own counting. */
export function describeAnswer(answer: CompletionResponse, dialect: string): Record<string, unknown> {
  return {
    text: answer.content ?? '', reasoning: answer.reasoning, finish: answer.rawFinishReason,
    toolCalls: answer.toolCalls.map((call) => ({ id: call.id, name: call.name, args: call.error === undefined ? call.arguments : { __invalid__: call.raw } })),
    usage: answer.usage && providerCount(answer.usage, dialect), citations: answer.sources.map(({ id }) => id),
    id: answer.metadata['id'], model: answer.model,
  };
}

/** What differs between the answer and the expectation; empty when nothing does. */
export function differences(answer: CompletionResponse, expected: Expected, dialect: string): string[] {
  const actual = describeAnswer(answer, dialect);
  const problems: string[] = [];
  const check = (what: string, a: unknown, e: unknown): void => {
    if (JSON.stringify(sortKeys(a)) !== JSON.stringify(sortKeys(e))) problems.push(`${what}: ${JSON.stringify(a)?.slice(0, 300)} instead of ${JSON.stringify(e)?.slice(0, 300)}`);
  };
  if (expected.text !== undefined) check('text', actual['text'], expected.text);
  check('reasoning', actual['reasoning'] ?? '', expected.reasoning ?? '');
  const calls = (actual['toolCalls'] as { id: string; name: string; args: unknown }[]).map((call, i) => ({
    ...call, id: expected.toolCalls?.[i]?.id === null ? null : call.id,
  }));
  check('toolCalls', calls, expected.toolCalls ?? []);
  if (expected.finish !== undefined) check('finish', actual['finish'], expected.finish);
  for (const [name, count] of Object.entries(expected.usage ?? {})) {
    check(`usage.${name}`, (actual['usage'] as Record<string, number> | undefined)?.[name], count);
  }
  if (expected.citations) check('citations', [...new Set(actual['citations'] as string[])], [...new Set(expected.citations)]);
  if (expected.id !== undefined) check('id', actual['id'], expected.id);
  if (expected.model !== undefined) check('model', actual['model'], expected.model);
  return problems;
}

/** Our totals, counted back the way the provider counts: some leave cache or reasoning out of input and output. */
function providerCount(usage: NonNullable<CompletionResponse['usage']>, dialect: string): Record<string, number> {
  const cache = dialect === 'anthropic' || dialect === 'bedrock-converse' ? usage.cachedInputTokens + usage.cacheWriteTokens : 0;
  return {
    input: usage.promptTokens - cache, output: usage.completionTokens - (dialect === 'gemini' ? usage.reasoningTokens : 0),
    total: usage.totalTokens, reasoning: usage.reasoningTokens, cacheRead: usage.cachedInputTokens, cacheWrite: usage.cacheWriteTokens,
  };
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sortKeys(inner)]));
}
