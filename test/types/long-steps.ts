import * as z from 'zod';
import { type Context, defineEvent, defineWorkflow, InputExpiredEvent, type ResultOf, sends, StartEvent, stop, waits, Workflow } from '../../src/index.ts';
import { Workflow as SmallWorkflow } from '../../src/workflow/index.ts';
import type { Equal, Expect } from './equal.ts';

const Ask = defineEvent('Ask', z.object({ id: z.string() }));
const Reply = defineEvent('Reply', z.object({ id: z.string(), text: z.string() }));

// Calls are typed by what they do and by the events they wait for.
const talk = defineWorkflow('talk')
  .step('talk', [StartEvent], async (_event, context) => {
    const id = await context.run('id', () => Promise.resolve('a' as const));
    type _Id = Expect<Equal<typeof id, 'a'>>;
    const reply = context.waitFor(Reply, { match: { id }, timeoutMs: 5 });
    context.sendEvent(Ask({ id }));
    await context.sleep(5);
    const { text } = await reply;
    type _Text = Expect<Equal<typeof text, string>>;
    const more = await context.collect(Reply, 2);
    type _More = Expect<Equal<(typeof more)[number]['id'], string>>;
    const plain = await context.waitFor('Anything');
    type _Plain = Expect<Equal<(typeof plain)['field'], unknown>>;
    return stop(text);
  }, sends(Ask), waits(Reply))
  .step('ask', [Ask], (event) => Reply({ id: event.id, text: 'yes' }))
  .step('late', [InputExpiredEvent], (event) => stop(event.request_id));
type _Result = Expect<Equal<ResultOf<typeof talk>, string>>;
void talk.run();

// What only a call waits for may come from outside; what nobody takes is told.
void defineWorkflow('outside').step('s', [StartEvent], async (_event, context) => stop((await context.waitFor(Reply)).text), waits(Reply)).run();
// @ts-expect-error nobody waits for Reply, and no step takes it
void defineWorkflow('nobody').step('s', [StartEvent], () => Reply({ id: 'a', text: 'b' })).run();

export const helper = (context: Context): Promise<number> => context.run('n', () => 1);
void new Workflow('plain').addStep('s', ['blazen::StartEvent'], async (_event, context) => stop(await helper(context)));
// @ts-expect-error the small engine keeps no answers
void new SmallWorkflow('small').addStep('s', ['blazen::StartEvent'], async (_event, context) => stop(await context.run('n', () => 1)));
