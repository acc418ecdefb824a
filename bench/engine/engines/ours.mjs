import { entry } from '../entry.mjs';

const { Workflow, collect } = await import(entry('./workflow'));

const START = 'blazen::StartEvent';
const stop = (result) => ({ type: 'blazen::StopEvent', result });
const output = async (workflow, input) => (await workflow.run(input)).data;

export function chain(n) {
  const workflow = new Workflow('chain')
    .addStep('start', [START], async () => ({ type: 'step', i: 1 }))
    .addStep('step', ['step'], async (e) => (e.i < n ? { type: 'step', i: e.i + 1 } : stop(e.i)));
  return () => output(workflow, {});
}

export function small(n) {
  const workflow = new Workflow('small')
    .addStep('start', [START], async (e) => ({ type: 'a', i: e.i + 1 }))
    .addStep('a', ['a'], async (e) => ({ type: 'b', i: e.i + 1 }))
    .addStep('b', ['b'], async (e) => stop(e.i + 1));
  return async () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += await output(workflow, { i });
    return sum;
  };
}

export function fan(n) {
  const workflow = new Workflow('fan')
    .addStep('start', [START], async () => Array.from({ length: n }, (_, i) => ({ type: 'item', i })))
    .addStep('item', ['item'], async (e) => ({ type: 'done', i: e.i }))
    .addStep('all', ['done'], async (e) => stop(e.events.reduce((sum, done) => sum + done.i, 0)), collect(n));
  return () => output(workflow, {});
}

export function stream(n) {
  const workflow = new Workflow('stream').addStep('write', [START], async (_, ctx) => {
    for (let i = 0; i < n; i++) if (!ctx.writeEventToStream({ type: 'tick', i })) await ctx.drained();
    return stop(n);
  });
  return async () => {
    const handler = await workflow.runWithHandler({});
    let sum = 0;
    for await (const e of handler) if (e.type === 'tick') sum += e.i;
    await handler.result();
    return sum;
  };
}

const ask = { type: 'blazen::InputRequestEvent', request_id: 'ask', prompt: 'How many?' };

function parkedBy(workflow) {
  return async (i) => {
    const handler = await workflow.runWithHandler({ i });
    return {
      answer: async (value) => {
        handler.respondToInput('ask', value);
        return (await handler.result()).data;
      },
    };
  };
}

export function parked() {
  return parkedBy(new Workflow('parked')
    .addStep('ask', [START], async (e, ctx) => {
      ctx.set('i', e.i);
      return ask;
    })
    .addStep('answer', ['blazen::InputResponseEvent'], async (e, ctx) => stop(ctx.get('i') + e.response)));
}

export function parkedLate() {
  return parkedBy(new Workflow('parkedLate')
    .addStep('start', [START], async (e, ctx) => {
      ctx.set('i', e.i);
      return { type: 'step', left: 1_000 };
    })
    .addStep('step', ['step'], async (e) => (e.left > 0 ? { type: 'step', left: e.left - 1 } : ask))
    .addStep('answer', ['blazen::InputResponseEvent'], async (e, ctx) => stop(ctx.get('i') + e.response)));
}
