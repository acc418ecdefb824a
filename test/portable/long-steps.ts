import type { Context } from '../../src/durable/index.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });

const suite: Suite<Lib> = (t, { root, testing }) => {
  const { foldLog, readLog, retry, timeout, Workflow } = root;
  const { FakeClock } = testing;

  t.test('what ctx.run gave is kept: a further try gets it and calls nothing, what threw is called again', async () => {
    const calls: string[] = [];
    const workflow = new Workflow('order').addStep('order', [START], async (_event, context) => {
      const list = await context.run('list', async () => { calls.push('list'); return ['a', new Date(5), new Map([['n', 1n]])] as unknown[]; });
      list.push('mine');
      await context.run('pay', () => {
        calls.push('pay');
        if (calls.filter((call) => call === 'pay').length < 3) throw new Error('declined');
      });
      return stop(list);
    }, retry({ maxAttempts: 3, backoffMs: 0 }));
    t.deepEqual((await workflow.run()).data, ['a', new Date(5), new Map([['n', 1n]]), 'mine']);
    t.deepEqual(calls, ['list', 'pay', 'pay', 'pay']);
  });

  t.test('a value that cannot be stored is refused, naming the call, and not kept', async () => {
    const workflow = new Workflow('live').addStep('s', [START], async (_event, context) => {
      await context.run('connect', () => ({ socket: { send: () => 1 } }));
    });
    const error = await t.rejects(workflow.run(), { type: root.StepError, message: /'connect\.socket\.send': it is a function/ }) as Error;
    t.ok(error.cause instanceof root.SerializationError);
  });

  t.test('state written before a call is committed with it, what is written beside it only once', async () => {
    let tries = 0;
    let release!: () => void;
    const blocked = new Promise<void>((resolve) => { release = resolve; });
    const workflow = new Workflow('writes').addStep('s', [START], async (_event, context) => {
      const attempt = ++tries;
      context.set('before', attempt);
      context.update('sum', (sum) => ((sum as number | null) ?? 0) + 1);
      const slow = context.run('slow', async () => { await blocked; return attempt; });
      context.update('sum', (sum) => ((sum as number | null) ?? 0) + 10);
      const quick = context.run('quick', () => attempt);
      context.update('sum', (sum) => ((sum as number | null) ?? 0) + 100);
      await quick;
      release();
      await slow;
      context.update('sum', (sum) => ((sum as number | null) ?? 0) + 1000);
      if (attempt === 1) throw new Error('again');
      return { type: 'End' };
    }, retry({ maxAttempts: 2, backoffMs: 0 })).addStep('end', ['End'], (_event, context) => stop([context.get('before'), context.get('sum')]));
    t.deepEqual((await workflow.run()).data, [1, 1111]);
    t.equal(tries, 2);
  });

  t.test('calls side by side keep their numbers in a further try, whatever order they answered in', async () => {
    // Two chains: the second one's first call answers first, so its second call comes before that of the first chain.
    const calls: string[] = [];
    const releases = new Map<string, () => void>();
    const workflow = new Workflow('chains').addStep('s', [START], async (_event, context) => {
      const work = (name: string) => context.run(name, async () => {
        calls.push(name);
        if (context.attempt === 1) await new Promise<void>((resolve) => { releases.set(name, resolve); });
        return name;
      });
      const chain = async (name: string) => [await work(`${name}1`), await work(`${name}2`), await work(`${name}3`)];
      const chains = Promise.all([chain('a'), chain('b')]);
      if (context.attempt === 1) {
        for (const name of ['b1', 'b2', 'a1', 'a2']) {
          while (!releases.has(name)) await Promise.resolve();
          releases.get(name)?.();
        }
        while (!releases.has('a3')) await Promise.resolve();
        context.sendEvent({ type: 'Sent' });
        throw new Error('again');
      }
      context.sendEvent({ type: 'Sent' });
      return stop((await chains).flat());
    }, retry({ maxAttempts: 2, backoffMs: 0 })).addStep('sent', ['Sent'], () => { calls.push('sent'); });
    const outcome = await workflow.run().then(({ data }) => data, (error: Error) => error.name);
    // The send was call 3 of the second try and call 7 of the first: that is told, and what was done before is not done again.
    t.equal(outcome, 'StepDivergedError');
    t.deepEqual(calls, ['a1', 'b1', 'b2', 'b3', 'a2', 'a3', 'sent']);
    const ordered = new Workflow('chains').addStep('s', [START], async (_event, context) => {
      const chain = async (name: string, turns: number) => {
        const given: string[] = [];
        for (const n of [1, 2, 3]) {
          given.push(await context.run(`${name}${n}`, async () => {
            for (let i = 0; i < (context.attempt === 1 ? turns : 0); i++) await Promise.resolve();
            if (name === 'a' && n === 3 && context.attempt === 1) throw new Error('again');
            return `${name}${n} ${context.attempt}`;
          }));
        }
        return given;
      };
      return stop((await Promise.all([chain('a', 40), chain('b', 3)])).flat());
    }, retry({ maxAttempts: 2, backoffMs: 0 }));
    t.deepEqual((await ordered.run()).data, ['a1 1', 'a2 1', 'a3 2', 'b1 1', 'b2 1', 'b3 1']);
  });

  t.test('a run whose steps only sleep rests, its time limit stands still, and it goes on by itself', async () => {
    const clock = new FakeClock(1000);
    const workflow = new Workflow('nap', { timeoutMs: 5000 }).addStep('s', [START], async (_event, context) => {
      context.set('n', 1);
      await context.sleep(60_000);
      return { type: 'End' };
    }).addStep('end', ['End'], (_event, context) => stop(context.get('n')));
    const handler = await workflow.runWithHandler(undefined, { clock });
    await clock.advance(59_999);
    t.equal(handler.status, 'waiting');
    t.deepEqual([...foldLog(handler)], [['n', 1]]);
    await clock.advance(1);
    t.deepEqual((await handler.result()).data, 1);
    t.equal(clock.pending, 0);
  });

  t.test('a sleep goes on where it was in another process, and is over at once when its time has passed', async () => {
    let starts = 0;
    const build = () => new Workflow('nap').addStep('s', [START], async (_event, context) => {
      starts++;
      await context.sleep(1000);
      const seen = await context.run('now', () => 'woken');
      await context.sleep(1000);
      return stop(seen);
    });
    const first = new FakeClock(0);
    const handler = await build().runWithHandler(undefined, { clock: first });
    await first.advance(400);
    const saved = String(await handler.snapshot());
    handler.abort();
    await first.advance(0);
    t.equal(first.pending, 0);
    const later = new FakeClock(700);
    const resumed = await build().resume(saved, { clock: later });
    await later.advance(200);
    // Its function is not called before it has something to go on with.
    t.deepEqual([starts, resumed.status], [1, 'waiting']);
    await later.advance(100);
    t.deepEqual([starts, resumed.status], [2, 'waiting']);
    const again = String(await resumed.snapshot());
    resumed.abort();
    const late = new FakeClock(1e6);
    t.equal((await (await build().resume(again, { clock: late })).result()).data, 'woken');
    t.equal(starts, 3);
  });

  t.test('waitFor hands over the next event that fits, once, to each call that waits for it', async () => {
    const Reply = root.defineEvent('Reply');
    const clock = new FakeClock();
    const workflow = new Workflow('replies').addStep('s', [START], async (_event, context) => {
      const one = context.waitFor('Reply', { match: { to: 'one' } });
      const other = context.waitFor(Reply, { match: { to: 'other' } });
      const any = context.collect('Reply', 3);
      context.sendEvent({ type: 'Ask' });
      return stop([(await one)['n'], (await other as unknown as { n: number }).n, (await any).map((event) => event['n'])]);
    }).addStep('ask', ['Ask'], () => null);
    const handler = await workflow.runWithHandler(undefined, { clock });
    await clock.advance(0);
    t.equal(handler.status, 'waiting');
    handler.sendEvent({ type: 'Reply', to: 'other', n: 1 });
    handler.sendEvent({ type: 'Reply', to: 'nobody', n: 2 });
    handler.sendEvent({ type: 'Reply', to: 'other', n: 3 });
    await clock.advance(0);
    t.equal(handler.status, 'waiting');
    const resumed = await workflow.resume(await handler.snapshot(), { clock });
    handler.abort();
    resumed.sendEvent({ type: 'Reply', to: 'one', n: 4 });
    t.deepEqual((await resumed.result()).data, [4, 1, [1, 2, 3]]);
  });

  t.test('an event that was emitted before the call does not count, and one that only a call waits for is handled', async () => {
    const workflow = new Workflow('order').addStep('s', [START], async (_event, context) => {
      context.sendEvent({ type: 'N', n: 1 });
      const next = context.waitFor('N');
      context.sendEvent({ type: 'N', n: 2 });
      context.sendEvent({ type: 'N', n: 3 });
      await next;
      return { type: 'Got', n: (await next)['n'] };
    });
    const error = await t.rejects(workflow.run(), root.WorkflowStalledError) as { unhandled: string[] };
    t.deepEqual(error.unhandled, ['N', 'Got']);
    const taken = new Workflow('taken').addStep('s', [START], async (_event, context) => {
      const next = context.waitFor('N');
      context.sendEvent({ type: 'N', n: 2 });
      return { type: 'Got', n: (await next)['n'] };
    });
    t.deepEqual((await t.rejects(taken.run(), root.WorkflowStalledError) as { unhandled: string[] }).unhandled, ['Got']);
  });

  t.test('a wait that takes too long rejects, once, also after a restart', async () => {
    const build = () => new Workflow('patience').addStep('s', [START], async (_event, context) => {
      try {
        return stop(await context.waitFor('Reply', { timeoutMs: 1000 }));
      } catch (error) {
        return stop([(error as Error).name, (error as { code: string }).code, await context.run('then', () => 'gave up')]);
      }
    });
    const clock = new FakeClock();
    const handler = await build().runWithHandler(undefined, { clock });
    await clock.advance(999);
    t.equal(handler.status, 'waiting');
    const saved = String(await handler.snapshot());
    await clock.advance(1);
    t.deepEqual((await handler.result()).data, ['TimeoutError', 'workflow.wait', 'gave up']);
    t.deepEqual([...readLog(handler)].filter(({ type }) => type === 'input.received').length, 1);
    t.deepEqual((await (await build().resume(saved, { clock: new FakeClock(9999) })).result()).data, ['TimeoutError', 'workflow.wait', 'gave up']);
  });

  t.test('an input request that nobody answers in time is closed: a step hears of it, or the run fails', async () => {
    const ask = () => ({ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?', expires_in_ms: 1000 });
    const heard = () => new Workflow('heard').addStep('ask', [START], ask)
      .addStep('late', ['blazen::InputExpiredEvent'], (event) => stop(`late: ${String(event['request_id'])}`))
      .addStep('answer', ['blazen::InputResponseEvent'], (event) => stop(event['response']));
    const clock = new FakeClock(500);
    const handler = await heard().runWithHandler(undefined, { clock });
    await clock.advance(999);
    t.deepEqual(root.openRequests(handler).map((request) => request['expires_at']), [1500]);
    const saved = await handler.snapshot();
    await clock.advance(1);
    t.equal((await handler.result()).data, 'late: q');
    const answered = await heard().resume(saved, { clock: new FakeClock(1499) });
    answered.respondToInput('q', 'yes');
    t.equal((await answered.result()).data, 'yes');
    const late = new FakeClock(1e6);
    const resumed = await heard().resume(saved, { clock: late });
    await late.advance(0);
    t.equal((await resumed.result()).data, 'late: q');
    t.throws(() => resumed.respondToInput('q', 'no'), { type: root.ValidationError, message: /no such input request is open/ });

    const alone = await new Workflow('alone').addStep('ask', [START], ask).runWithHandler(undefined, { clock });
    const failed = t.rejects(alone.result(), { type: root.TimeoutError, message: /'alone' got no answer to input request 'q' in time/ });
    await clock.advance(1000);
    t.equal((await failed as { code: string }).code, 'workflow.input_expired');
    t.equal(clock.pending, 0);

    // One that is sent into the run, too.
    const outside = await new Workflow('outside').addStep('wait', [START], () => ({ type: 'blazen::InputRequestEvent', request_id: 'other', prompt: '?' }))
      .addStep('late', ['blazen::InputExpiredEvent'], (event) => stop(`late: ${String(event['request_id'])}`)).runWithHandler(undefined, { clock });
    await outside.resting();
    outside.sendEvent(ask());
    await outside.resting();
    t.equal(root.openRequests(outside).find((request) => request['request_id'] === 'q')?.['expires_at'], clock.now() + 1000);
    await clock.advance(1000);
    t.equal((await outside.result()).data, 'late: q');
    await t.rejects(new Workflow('bad').addStep('ask', [START], () => ({ ...ask(), expires_in_ms: 'soon' })).run(), /expires_in_ms must be a number of milliseconds, not soon/);
  });

  t.test('a step that does not repeat itself ends the run, naming the call', async () => {
    for (const second of ['name', 'kind', 'return', 'send'] as const) {
      let tries = 0;
      const workflow = new Workflow('diverges').addStep('s', [START], async (_event, context) => {
        tries++;
        if (tries === 1 || second === 'send') await context.run(tries === 1 ? 'a' : 'b', () => 1);
        else if (second === 'name') await context.run('b', () => 1);
        else if (second === 'kind') await context.sleep(5);
        else return stop('early');
        throw new Error('again');
      }, retry({ maxAttempts: 2, backoffMs: 0 }));
      const error = await t.rejects(workflow.run(), { type: root.StepDivergedError, message: /Step 's' ran again and did not repeat itself: call 1 was for run 'a'/ }) as { step: string; commit: number; code: string };
      t.deepEqual([error.step, error.commit, error.code], ['s', 1, 'workflow.step_diverged']);
    }
  });

  t.test('a pause does not wait for a sleep, and nothing wakes while the run is paused', async () => {
    const clock = new FakeClock();
    const handler = await new Workflow('paused').addStep('s', [START], async (_event, context) => { await context.sleep(1000); return stop('done'); }).runWithHandler(undefined, { clock });
    await clock.advance(0);
    await handler.pause();
    await clock.advance(5000);
    t.equal(handler.status, 'paused');
    handler.resumeInPlace();
    await clock.advance(0);
    t.equal((await handler.result()).data, 'done');
  });

  t.test('a time limit of a step, an abort and a stop end what sleeps', async () => {
    const clock = new FakeClock();
    const limited = new Workflow('limited').addStep('s', [START], async (_event, context) => { await context.sleep(1000); return stop('late'); }, timeout(500), retry({ maxAttempts: 2, backoffMs: 100 }));
    const ended = limited.run(undefined, { clock });
    await clock.advance(5000);
    // The sleep of the first try was over at 1,000 ms, before the limit of the second.
    t.equal((await ended).data, 'late');
    const stopped = await new Workflow('stopped').addStep('s', [START], async (_event, context) => { await context.sleep(1e9); })
      .addStep('t', [START], async (_event, context) => { await context.sleep(10); return stop('first'); }).runWithHandler(undefined, { clock });
    const aborted = await new Workflow('aborted').addStep('s', [START], async (_event, context) => { await context.sleep(1e9); }).runWithHandler(undefined, { clock });
    await clock.advance(10);
    t.equal((await stopped.result()).data, 'first');
    aborted.abort();
    await t.rejects(aborted.result(), root.AbortedError);
    t.equal(clock.pending, 0);
  });

  t.test('what is no time, no number and no event to wait for is refused', async () => {
    const attempts: ((context: Context) => Promise<unknown>)[] = [
      (context) => context.sleep(-1), (context) => context.sleep(NaN), (context) => context.sleep(Infinity),
      (context) => context.waitFor('X', { timeoutMs: Infinity }), (context) => context.collect('X', 0),
    ];
    for (const attempt of attempts) {
      const error = await t.rejects(new Workflow('bad').addStep('s', [START], async (_event, context) => { await attempt(context); }).run(), root.StepError) as Error;
      t.ok(error.cause instanceof root.ValidationError);
    }
  });
};

export default suite;
