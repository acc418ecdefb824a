import * as z from 'zod';
import { defineEvent, StartEvent, stop } from '../../src/events/index.ts';
import { defineWorkflow, type InputOf, type ResultOf } from '../../src/workflow/index.ts';
import type { Equal, Expect } from './equal.ts';

const Hit = defineEvent('Hit', z.object({ text: z.string(), score: z.number().default(1) }));
const Miss = defineEvent('Miss');

const search = defineWorkflow('rag', { input: z.object({ question: z.string() }) })
  .step('search', [StartEvent], (event) => (event.question.length > 3 ? Hit({ text: event.question }) : Miss()));

const rag = search.step('answer', [Hit, Miss], (event) => {
  if (!Hit.is(event)) return stop(null);
  event.score satisfies number;
  return stop({ answer: event.text });
});

export type Input = Expect<Equal<InputOf<typeof rag>, { question: string }>>;
export type Result = Expect<Equal<ResultOf<typeof rag>, { readonly answer: string } | null>>;

const outcome = await rag.run({ question: 'why' });
export type Data = Expect<Equal<typeof outcome.data, { readonly answer: string } | null>>;

// @ts-expect-error the input schema asks for a question
await rag.run({ query: 'why' });
// @ts-expect-error no step handles Hit and Miss
await search.run({ question: 'why' });
// @ts-expect-error one of two events is not handled
await search.step('answer', [Hit], () => stop(1)).run({ question: 'why' });
// @ts-expect-error an event of this type has no such field
search.step('answer', [Miss], (event) => stop(event.text));
