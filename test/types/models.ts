import * as z from 'zod';
import { CompletionModel, defineTool, extract, type ChatMessage, type CompletionResponse, type StreamPart } from '../../src/index.ts';
import { openai } from '../../src/providers/openai.ts';
import type { Equal, Expect } from './equal.ts';

const schema = z.object({ name: z.string(), age: z.number().optional() });

async function values(): Promise<void> {
  const { data } = await extract(openai(), schema, []);
  type _Data = Expect<Equal<typeof data, { name: string; age?: number | undefined }>>;
  const { data: loose } = await extract(openai(), { type: 'object' }, []);
  type _Loose = Expect<Equal<typeof loose, unknown>>;
  const answer = await CompletionModel.openai().withRetry(5).stream([{ role: 'user', content: 'Hi' }], (part) => {
    type _Part = Expect<Equal<typeof part, StreamPart>>;
    if (part.type === 'tool-call') part.argumentsDelta.toUpperCase();
  });
  type _Answer = Expect<Equal<typeof answer, CompletionResponse>>;
  type _Message = Expect<Equal<typeof answer.message, ChatMessage>>;
}
void values;

defineTool('greet', schema, (args, { signal }) => {
  type _Args = Expect<Equal<typeof args, { name: string; age?: number | undefined }>>;
  return signal.aborted ? null : args.name;
});

// @ts-expect-error an unknown option is a mistake
openai({ key: 'sk' });
// @ts-expect-error so is an unknown completion option
void openai().complete([], { maxToken: 5 });
