import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ResponseFormatError, ValidationError } from '../../../src/base/error-classes.ts';
import { ChatMessage, customModel, extract, extractStream, type ChatModel } from '../../../src/model/index.ts';
import type { CompletionRequest } from '../../../src/spec/completion.ts';

const person = z.object({ name: z.string(), age: z.number() });
const ask = [ChatMessage.user('who?')];

/** A model that gives the answers one after the other, and keeps what it was asked. */
function answers(...texts: string[]): { model: ChatModel; asked: CompletionRequest[] } {
  const asked: CompletionRequest[] = [];
  const model = customModel('m', { complete: (request) => {
    asked.push(request);
    return { content: texts[Math.min(asked.length, texts.length) - 1]! };
  } });
  return { model, asked };
}

describe('extract', () => {
  it('gives a value of the schema\'s type and asks by its JSON Schema', async () => {
    const { model, asked } = answers('{"name":"Ada","age":36}');
    const { data, repairs } = await extract(model, person, ask);
    const name: string = data.name;
    expect([name, data.age, repairs]).toEqual(['Ada', 36, 0]);
    expect(asked[0]?.responseFormat).toMatchObject({ type: 'json_schema', name: 'structured_output', schema: { type: 'object', required: ['name', 'age'] } });
  });

  it.each(['```json\n{"name":"Ada","age":36}\n```', 'Here you are: {"name":"Ada","age":36} - enjoy'])('forgives %s', async (text) => {
    expect((await extract(answers(text).model, person, ask)).data).toEqual({ name: 'Ada', age: 36 });
  });

  it('sends an answer that does not fit back with its problems, and gives up in the end', async () => {
    const { model, asked } = answers('{"name":"Ada"}', 'no idea', '{"name":"Ada","age":36}');
    expect((await extract(model, person, ask)).repairs).toBe(2);
    expect(asked[1]?.messages.at(-1)?.content).toMatch(/age: /);
    await expect(extract(answers('{"name":"Ada"}').model, person, ask, { maxRepairs: 1 })).rejects.toThrow(ValidationError);
    await expect(extract(answers('sorry').model, person, ask, { maxRepairs: 0 })).rejects.toThrow(ResponseFormatError);
  });

  it('asks by a tool where that is wanted', async () => {
    const model = customModel('m', { complete: ({ tools, toolChoice }) => {
      expect([tools?.length, toolChoice]).toEqual([1, { name: 'person' }]);
      return { toolCalls: [{ id: '1', name: 'person', arguments: { name: 'Ada', age: 36 } }] };
    } });
    expect((await extract(model, person, ask, { mode: 'tool', name: 'person' })).data).toEqual({ name: 'Ada', age: 36 });
  });

  it('takes a plain JSON Schema too', async () => {
    const { data } = await extract(answers('{"a":1}').model, { type: 'object', properties: { a: { type: 'number' } } }, ask);
    expect(data).toEqual({ a: 1 });
  });
});

describe('extractStream', () => {
  const streaming = customModel('m', { stream: async (_request, onChunk) => {
    for (const delta of ['{"na', 'me":"A', 'da","ag', 'e":36}']) onChunk({ delta });
  } });

  it('shows the value while it grows and gives it checked at the end', async () => {
    const seen: unknown[] = [];
    const stream = extractStream(streaming, person, ask);
    for await (const partial of stream) seen.push(structuredClone(partial));
    expect(seen).toEqual([{}, { name: 'A' }, { name: 'Ada' }, { name: 'Ada', age: 36 }]);
    expect((await stream).data).toEqual({ name: 'Ada', age: 36 });
    expect((await extractStream(streaming, person, ask)).data.age).toBe(36);
  });

  it('a value that does not fit fails at the end', async () => {
    await expect(extractStream(streaming, z.object({ other: z.string() }), ask)).rejects.toThrow(ValidationError);
  });
});
