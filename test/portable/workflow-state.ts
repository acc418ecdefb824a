// The reference documents await what is synchronous here; awaiting it must be harmless.
/* oxlint-disable typescript/await-thenable */
import type { Clock } from '../../src/base/clock.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });

const suite: Suite<Lib> = (t, { workflow, root }) => {
  const { Workflow, collect, foldLog, readLog } = workflow;

  t.test('a step reads the state as it was when it was dispatched, plus its own writes', async () => {
    const seen: unknown[] = [];
    const frozen = new Workflow('frozen')
      .addStep('start', [START], (_event, context) => { context.set('n', 0); return [1, 2, 3].map((i) => ({ type: 'W', i })); })
      .addStep('w', ['W'], async (event, context) => {
        for (let i = 0; i < (event['i'] as number); i++) await Promise.resolve();
        seen.push(context.get('n'));
        context.set('n', event['i'] as number);
        seen.push(context.get('n'));
        return { type: 'R' };
      })
      .addStep('r', ['R'], (_event, context) => stop(context.get('n')), collect(3));
    t.equal((await frozen.run()).data, 3);
    t.deepEqual(seen, [0, 1, 0, 2, 0, 3]);
  });

  t.test('concurrent updates of one value are never lost', async () => {
    const counting = new Workflow('counting')
      .addStep('start', [START], () => Array.from({ length: 200 }, () => ({ type: 'W' })))
      .addStep('w', ['W'], async (_event, context) => {
        await Promise.resolve();
        t.equal(context.state.update('n', (n) => ((n as number | null) ?? 0) + 1), 1);
        context.update('n', (n) => (n as number) + 1);
        return { type: 'R' };
      })
      .addStep('r', ['R'], (_event, context) => stop(context.get('n')), collect(200));
    t.equal((await counting.run()).data, 400);
  });

  t.test('writes of a step become visible together with the events it sends', async () => {
    const seen: unknown[] = [];
    const sending = new Workflow('sending')
      .addStep('s', [START], async (_event, context) => {
        context.set('a', 1);
        context.sendEvent({ type: 'Look' });
        await Promise.resolve();
        context.set('a', 2);
        await context.checkpoint();
        context.sendEvent({ type: 'Look' });
        await Promise.resolve();
        context.set('a', 3);
        return { type: 'Look' };
      })
      .addStep('look', ['Look'], (_event, context) => { seen.push(context.get('a')); return seen.length === 3 ? stop(null) : null; });
    await sending.run();
    t.deepEqual(seen, [1, 2, 3]);
  });

  t.test('a failed step leaves no write behind', async () => {
    const failing = new Workflow('failing')
      .addStep('fan', [START], () => [{ type: 'Bad' }, { type: 'Look' }])
      .addStep('bad', ['Bad'], (_event, context) => { context.set('x', 'half'); throw new Error('no'); }, workflow.retry({ maxAttempts: 2, backoffMs: 60_000 }))
      .addStep('look', ['Look'], (_event, context) => stop(context.get('x')));
    t.equal((await failing.run()).data, null);
  });

  t.test('values that a snapshot could not hold are refused when they are set, with their path', async () => {
    class Live { value = 1; }
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const cases: [unknown, RegExp][] = [
      [() => 1, /'k': it is a function/], [{ a: [new Live()] }, /'k\.a\.0': it is an instance of a class/],
      [new Map([['m', Symbol('s')]]), /'k\..*': it is a symbol/], [cyclic, /nested too deep/], [Promise.resolve(), /instance of a class/],
    ];
    for (const [value, message] of cases) {
      const bad = new Workflow('bad').addStep('s', [START], (_event, context) => { context.set('k', value as never); return stop(null); });
      const error = await t.rejects(bad.run(), root.StepError) as Error;
      t.ok(error.cause instanceof root.SerializationError);
      t.ok(message.test((error.cause as Error).message), (error.cause as Error).message);
    }
  });

  t.test('state holds what the reference documents name, and bytes', async () => {
    const documented = new Workflow('documented')
      .addStep('setup', [START], async (_event, ctx) => {
        await ctx.state.set('counter', 5);
        await ctx.state.setBytes('thumb', new Uint8Array([1, 2]));
        await ctx.set('documents', ['a', 'b']);
        await ctx.session.set('reqId', 'abc');
        ctx.state.set('k', 'state-value');
        ctx.session.set('k', 'session-value');
        return { type: 'Next' };
      })
      .addStep('read', ['Next'], async (_event, ctx) => stop([
        await ctx.state.get('counter'), await ctx.get('documents'), ctx.get('thumb'), ctx.state.getBytes('thumb'), ctx.getBytes('counter'),
        await ctx.session.has('reqId'), ctx.state.get('k'), ctx.session.get('k'), ctx.get('missing'), ctx.session.get('missing'),
        typeof await ctx.runId(),
      ]));
    const bytes = new Uint8Array([1, 2]);
    t.deepEqual((await documented.run()).data, [5, ['a', 'b'], bytes, bytes, null, true, 'state-value', 'session-value', null, null, 'string']);
  });

  t.test('session values keep their identity and are shared by the steps of one run only', async () => {
    const live = new Map();
    const sharing = new Workflow('sharing')
      .addStep('a', [START], (event, ctx) => { if (event['put']) ctx.session.set('live', live); return { type: 'B' }; })
      .addStep('b', ['B'], (_event, ctx) => { const got = ctx.session.get('live'); ctx.session.remove('live'); return stop([got === live, ctx.session.has('live')]); });
    t.deepEqual((await sharing.run({ put: true })).data, [true, false]);
    t.deepEqual((await sharing.run({ put: false })).data, [false, false]);
  });

  t.test('a value set to undefined is gone', async () => {
    const deleting = new Workflow('deleting')
      .addStep('a', [START], (_event, ctx) => { ctx.set('x', 1); return { type: 'B' }; })
      .addStep('b', ['B'], (_event, ctx) => { ctx.set('x', undefined); t.equal(ctx.get('x'), null); return { type: 'C' }; })
      .addStep('c', ['C'], (_event, ctx) => stop(ctx.get('x')));
    t.equal((await deleting.run()).data, null);
  });

  t.test('the log is gap-free, names the emitter of each execution, and folds to the state', async () => {
    const logged = new Workflow('logged', { historySize: 32 })
      .addStep('start', [START], (_event, context) => { context.set('sum', 0); return { type: 'N', n: 1 }; })
      .addStep('n', ['N'], (event, context) => {
        const n = event['n'] as number;
        context.set(`k${n % 7}`, n);
        context.update('sum', (sum) => (sum as number) + n);
        return n < 200 ? { type: 'N', n: n + 1 } : { type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '' };
      });
    const handler = await logged.runWithHandler();
    while (handler.status === 'running') await Promise.resolve();
    const records = [...readLog(handler)];
    t.ok(records.length >= 32 && records.length < 64);
    records.forEach((record, i) => { t.equal(record.seq, (records[0] as { seq: number }).seq + i); });
    t.equal(records.at(-1)?.seq, 202);
    for (const record of records.slice(1)) t.equal(record.parentSeq, record.seq - 1);
    const expected = new Map<string, unknown>([['sum', 20_100]]);
    for (let n = 1; n <= 200; n++) expected.set(`k${n % 7}`, n);
    t.equal(foldLog(handler).size, expected.size);
    for (const [key, value] of foldLog(handler)) t.equal(value, expected.get(key));
    handler.abort();
    const end = [...readLog(handler)].at(-1);
    t.deepEqual([end?.type, end?.status], ['run.ended', 'aborted']);
  });

  t.test('a record of the log tells when it was made, also in a step that takes its time', async () => {
    let now = 1000;
    const clock: Clock = { now: () => now, after: () => null, cancel: () => undefined };
    const pause = async (ms: number): Promise<void> => { await Promise.resolve(); now += ms; };
    const slow = new Workflow('slow')
      .addStep('work', [START], async (_event, context) => {
        await pause(30);
        context.sendEvent({ type: 'Half' });
        await pause(12);
        return { type: 'Done' };
      })
      .addStep('half', ['Half'], () => null)
      .addStep('stop', ['Done'], () => ({ type: 'blazen::StopEvent', result: null }));
    const handler = await slow.runWithHandler({}, { clock });
    await handler.result();
    t.deepEqual([...readLog(handler)].map(({ type, step, ts, began }) => [type, step, ts, began]), [
      ['run.started', undefined, 1000, undefined],
      ['step.committed', 'work', 1030, 1000],
      ['step.committed', 'half', 1030, 1030],
      ['step.committed', 'work', 1042, 1000],
      ['step.committed', 'stop', 1042, 1042],
      ['run.ended', undefined, 1042, undefined],
    ]);
  });
};

export default suite;
