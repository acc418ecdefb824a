import * as fc from 'fast-check';
import { delay } from '../../../src/base/delay.ts';
import { type AnyWorkflow, Workflow } from '../../../src/durable/index.ts';
import { type EventLike, INPUT_REQUEST, INPUT_RESPONSE, START, stop } from '../../../src/events/index.ts';
import { PipelineBuilder, Stage, subWorkflow } from '../../../src/pipeline/index.ts';
import type { SimulatedHost } from '../../../src/testing/index.ts';
import { collect, limit, priority, retry, scope, timeout, type Context, type StepHandler } from '../../../src/workflow/index.ts';
import { build, graph } from '../workflow/random-graph.ts';

export interface Subject {
  readonly name: string;
  readonly make: (host: SimulatedHost) => AnyWorkflow;
  readonly input?: object;
}

const number = (value: unknown): number => Number(value ?? 0);
const add = (context: Context, key: string, n: number): unknown => context.update(key, (value) => number(value) + n);

/** One step after the other, each with state of its own. */
const chain = (): AnyWorkflow => {
  const work: StepHandler = (event, context) => {
    const n = number(event['n']) + 1;
    context.set(context.step, n);
    add(context, 'sum', n);
    return n === 6 ? stop([context.get('sum'), context.get('s0')]) : { type: `T${n}`, n };
  };
  const workflow = new Workflow('chain');
  for (let i = 0; i < 6; i++) workflow.addStep(`s${i}`, [i === 0 ? START : `T${i}`], work);
  return workflow;
};

const fan = (): AnyWorkflow => new Workflow('fan')
  .addStep('split', [START], () => [1, 2, 3, 4, 5].map((n) => ({ type: 'Part', n })))
  .addStep('work', ['Part'], async (event, context) => {
    add(context, 'sum', number(event['n']));
    await context.checkpoint();
    add(context, 'sum', 10);
    return { type: 'Done', n: event['n'] };
  }, limit(3))
  .addStep('join', ['Done'], (event, context) => stop([(event['events'] as EventLike[]).map(({ n }) => number(n)).sort((a, b) => a - b), context.get('sum')]), collect(5));

/** Throws at the first try, after a commit that must not be repeated. */
const retries = ({ clock }: SimulatedHost): AnyWorkflow => new Workflow('retries')
  .addStep('begin', [START], () => [{ type: 'Call', n: 1 }, { type: 'Call', n: 2 }])
  .addStep('call', ['Call'], async (event, context) => {
    context.sendEvent({ type: 'Tried', n: event['n'] });
    add(context, 'begun', 1);
    await context.checkpoint();
    add(context, 'lost', 1);
    if (context.attempt < 3) throw new Error('busy');
    await delay(30, undefined, clock);
    return { type: 'Called', n: event['n'] };
  }, retry({ maxAttempts: 4, backoffMs: 200 }))
  .addStep('tried', ['Tried'], (_event, context) => { add(context, 'tried', 1); return { type: 'Seen' }; })
  .addStep('join', ['Called', 'Seen'], (_event, context) => stop(['begun', 'lost', 'tried'].map((key) => context.get(key))), collect(2));

const human = (): AnyWorkflow => new Workflow('human')
  .addStep('ask', [START], (_event, context) => {
    context.set('asked', 2);
    return [{ type: INPUT_REQUEST, request_id: 'a', prompt: 'A?' }, { type: INPUT_REQUEST, request_id: 'b', prompt: 'B?' }];
  })
  .addStep('answer', [INPUT_RESPONSE], (event, context) => {
    if (!['a', 'b'].includes(String(event['request_id']))) return null;
    add(context, 'answers', event['response'] === 'yes' ? 1 : 100);
    return { type: 'Answered', id: event['request_id'] };
  })
  .addStep('join', ['Answered'], (_event, context) => ({ type: INPUT_REQUEST, prompt: `Sure? ${String(context.get('answers'))}` }), collect(2))
  .addStep('end', [INPUT_RESPONSE], (event, context) => (['a', 'b'].includes(String(event['request_id'])) ? null : stop([context.get('answers'), context.get('asked'), event['response']])));

/** A branch works on while another one waits for a human. */
const mixed = (): AnyWorkflow => new Workflow('mixed')
  .addStep('begin', [START], () => [{ type: INPUT_REQUEST, request_id: 'q', prompt: '?' }, { type: 'Tick', n: 0 }])
  .addStep('tick', ['Tick'], (event, context) => {
    add(context, 'ticks', 1);
    return number(event['n']) === 4 ? { type: 'Ticked' } : { type: 'Tick', n: number(event['n']) + 1 };
  })
  .addStep('answer', [INPUT_RESPONSE], (event) => ({ type: 'Answered', response: event['response'] }))
  .addStep('join', ['Ticked', 'Answered'], (event, context) => stop([context.get('ticks'), (event['events'] as EventLike[])[1]?.['response']]), collect(1));

/** Writes more than one group of events, before and after waits, and sees its own writes alone. */
const stream = (): AnyWorkflow => new Workflow('stream')
  .addStep('write', [START], async (_event, context) => {
    for (let i = 0; i < 12; i++) {
      context.writeEventToStream({ type: 'Item', i });
      context.set('last', i);
      if (i % 3 === 2) await context.checkpoint();
      if (i === 7) context.sendEvent({ type: 'Halfway', last: context.get('last') });
    }
    return { type: 'Written' };
  })
  .addStep('half', ['Halfway'], (event, context) => { context.set('half', number(event['last'])); return { type: 'Noted' }; })
  .addStep('end', ['Written', 'Noted'], (_event, context) => stop([context.get('last'), context.get('half')]), collect(1));

/** What a step has seen once it sees until its end, whatever the others write meanwhile. */
const view = ({ clock }: SimulatedHost): AnyWorkflow => new Workflow('view')
  .addStep('begin', [START], (_event, context) => { context.set('n', 1); return [{ type: 'Read' }, { type: 'Write' }]; })
  .addStep('read', ['Read'], async (_event, context) => {
    context.set('saw', number(context.get('n')));
    await context.checkpoint();
    await delay(100, undefined, clock);
    context.set('sees', number(context.get('n')));
    return { type: 'End' };
  })
  .addStep('write', ['Write'], async (_event, context) => {
    context.set('other', 1);
    await context.checkpoint();
    await delay(60, undefined, clock);
    context.set('n', 2);
    return { type: 'End' };
  })
  .addStep('end', ['End'], (_event, context) => stop([context.get('saw') === context.get('sees'), context.get('n')]), collect(2));

/** More changes than are kept before the state is written anew. */
const long = (): AnyWorkflow => new Workflow('long')
  .addStep('loop', [START, 'Next'], (event, context) => {
    add(context, 'n', 1);
    return number(event['n']) === 299 ? stop(context.get('n')) : { type: 'Next', n: number(event['n']) + 1 };
  });

/** A scope whose work fails and is rescued, one that ends by itself, and work in the background. */
const scopes = ({ clock }: SimulatedHost): AnyWorkflow => new Workflow('scopes')
  .addStep('open', [START], (_event, context) => [
    ...scope(context, [{ type: 'Try', n: 1 }, { type: 'Try', n: 2 }], { id: 'good' }), ...scope(context, { type: 'Try', n: 0 }, { id: 'bad' }),
    ...scope(context, { type: 'Audit' }, { detached: true }),
  ])
  .addStep('try', ['Try'], async (event, context) => {
    add(context, 'tried', 1);
    await context.checkpoint();
    await delay(20, undefined, clock);
    if (event['n'] === 0) throw new Error('no');
    return { type: 'Tried', n: event['n'] };
  }, limit(2), priority(1))
  .addStep('tried', ['Tried'], (_event, context) => { add(context, 'done', 1); })
  .addStep('audit', ['Audit'], async (_event, context) => {
    await delay(500, undefined, clock);
    context.writeEventToStream({ type: 'Audited' });
  })
  .addStep('over', ['blazen::ScopeEndedEvent', 'blazen::ScopeFailedEvent'], (event) => ({ type: 'Over', step: event['step'] ?? '' }))
  .addStep('join', ['Over'], (event, context) => stop([context.get('tried'), context.get('done'), (event['events'] as EventLike[]).map(({ step }) => String(step)).join('')]), collect(3));

/** Effects that are remembered, a pause that outlives its worker, and an event that is waited for. */
const calls = (): AnyWorkflow => new Workflow('calls')
  .addStep('call', [START], async (_event, context) => {
    add(context, 'runs', 1);
    const first = await context.run('first', () => 1);
    await context.sleep(3000);
    const [second, third] = await Promise.all([context.run('second', () => first + 1), context.run('third', async () => first + 2)]);
    context.writeEventToStream({ type: 'Counted', n: second + third });
    return { type: 'Ask' };
  })
  .addStep('wait', ['Ask'], async (_event, context) => {
    const coming = context.waitFor('Answer');
    context.sendEvent({ type: INPUT_REQUEST, request_id: 'q', prompt: '?' });
    const answer = await coming;
    return { type: 'Got', answer: answer['response'] };
  })
  .addStep('answer', [INPUT_RESPONSE], (event) => ({ type: 'Answer', response: event['response'] }))
  .addStep('end', ['Got'], (event, context) => stop([event['answer'], context.get('runs')]));

const inner = ({ clock }: SimulatedHost) => new Workflow('inner')
  .addStep('double', [START], async (event, context) => {
    context.writeEventToStream({ type: 'Doubling', n: event['n'] });
    await delay(20, undefined, clock);
    return stop(number(event['n']) * 2);
  });

const sub = (host: SimulatedHost): AnyWorkflow => new Workflow('sub')
  .addStep('begin', [START], () => [1, 2, 3].map((n) => ({ type: 'Number', n })))
  .addStep('inner', ['Number'], subWorkflow(inner(host), undefined, (result, context) => { add(context, 'sum', number(result)); return { type: 'Doubled' }; }))
  .addStep('end', ['Doubled'], (_event, context) => stop(context.get('sum')), collect(3));

const stages = (host: SimulatedHost): AnyWorkflow => {
  const pipeline = new PipelineBuilder('stages').stage(new Stage('double', inner(host))).addStage(new Stage('add', async (n: number) => {
    await delay(15, undefined, host.clock);
    return { n: n + 1 };
  })).stage(new Stage('again', inner(host))).build();
  return new Workflow('pipeline')
    .addStep('run', [START], async (event, context) => {
      add(context, 'begun', 1);
      const handler = await pipeline.start({ n: event['n'] }, { runId: context.idempotencyKey, clock: host.clock, signal: context.signal });
      return { type: 'Ran', output: (await handler.result()).finalOutput };
    })
    .addStep('end', ['Ran'], (event, context) => stop([event['output'], context.get('begun')]));
};

/** A step that takes too long at its first try, and a run that fails. */
const failing = ({ clock }: SimulatedHost): AnyWorkflow => new Workflow('failing')
  .addStep('slow', [START], async (_event, context) => {
    add(context, 'tries', 1);
    await context.checkpoint();
    if (context.attempt === 1) await delay(100_000, context.signal, clock);
    return { type: 'Late' };
  }, timeout(20_000), retry({ maxAttempts: 2, backoffMs: 10 }))
  .addStep('fail', ['Late'], (_event, context) => { throw new Error(`after ${String(context.get('tries'))}`); });

/** Random graphs whose outcome does not hang on the order in which executions end. */
function randomGraphs(count: number): Subject[] {
  const commuting = graph.map((steps) => steps.map((one) => ({
    ...one, attempts: 1, collect: 0, actions: one.actions.filter(({ kind }) => kind !== 'stop' && kind !== 'throw' && kind !== 'set' && kind !== 'end'),
  }))).filter((steps) => steps.some(({ types, actions }) => types.includes(START) && actions.some(({ kind }) => kind === 'send' || kind === 'emit')));
  return fc.sample(commuting, { numRuns: count, seed: 7 }).map((steps, i) => ({
    name: `random graph ${i + 1}`, input: { fuel: 2 }, make: () => build(steps, [], i % 2 === 0 ? null : () => Promise.resolve(), i % 3),
  }));
}

export const subjects: readonly Subject[] = [
  { name: 'chain', make: chain, input: { n: 0 } },
  { name: 'fan-out and fan-in', make: fan },
  { name: 'retries', make: retries },
  { name: 'human input', make: human },
  { name: 'human input beside work', make: mixed },
  { name: 'streams', make: stream },
  { name: 'frozen view', make: view },
  { name: 'scopes', make: scopes },
  { name: 'calls that are remembered', make: calls },
  { name: 'sub-workflow', make: sub },
  { name: 'pipeline stages', make: stages, input: { n: 5 } },
  { name: 'a failing run', make: failing },
  ...randomGraphs(6),
];

export const longRun: Subject = { name: 'long', make: long, input: { n: 0 } };

/** Answers every question in the same way. */
export const yes = (): unknown => 'yes';
