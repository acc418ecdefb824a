import * as z from 'zod';
import {
  addGroup, cancelScope, collect, defineEvent, defineWorkflow, endScope, limit, retry, scope, ScopeEndedEvent, ScopeFailedEvent, sends, StartEvent, stop, Workflow,
  type InputOf, type ResultOf, type WorkflowResult,
} from '../../src/index.ts';
import type { Equal, Expect } from './equal.ts';

const Hit = defineEvent('Hit', z.object({ text: z.string(), score: z.number().default(1) }));
const Miss = defineEvent('Miss');

const search = defineWorkflow('search', { input: z.object({ q: z.string() }) })
  .step('search', [StartEvent], (event) => {
    type _Input = Expect<Equal<typeof event.data.q, string>>;
    return event.q.length > 3 ? Hit({ text: event.data.q }) : Miss();
  });

const complete = search.step('answer', [Hit, Miss], async (event) => (Hit.is(event) ? stop({ answer: event.data.text }) : stop(null)));
type _InputOf = Expect<Equal<InputOf<typeof complete>, { q: string }>>;
type _ResultOf = Expect<Equal<ResultOf<typeof complete>, { readonly answer: string } | null>>;
export const result: Promise<WorkflowResult<{ readonly answer: string } | null>> = complete.run({ q: 'why' });
// @ts-expect-error the input is typed
void complete.run({ q: 1 });
// @ts-expect-error the input is needed
void complete.run();

// @ts-expect-error no step handles Hit and Miss
void search.run({ q: 'why' });
// The mistake has a name that says what is missing.
declare const mistake: Parameters<typeof search.run>[0];
export const message: { readonly error: 'No step handles "Hit"' | 'No step handles "Miss"' } = mistake;

const half = search.step('hits', [Hit], (event) => stop(event.score));
// @ts-expect-error no step handles Miss
void half.run({ q: 'why' });

const Never = defineEvent('Never');
const unreachable = complete.step('never', [Never], () => null);
// @ts-expect-error nothing emits Never
void unreachable.run({ q: 'why' });

const Tick = defineEvent('Tick', z.object({ n: z.number() }));
const sending = defineWorkflow('sending')
  .step('send', [StartEvent], (_event, context) => { context.sendEvent(Tick({ n: 1 })); return null; }, sends(Tick))
  .step('join', [Tick], (event) => {
    type _Collected = Expect<Equal<(typeof event.events)[number]['n'], number>>;
    return stop(event.events.length);
  }, collect(1), retry(2), limit(1));
void sending.run();

// A step may give a list, nothing, or either; the result is the union of what the stops carry.
const listing = defineWorkflow('listing')
  .step('list', [StartEvent], () => (Math.random() > 2 ? null : [Tick({ n: 1 }), stop('early' as const)]))
  .step('tick', [Tick], (event) => (event.n > 0 ? stop(event.n) : undefined));
type _Listing = Expect<Equal<ResultOf<typeof listing>, 'early' | number>>;

// Scopes: what they emit is seen, and how they end may be handled or not.
const scoped = defineWorkflow('scoped')
  .step('open', [StartEvent], (_event, context) => scope(context, [Tick({ n: 1 }), Tick({ n: 2 })], { id: 'ticks' }))
  .step('tick', [Tick], (event, context) => (event.n > 1 ? endScope(context, event.n) : cancelScope('ticks')))
  .step('failed', [ScopeFailedEvent], (event) => {
    type _Error = Expect<Equal<typeof event.error.name, string>>;
    return stop(event.step);
  });
void scoped.run();
type _Scoped = Expect<Equal<ResultOf<typeof scoped>, string | null>>;
const unscoped = defineWorkflow('unscoped').step('open', [StartEvent], (_event, context) => scope(context, Tick({ n: 1 })));
// @ts-expect-error no step handles Tick
void unscoped.run();
void scoped.step('ended', [ScopeEndedEvent], (event) => stop(event.scope)).run();

// A group adds what it takes and gives, and the workflow goes on with it.
const group = defineWorkflow('group').step('double', [Tick], (event) => (event.n > 9 ? stop('much' as const) : Hit({ text: 'x' })));
const open = addGroup(defineWorkflow('grouped', { input: z.object({ n: z.number() }) }).step('start', [StartEvent], (event) => Tick({ n: event.n })), group);
// @ts-expect-error no step handles Hit
void open.run({ n: 1 });
const grouped = open.step('hit', [Hit], (event) => stop(event.score));
type _Grouped = Expect<Equal<ResultOf<typeof grouped>, 'much' | number>>;
void grouped.runWithHandler({ n: 1 }).then((handler) => handler.snapshot());
// @ts-expect-error the input is typed
void grouped.run({ n: 'one' });

// The string surface stays unchecked, on the same class.
const plain = new Workflow('plain').addStep('any', ['Whatever'], (event) => ({ type: 'Else', n: event['n'] }));
void plain.run({ any: 'input' });
void complete.addStep('plain', ['Anything'], () => null).run({ q: 'mixed' });
