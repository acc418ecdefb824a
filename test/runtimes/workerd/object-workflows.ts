import { Workflow } from '../../../src/durable/index.ts';

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });

/** What the tests change while the objects live: all of them are in one isolate. */
export const world = { known: true, first: 'reserve', keyless: false, gate: Promise.resolve() };

/** Reserves, asks whether it is paid, and ships. */
export const orderWorkflow = () => new Workflow<{ item: string }>('order')
  .addStep(world.first, [START], (event, context) => {
    context.set('item', event['item'] as string);
    context.set('when', new Date(5));
    context.writeEventToStream({ type: 'Reserved' });
    return { type: 'blazen::InputRequestEvent', request_id: 'paid', prompt: 'Paid?' };
  })
  .addStep('ship', ['blazen::InputResponseEvent'], async (event, context) => {
    context.live({ type: 'Packing' });
    await world.gate;
    context.writeEventToStream({ type: 'Shipped' });
    return stop([context.get('item'), event['response'], (context.get('when') as Date).getTime()]);
  });

/** Publishes as many events as it is told to. */
export const chatty = new Workflow<{ count: number }>('chatty').addStep('talk', [START], async (event, context) => {
  for (let i = 0; i < (event['count'] as number); i++) {
    if (!context.writeEventToStream({ type: 'Said', i })) await context.drained();
  }
  return stop('done');
});

/** Sleeps for as long as it is told to. */
export const sleepy = new Workflow<{ ms: number }>('sleepy').addStep('sleep', [START], async (event, context) => {
  await context.sleep(event['ms'] as number);
  return stop('rested');
});

/** Asks, and takes silence for a no. */
export const impatient = new Workflow<{ ms: number }>('impatient')
  .addStep('ask', [START], (event) => ({ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?', expires_at: Date.now() + (event['ms'] as number) }))
  .addStep('end', ['blazen::InputExpiredEvent'], () => stop('no'));

/** Ends when the gate opens. */
export const patient = new Workflow('patient')
  .addStep('wait', [START], async (_event, context) => {
    await world.gate;
    context.set('n', 1);
    return { type: 'Next' };
  })
  .addStep('end', ['Next'], () => stop('patient'));

export const failing = new Workflow('failing').addStep('throw', [START], () => { throw new Error('no luck'); });

export function objectWorkflows() {
  if (world.keyless) throw new Error('no key for the shop');
  return [...(world.known ? [orderWorkflow()] : []), chatty, patient, failing, sleepy, impatient];
}
