import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const STOP = 'blazen::StopEvent';

const suite: Suite<Lib> = (t, { root, workflow, durable }) => {
  const { limit, readLog, retry } = workflow;
  const { addGroup, Workflow } = durable;

  /** A group whose step fails twice; the steps of one run wait for one another. */
  const group = (name: string) => {
    let now = 0, most = 0;
    const steps = new Workflow(name, { policies: [retry({ maxAttempts: 3, backoffMs: 0 }), limit(1)] })
      .addStep('work', [`${name}.Work`], async (event, ctx) => {
        most = Math.max(most, ++now);
        await Promise.resolve();
        now--;
        if (ctx.attempt < 3) throw new Error('busy');
        return { type: `${name}.Check`, n: event['n'] };
      })
      .addStep('check', [`${name}.Check`], async (event) => { most = Math.max(most, ++now); await Promise.resolve(); now--; return { type: 'Done', n: event['n'] }; });
    return { steps, most: () => most };
  };

  t.test('the steps of a group run under its name, with its policies', async () => {
    const [one, two] = [group('one'), group('two')];
    const whole = new Workflow('whole');
    addGroup(addGroup(whole, one.steps), two.steps);
    whole.addStep('start', [START], () => [1, 2, 3].flatMap((n) => [{ type: 'one.Work', n }, { type: 'two.Work', n }]))
      .addStep('end', ['Done'], (_event, ctx) => (Number(ctx.update('done', (n) => Number(n ?? 0) + 1)) === 6 ? { type: STOP, result: 'all' } : null), limit(1));
    const handler = await whole.runWithHandler();
    t.equal((await handler.result()).data, 'all');
    t.deepEqual([one.most(), two.most()], [1, 1]);
    const names = new Set([...readLog(handler)].flatMap(({ step }) => (step === undefined ? [] : [step])));
    t.deepEqual([...names].sort(), ['end', 'one/check', 'one/work', 'start', 'two/check', 'two/work']);
  });

  t.test('a group can be added once, and to several workflows; its own steps stay as they are', async () => {
    const { steps } = group('one');
    const whole = addGroup(new Workflow('whole'), steps);
    t.throws(() => addGroup(whole, steps), { type: root.ValidationError, message: /'one\/work': the name is taken/ });
    const again = addGroup(new Workflow('again').addStep('start', [START], () => ({ type: 'one.Work', n: 7 })), steps)
      .addStep('end', ['Done'], (event) => ({ type: STOP, result: event['n'] }));
    t.equal((await again.run({})).data, 7);
    addGroup(steps, steps);
  });
};

export default suite;
