import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const STOP = 'blazen::StopEvent';

const many = (type: string, count: number) => Array.from({ length: count }, (_, n) => ({ type, n }));
const settle = async (): Promise<void> => { for (let i = 0; i < 50; i++) await Promise.resolve(); };

/** Steps that wait to be let go on, in the order they began, with how many were at work at once. */
function floor() {
  const began: string[] = [];
  const working: (() => void)[] = [];
  let most = 0, now = 0;
  const work = async (name: string): Promise<void> => {
    began.push(name);
    most = Math.max(most, ++now);
    await new Promise<void>((resolve) => { working.push(resolve); });
    now--;
  };
  return {
    began, work,
    get most() { return most; },
    /** Let the one that has worked longest go on; false when nobody works. */
    async next(): Promise<boolean> {
      await settle();
      const go = working.shift();
      go?.();
      await settle();
      return go !== undefined;
    },
  };
}

const suite: Suite<Lib> = (t, { root, workflow, durable }) => {
  const { collect, limit, priority } = workflow;

  t.test('a limit of the workflow bounds the whole run, beside the limits of its steps', async () => {
    const hall = floor();
    const busy = new workflow.Workflow('busy', { policies: [limit(3)] })
      .addStep('fan', [START], () => [...many('A', 4), ...many('B', 4)])
      .addStep('a', ['A'], async (event) => { await hall.work(`a${String(event['n'])}`); return { type: 'Done' }; }, limit(1))
      .addStep('b', ['B'], async (event) => { await hall.work(`b${String(event['n'])}`); return { type: 'Done' }; })
      .addStep('end', ['Done'], () => ({ type: STOP, result: null }), collect(8));
    const run = busy.run();
    while (await hall.next());
    await run;
    t.equal(hall.most, 3);
    // One of a at a time; a place that a cannot take goes to b, and an earlier event before a later one.
    t.deepEqual(hall.began, ['a0', 'b0', 'b1', 'a1', 'b2', 'b3', 'a2', 'a3']);
  });

  t.test('one limit given to several steps limits them together', async () => {
    const hall = floor();
    const gpu = limit(2);
    const films = new workflow.Workflow('films')
      .addStep('fan', [START], () => [...many('Cut', 3), ...many('Grade', 3), ...many('Free', 3)])
      .addStep('cut', ['Cut'], async () => { await hall.work('gpu'); return { type: 'Done' }; }, gpu)
      .addStep('grade', ['Grade'], async () => { await hall.work('gpu'); return { type: 'Done' }; }, gpu)
      .addStep('free', ['Free'], () => ({ type: 'Done' }))
      .addStep('end', ['Done'], () => ({ type: STOP, result: null }), collect(9));
    const run = films.run();
    while (await hall.next());
    await run;
    t.equal(hall.most, 2);
    t.equal(hall.began.length, 6);
  });

  t.test('a free place goes to the highest priority, then to the event that came first', async () => {
    const hall = floor();
    const mixed = new workflow.Workflow('mixed', { policies: [limit(1)] })
      .addStep('fan', [START], () => [...many('Low', 2), ...many('Same', 2), ...many('High', 2), ...many('Usual', 2)])
      .addStep('low', ['Low'], (event) => hall.work(`low${String(event['n'])}`), priority(-1))
      .addStep('usual', ['Usual', 'Same'], (event) => hall.work(`usual${String(event['n'])}`))
      .addStep('same', ['Same', 'Usual'], (event) => hall.work(`same${String(event['n'])}`), priority(0))
      .addStep('high', ['High'], (event) => hall.work(`high${String(event['n'])}`), priority(10));
    const run = t.rejects(mixed.run(), root.WorkflowStalledError);
    while (await hall.next());
    await run;
    // The first to come found the place free.
    t.deepEqual(hall.began, [
      'low0', 'high0', 'high1', 'usual0', 'same0', 'usual1', 'same1', 'usual0', 'same0', 'usual1', 'same1', 'low1',
    ]);
    t.throws(() => priority(Number.NaN), root.ValidationError);
    t.throws(() => limit(0), root.ValidationError);
  });

  t.test('limits of thousands take their events in order', async () => {
    const order: unknown[] = [];
    const wide = new workflow.Workflow('wide', { policies: [limit(7)] })
      .addStep('fan', [START], () => many('W', 10_000))
      .addStep('w', ['W'], async (event) => { order.push(event['n']); await Promise.resolve(); return { type: 'R' }; }, limit(5))
      .addStep('r', ['R'], (event) => ({ type: STOP, result: (event['events'] as unknown[]).length }), collect(10_000));
    t.equal((await wide.run()).data, 10_000);
    t.deepEqual(order, Array.from({ length: 10_000 }, (_, n) => n));
  });

  t.test('waiting events keep their turn in a snapshot', async () => {
    const build = (hall: ReturnType<typeof floor>) => {
      const shared = limit(2);
      const step = (name: string) => async (event: { readonly [field: string]: unknown }) => { await hall.work(`${name}${String(event['n'])}`); return { type: 'Done' }; };
      return new durable.Workflow('kept')
        .addStep('fan', [START], () => [...many('Low', 3), ...many('High', 3)])
        .addStep('low', ['Low'], step('low'), shared)
        .addStep('high', ['High'], step('high'), shared, priority(1), limit(1))
        .addStep('end', ['Done'], () => ({ type: STOP, result: 'all' }), collect(6));
    };
    const before = floor();
    const handler = await build(before).runWithHandler();
    await before.next();
    const saved = String(await handler.snapshot());
    handler.abort();
    await t.rejects(handler.result(), root.AbortedError);
    t.deepEqual(before.began, ['low0', 'low1', 'high0']);
    const after = floor();
    const resumed = await build(after).resume(saved);
    while (await after.next());
    t.equal((await resumed.result()).data, 'all');
    t.equal(after.most, 2);
    t.deepEqual(after.began, ['low1', 'high0', 'low2', 'high1', 'high2']);
  });

  t.test('a run whose limit was taken away or widened meanwhile does not get stuck', async () => {
    const build = (places: number | null, pause: Promise<void> | null) => new durable.Workflow('changed')
      .addStep('fan', [START], () => many('W', 5))
      .addStep('w', ['W'], async () => { await pause; return { type: 'Done' }; }, ...(places === null ? [] : [limit(places)]))
      .addStep('end', ['Done'], () => ({ type: STOP, result: 'all' }), collect(5));
    const handler = await build(1, new Promise(() => undefined)).runWithHandler();
    await settle();
    const saved = String(await handler.snapshot());
    handler.abort();
    await t.rejects(handler.result(), root.AbortedError);
    for (const places of [null, 1, 2, 9]) t.equal((await (await build(places, null).resume(saved)).result()).data, 'all');
  });
};

export default suite;
