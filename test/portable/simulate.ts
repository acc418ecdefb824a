import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });

const suite: Suite<Lib> = (t, { root, testing }) => {
  const { Workflow, collect, retry } = root;
  const { simulate, SimulationError } = testing;

  const order = () => new Workflow('order')
    .addStep('reserve', [START], (event) => [1, 2, 3].map((n) => ({ type: 'Item', n, of: event['of'] })))
    .addStep('pack', ['Item'], async (event, context) => {
      context.update('packed', (n) => Number(n ?? 0) + 1);
      context.writeEventToStream({ type: 'Packed', n: event['n'] });
      await context.checkpoint();
      if (context.attempt === 1) throw new Error('torn');
      return { type: 'Packed', n: event['n'] };
    }, retry(3))
    .addStep('ask', ['Packed'], () => ({ type: 'blazen::InputRequestEvent', prompt: 'Send it?' }), collect(3))
    .addStep('send', ['blazen::InputResponseEvent'], (event, context) => stop([context.get('packed'), event['response']]));

  t.test('a workflow is simulated with all that can go wrong, the same for the same seed', async () => {
    const options = { seeds: 12, input: { of: 'tea' }, answer: () => 'yes' };
    const report = await simulate(order(), options);
    t.ok(report.crashes > 0 && report.commits >= 12 * 11, JSON.stringify(report));
    t.deepEqual(await simulate(order(), options), report);
    t.ok((await simulate(order(), { ...options, seed: 100 })).hash !== report.hash);
  });

  t.test('a workflow that counts outside of its state is found', async () => {
    let sent = 0;
    const careless = new Workflow('careless')
      .addStep('send', [START], async (_event, context) => { sent++; await context.checkpoint(); return { type: 'Sent' }; })
      .addStep('end', ['Sent'], () => { const n = sent; sent = 0; return stop(n); });
    const error = await t.rejects(simulate(careless, { seeds: 300 }), SimulationError) as InstanceType<typeof SimulationError>;
    t.ok(error.seed > 0 && error.trace.length > 0 && error.code === 'workflow.simulation');
    sent = 0;
    await t.rejects(simulate(careless, { seed: error.seed }), SimulationError);
  });
};

export default suite;
