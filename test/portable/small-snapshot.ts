import type { Context } from '../../src/durable/index.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

// Pause, snapshot and resume as functions, for the small workflow of `blazen-ts/workflow`, and between it and the full one.

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });
const ask = (id: string, more?: object) => ({ type: 'blazen::InputRequestEvent', request_id: id, prompt: id, ...more });

const suite: Suite<Lib> = (t, { durable, root, testing, workflow }) => {
  const { pause, resume, resumeInPlace, snapshot } = durable;
  const { collect, limit, readLog, retry, scope, Workflow } = workflow;
  const Full = durable.Workflow;
  type Small = InstanceType<typeof Workflow>;
  type Handler = Awaited<ReturnType<Small['runWithHandler']>>;

  async function resting(handler: Handler): Promise<void> {
    while (handler.status === 'running') await new Promise<void>((resolve) => { queueMicrotask(resolve); });
  }

  const value = () => ({ at: new Date(5), n: 7n, map: new Map([['k', new Set([1])]]), bytes: new Uint8Array([1, 2, 3]), odd: [-0, NaN, undefined], $: 'x', ['__proto__']: 1 });
  const ordering = <W extends Small>(order: W): W => {
    order
      .addStep('ask', [START], (event, context) => {
        context.set('item', event['item'] as string);
        context.set('value', value());
        context.writeEventToStream({ type: 'Asked', at: new Date(5) });
        return ask('ok');
      })
      .addStep('order', ['blazen::InputResponseEvent'], (event, context) => stop([context.get('item'), context.get('value'), event['response']]));
    return order;
  };
  const small = () => ordering(new Workflow('order'));
  const full = () => ordering(new Full('order') as unknown as Small) as unknown as InstanceType<typeof Full>;

  async function saved(build: () => Small): Promise<string> {
    const handler = await build().runWithHandler({ item: 'coat' });
    await resting(handler);
    const text = await snapshot(handler);
    handler.abort('moved');
    return text;
  }

  /** Answers, and checks that nothing of the run before was lost or comes twice. */
  async function finish(handler: Handler): Promise<void> {
    const types: string[] = [];
    const streaming = handler.streamEvents((event, seq) => { types.push(`${seq} ${event.type} ${String((event as { data?: { at?: Date } }).data?.at?.getTime())}`); });
    await resting(handler);
    t.equal(handler.status, 'waiting');
    handler.respondToInput('ok', 'yes');
    t.deepEqual((await handler.result()).data, ['coat', value(), 'yes']);
    await streaming;
    t.deepEqual(types, ['1 Asked 5', '2 blazen::InputRequestEvent undefined', '3 blazen::InputResponseEvent undefined']);
    const log = [...readLog(handler)];
    t.deepEqual(log.map(({ seq, type }) => `${seq} ${type}`), ['1 run.started', '2 step.committed', '3 step.committed', '4 input.received', '5 step.committed', '6 run.ended']);
    t.deepEqual(log[0]?.events?.map(({ data }) => data), [{ item: 'coat' }]);
  }

  t.test('a small run that waits for a human goes on from its text, with its id, state, log and stream', async () => {
    const text = await saved(small);
    const handler = await resume(small(), text);
    t.equal(handler.runId(), (await durable.WorkflowSnapshot.from(text)).runId);
    await finish(handler);
  });

  t.test('the text is that of every snapshot: the full workflow resumes it, and the small one what the full one saved', async () => {
    const text = await saved(small);
    t.equal(String(await durable.WorkflowSnapshot.from(text)), text);
    await finish(await full().resume(text));
    await finish(await resume(small(), await saved(full)));
    await finish(await resume(small(), String(await (await full().resume(text)).snapshot())));
    // The functions take the full workflow too.
    await finish(await resume(full() as unknown as Small, text));
  });

  for (const [from, to] of [['small', 'small'], ['small', 'full'], ['full', 'small']] as const) {
    t.test(`what is in flight in a ${from} run goes on in a ${to} one: commits are kept, a try that waits is not lost`, async () => {
      const seen: unknown[] = [];
      let block: Promise<void> | null = new Promise(() => undefined);
      const flying = (empty: Small): Small => {
        empty
          .addStep('start', [START], (_event, context) => { context.set('n', 1); return [{ type: 'Long' }, { type: 'Flaky' }]; })
          .addStep('long', ['Long'], async (_event, context) => {
            context.sendEvent({ type: 'Bump' });
            context.writeEventToStream({ type: 'Shown' });
            if (block) await block;
            seen.push(context.get('n'));
            return { type: 'End' };
          })
          .addStep('flaky', ['Flaky'], (_event, context) => {
            if (context.attempt === 1) throw new Error('once');
            seen.push(`try ${context.attempt}`);
          }, retry({ maxAttempts: 2, backoffMs: 60_000 }))
          .addStep('bump', ['Bump'], (_event, context) => { context.update('n', (n) => (n as number) + 10); })
          .addStep('end', ['End'], (_event, context) => stop(context.get('n')));
        return empty;
      };
      const build = (which: 'small' | 'full') => flying(which === 'small' ? new Workflow('flying') : new Full('flying') as unknown as Small);
      const handler = await build(from).runWithHandler();
      while (workflow.foldLog(handler).get('n') !== 11) await Promise.resolve();
      const text = await snapshot(handler);
      handler.abort();
      block = null;
      const resumed = await resume(build(to), text);
      t.equal((await resumed.result()).data, 11);
      // On the state it saw; and the try begins at once, as after a crash.
      t.deepEqual(seen, [1, 'try 2']);
      const shown: string[] = [];
      for await (const event of resumed) if (event.type === 'Shown') shown.push(event.type);
      t.deepEqual(shown, ['Shown']);
    });
  }

  t.test('a pause begins nothing more, is over when nothing is in flight, and the run goes on in place or elsewhere', async () => {
    let calls = 0;
    let release!: () => void;
    const blocked = new Promise<void>((resolve) => { release = resolve; });
    const build = () => new Workflow('steps')
      .addStep('a', [START], async () => { calls++; await blocked; return { type: 'B' }; })
      .addStep('b', ['B'], () => { calls++; return stop(calls); });
    const handler = await build().runWithHandler();
    while (calls < 1) await Promise.resolve();
    const pausing = pause(handler);
    t.equal(handler.status, 'pausing');
    release();
    await pausing;
    t.equal(handler.status, 'paused');
    t.equal(calls, 1);
    const text = await snapshot(handler);
    t.equal((await (await resume(build(), text)).result()).data, 2);
    resumeInPlace(handler);
    t.equal((await handler.result()).data, 3);
    await pause(handler);
    await t.rejects(snapshot(handler), { type: root.SnapshotError, message: /it is completed/ });
  });

  t.test('a text that was damaged, a newer one, and one of another or a changed workflow are refused with the reason', async () => {
    const text = await saved(small);
    const { SnapshotError, SnapshotVersionMismatchError } = root;
    for (let i = 0; i < text.length; i += 5) {
      const other = String.fromCharCode(text.charCodeAt(i) ^ 1);
      await t.rejects(resume(small(), text.slice(0, i) + other + text.slice(i + 1)), SnapshotError);
      await t.rejects(resume(small(), text.slice(0, i)), SnapshotError);
    }
    for (const bad of ['null', '[]', '{}', '5', text.replace('{"format"', '{"__proto__":{"x":1},"format"')]) await t.rejects(resume(small(), bad), SnapshotError);
    t.equal(({} as { x?: number }).x, undefined);
    await t.rejects(resume(small(), JSON.stringify({ ...JSON.parse(text) as object, v: 99 })), { type: SnapshotVersionMismatchError, message: /its version is 99/ });
    const renamed = new Workflow('else').addStep('ask', [START], () => null);
    await t.rejects(resume(renamed, text), { type: SnapshotError, message: /'order' with workflow 'else'/ });
    await t.rejects(resume(small().addStep('more', ['M'], () => null), text), { type: SnapshotError, message: /step 'more' is new/ });
  });

  t.test('what only the full workflow keeps is refused when it is saved and when it is resumed, never left out', async () => {
    const needed = { type: root.SnapshotError, message: /takes the Workflow of 'blazen-ts\/durable'/ };
    const answer = 'blazen::InputResponseEvent';
    const cases: readonly ((empty: Small) => Small)[] = [
      (empty) => empty.addStep('a', [START], () => ask('q'), limit(2)).addStep('b', [answer], () => stop(1)),
      (empty) => empty.addStep('a', [START], () => [ask('q'), { type: 'Part' }]).addStep('b', ['Part'], () => stop(1), collect(2)),
      (empty) => empty.addStep('a', [START], (_event, context) => scope(context, ask('q'))).addStep('b', [answer], () => stop(1)),
      (empty) => empty.addStep('a', [START], (_event, context) => { context.session.set('n', 1); return ask('q'); }).addStep('b', [answer], () => stop(1)),
    ];
    for (const [i, build] of cases.entries()) {
      const handler = await build(new Workflow('w')).runWithHandler();
      await resting(handler);
      await t.rejects(snapshot(handler), needed);
      handler.abort();
      const rich = await build(new Full('w') as unknown as Small).runWithHandler();
      await resting(rich);
      const text = await snapshot(rich);
      // Plain session values are left behind by the full workflow's policy.
      if (i < 3) await t.rejects(resume(build(new Workflow('w')), text), needed);
      const again = await resume(build(new Full('w') as unknown as Small), text);
      t.equal(again.status, 'running');
      again.abort();
      rich.abort();
    }
    const clock = new testing.FakeClock();
    const timed = (empty: Small) => empty.addStep('a', [START], () => ask('q', { expires_in_ms: 1000 })).addStep('b', [answer], () => stop(1));
    const long = (empty: Small) => empty.addStep('a', [START], async (_event, context) => { await (context as Context).sleep(1000); return stop(1); });
    for (const build of [timed, long]) {
      const handler = await build(new Full('w') as unknown as Small).runWithHandler({}, { clock });
      await resting(handler);
      const text = await snapshot(handler);
      handler.abort();
      await t.rejects(resume(build(new Workflow('w')), text), needed);
      const resumed = await resume(build(new Full('w') as unknown as Small), text, { clock });
      await resting(resumed);
      if (build === timed) resumed.respondToInput('q', 1);
      await clock.advance(1000);
      t.equal((await resumed.result()).data, 1);
    }
  });

  t.test('a resumed run follows a signal and a clock, and its time limit goes on where it stood', async () => {
    const clock = new testing.FakeClock();
    const build = () => new Workflow('slow', { timeoutMs: 1000 })
      .addStep('a', [START], () => ask('q'))
      .addStep('b', ['blazen::InputResponseEvent'], () => new Promise<null>(() => undefined));
    const handler = await build().runWithHandler({}, { clock });
    await resting(handler);
    const text = await snapshot(handler);
    const late = await resume(build(), text, { clock });
    late.respondToInput('q', 1);
    await clock.advance(999);
    t.equal(late.status, 'running');
    await clock.advance(1);
    await t.rejects(late.result(), root.TimeoutError);
    const controller = new AbortController();
    const stopped = await resume(build(), text, { clock, signal: controller.signal });
    controller.abort('enough');
    await t.rejects(stopped.result(), root.AbortedError);
  });
};

export default suite;
