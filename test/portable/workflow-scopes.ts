import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const STOP = 'blazen::StopEvent';
const ENDED = 'blazen::ScopeEndedEvent';
const FAILED = 'blazen::ScopeFailedEvent';

const stopWith = (result: unknown) => ({ type: STOP, result });
const settle = async (): Promise<void> => { for (let i = 0; i < 60; i++) await Promise.resolve(); };

/** A promise and its resolver: lets a test decide when a step goes on. */
function gate(): { open: () => void; passed: Promise<void> } {
  let open!: () => void;
  const passed = new Promise<void>((resolve) => { open = resolve; });
  return { open, passed };
}

const suite: Suite<Lib> = (t, { root, workflow, durable, testing }) => {
  const { collect, limit, retry, timeout, scope, endScope, cancelScope, readLog } = workflow;

  t.test('a scope of which nothing is left is told by one event', async () => {
    const order: string[] = [];
    const wide = new workflow.Workflow('wide')
      .addStep('open', [START], (_event, ctx) => scope(ctx, [{ type: 'A', n: 1 }, { type: 'A', n: 2 }], { id: 'pair' }))
      .addStep('a', ['A'], async (event) => { await Promise.resolve(); order.push(`a${String(event['n'])}`); return { type: 'B', n: event['n'] }; })
      .addStep('b', ['B'], (event) => { order.push(`b${String(event['n'])}`); })
      .addStep('end', [ENDED], (event) => stopWith([event['scope'], event['result'], ...order]));
    t.deepEqual((await wide.run()).data, ['pair', undefined, 'a1', 'a2', 'b1', 'b2']);
    const nobody = new workflow.Workflow('nobody')
      .addStep('open', [START], (_event, ctx) => scope(ctx, { type: 'Nobody' }))
      .addStep('end', [ENDED], () => stopWith('ended'));
    t.equal((await nobody.run()).data, 'ended');
  });

  t.test('a step that throws ends its scope, and the failure is an event outside', async () => {
    const seen: string[] = [];
    const never = gate();
    const rescue = new workflow.Workflow('rescue')
      .addStep('open', [START], (_event, ctx) => scope(ctx, [{ type: 'Slow' }, { type: 'Risky' }], { id: 'try' }))
      .addStep('slow', ['Slow'], async (_event, ctx) => {
        ctx.signal.addEventListener('abort', () => seen.push((ctx.signal.reason as Error).name));
        await never.passed;
        return stopWith('too late');
      })
      .addStep('risky', ['Risky'], async () => { throw new root.RateLimitError('busy'); })
      .addStep('rescue', [FAILED], (event) => ({ type: 'Rescued', failed: event['data'] }))
      .addStep('end', ['Rescued'], (event) => stopWith(event['failed']));
    const handler = await rescue.runWithHandler();
    const { scope: id, step, error, attempt } = (await handler.result()).data as Record<string, unknown>;
    t.deepEqual([id, step, attempt, error], ['try', 'risky', 1, { name: 'RateLimitError', message: 'busy', code: 'rate_limit' }]);
    await settle();
    t.deepEqual(seen, ['AbortedError']);
    never.open();
    await settle();
    t.equal(handler.status, 'completed');
  });

  t.test('a failure that nobody rescues is one of the scope around, up to the run', async () => {
    const boom = new Error('boom');
    const bare = new workflow.Workflow('bare')
      .addStep('open', [START], (_event, ctx) => scope(ctx, { type: 'Inner' }))
      .addStep('inner', ['Inner'], (_event, ctx) => scope(ctx, { type: 'Risky' }))
      .addStep('risky', ['Risky'], () => { throw boom; });
    const error = await t.rejects(bare.run(), root.StepError) as Error;
    t.equal(error.cause, boom);
    const bad = new workflow.Workflow('bad')
      .addStep('open', [START], (_event, ctx) => scope(ctx, { type: 'Risky' }))
      .addStep('risky', ['Risky'], () => 7 as never)
      .addStep('rescue', [FAILED], (event) => stopWith((event['error'] as Error).name));
    t.equal((await bad.run()).data, 'ValidationError');
  });

  t.test('retries come before the scope, and a step time limit is a failure like any other', async () => {
    const clock = new testing.FakeClock();
    let tries = 0;
    const slow = new workflow.Workflow('slow')
      .addStep('open', [START], (_event, ctx) => scope(ctx, { type: 'Slow' }))
      .addStep('slow', ['Slow'], async (_event, { signal }) => { tries++; await new Promise((resolve) => { signal.addEventListener('abort', resolve); }); return null; },
        retry({ maxAttempts: 3, backoffMs: 10 }), timeout(5))
      .addStep('rescue', [FAILED], (event) => stopWith([(event['error'] as { code: string }).code, event['attempt']]));
    const run = slow.run(undefined, { clock });
    await clock.advance(100);
    t.deepEqual((await run).data, ['workflow.step_timeout', 3]);
    t.equal(tries, 3);
    t.equal(clock.pending, 0);
  });

  t.test('race: the first to end the scope wins, whatever the others were doing', async () => {
    const never = gate();
    const aborted: string[] = [];
    const race = new workflow.Workflow('race')
      .addStep('open', [START], (_event, ctx) => scope(ctx, ['slow', 'fast', 'asks', 'late'].map((name) => ({ type: name })), { id: 'race' }))
      .addStep('slow', ['slow'], async (_event, ctx) => { ctx.signal.addEventListener('abort', () => aborted.push('slow')); await never.passed; return endScope(ctx, 'slow'); })
      .addStep('asks', ['asks'], () => ({ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' }))
      .addStep('fast', ['fast'], async (_event, ctx) => { await Promise.resolve(); return [{ type: 'Said' }, endScope(ctx, 'fast'), { type: 'Unsaid' }]; })
      .addStep('late', ['late'], async (_event, ctx) => { await never.passed; ctx.sendEvent({ type: 'Unsaid' }); return endScope(ctx, 'late'); })
      .addStep('said', ['Said', 'Unsaid'], (event) => { aborted.push(`ran ${event.type}`); })
      .addStep('end', [ENDED], (event) => ({ type: 'Result', value: event['result'] }))
      .addStep('stop', ['Result'], (event) => stopWith(event['value']));
    const handler = await race.runWithHandler();
    t.equal((await handler.result()).data, 'fast');
    t.deepEqual(workflow.openRequests(handler), []);
    never.open();
    await settle();
    // Said was queued in the scope when it ended.
    t.deepEqual(aborted, ['slow']);
    const outside = new workflow.Workflow('outside').addStep('a', [START], (_event, ctx) => endScope(ctx));
    await t.rejects(outside.run(), /Cannot end a scope: step 'a' is in none/);
  });

  t.test('FirstCompletes: failures count only when all have failed', async () => {
    const firstCompletes = (outcomes: Record<string, 'fails' | 'wins'>) => new workflow.Workflow('first')
      .addStep('open', [START], (_event, ctx) => scope(ctx, { type: 'Branches', left: Object.keys(outcomes).length }, { id: 'all' }))
      .addStep('branches', ['Branches'], (_event, ctx) => Object.keys(outcomes).flatMap((name) => scope(ctx, { type: 'Branch', name }, { id: name })))
      .addStep('branch', ['Branch'], async (event, ctx) => {
        await Promise.resolve();
        const name = event['name'] as string;
        if (outcomes[name] === 'fails') throw new Error(name);
        return endScope(ctx, name);
      })
      // Of a branch in the scope of all; of all outside.
      .addStep('won', [ENDED], (event, ctx) => (event['scope'] === 'all' ? stopWith(event['result']) : endScope(ctx, event['result'])))
      .addStep('lost', [FAILED], (event, ctx) => {
        if (event['scope'] === 'all') throw new Error((event['error'] as Error).message);
        if (ctx.update('lost', (n) => Number(n ?? 0) + 1) === Object.keys(outcomes).length) throw new Error(`all failed, ${String(event['scope'])} last`);
        return null;
      }, limit(1));
    t.equal((await firstCompletes({ a: 'fails', b: 'wins', c: 'wins' }).run()).data, 'b');
    await t.rejects(firstCompletes({ a: 'fails', b: 'fails' }).addStep('all', ['Never'], () => null).run(), /all failed, b last/);
  });

  t.test('an owner cancels a scope, with everything nested in it', async () => {
    const never = gate();
    let working = 0;
    const nested = new workflow.Workflow('nested')
      .addStep('open', [START], (_event, ctx) => [...scope(ctx, { type: 'Outer' }, { id: 'job' }), { type: 'Boss' }])
      .addStep('outer', ['Outer'], (_event, ctx) => scope(ctx, [{ type: 'Work' }, { type: 'Work' }]))
      .addStep('work', ['Work'], async (_event, ctx) => { working++; ctx.signal.addEventListener('abort', () => working--); await never.passed; return stopWith('worked'); })
      .addStep('boss', ['Boss'], async () => { await settle(); return [cancelScope('job', 'not needed'), cancelScope('unknown')]; })
      .addStep('told', [FAILED], async (event) => { await settle(); return stopWith([event['scope'], event['step'], event['error'], working]); });
    t.deepEqual((await nested.run()).data, ['job', null, { name: 'AbortedError', message: 'not needed', code: 'aborted' }, 0]);
    const waits = new workflow.Workflow('waits')
      .addStep('open', [START], (_event, ctx) => scope(ctx, { type: 'Work' }, { id: 'job' }))
      .addStep('work', ['Work'], async () => { await never.passed; })
      .addStep('told', [FAILED], (event) => stopWith(event['scope']));
    const handler = await waits.runWithHandler();
    await settle();
    handler.sendEvent(cancelScope('job'));
    t.equal((await handler.result()).data, 'job');
  });

  t.test('a dropped scope frees its places, its retries and its requests', async () => {
    const clock = new testing.FakeClock();
    const pool = limit(1);
    const never = gate();
    const tidy = new workflow.Workflow('tidy')
      .addStep('open', [START], (_event, ctx) => [...scope(ctx, [{ type: 'Work' }, { type: 'Work' }, { type: 'Flaky' }], { id: 'a' }), { type: 'Cancel' }])
      .addStep('work', ['Work'], async (event) => { if (event['free']) return stopWith('free'); await never.passed; return null; }, pool)
      .addStep('flaky', ['Flaky'], () => { throw new Error('busy'); }, retry({ maxAttempts: 9, backoffMs: 1000 }))
      .addStep('cancel', ['Cancel'], async () => { await settle(); return [cancelScope('a'), { type: 'Work', free: true }]; })
      .addStep('told', [FAILED], () => null);
    const run = tidy.run(undefined, { clock });
    await clock.advance(1);
    t.equal((await run).data, 'free');
    t.equal(clock.pending, 0);
  });

  t.test('an answer goes to the scope that asked, and a scope waits for it', async () => {
    const asks = new workflow.Workflow('asks')
      .addStep('open', [START], (_event, ctx) => scope(ctx, { type: 'Ask' }, { id: 'talk' }))
      .addStep('ask', ['Ask'], () => ({ type: 'blazen::InputRequestEvent', prompt: '?' }))
      .addStep('answer', ['blazen::InputResponseEvent'], (event, ctx) => endScope(ctx, event['response']))
      .addStep('end', [ENDED], (event) => stopWith(event['result']));
    const handler = await asks.runWithHandler();
    while (handler.status !== 'waiting') await Promise.resolve();
    handler.respondToInput(String(workflow.openRequests(handler)[0]?.['request_id']), 'fine');
    t.equal((await handler.result()).data, 'fine');
  });

  t.test('events are collected per scope', async () => {
    const joins = new workflow.Workflow('joins')
      .addStep('open', [START], (_event, ctx) => ['x', 'y'].flatMap((name) => scope(ctx, [1, 2].map((n) => ({ type: 'Part', part: `${name}${n}` })), { id: name })))
      .addStep('part', ['Part'], async (event) => { await Promise.resolve(); return { type: 'Made', part: event['part'] }; })
      .addStep('join', ['Made'], (event, ctx) => endScope(ctx, (event['events'] as { part: string }[]).map(({ part }) => part)), collect(2))
      .addStep('both', [ENDED], (event) => stopWith((event['events'] as { result: unknown }[]).map(({ result }) => result)), collect(2));
    t.deepEqual((await joins.run()).data, [['x1', 'x2'], ['y1', 'y2']]);
  });

  t.test('a StopEvent fixes the result, and the run ends when detached work is over', async () => {
    const paper = gate();
    const done: string[] = [];
    const never = gate();
    const works = new workflow.Workflow('works')
      .addStep('start', [START], (_event, ctx) => [...scope(ctx, { type: 'Audit' }, { id: 'audit', detached: true }), { type: 'Go' }])
      .addStep('audit', ['Audit'], async (_event, ctx) => { done.push(String(ctx.signal.aborted)); await paper.passed; done.push(String(ctx.signal.aborted)); return { type: 'Filed' }; })
      .addStep('filed', ['Filed'], async () => { await Promise.resolve(); done.push('filed'); return stopWith('too late'); })
      .addStep('other', ['Go'], async (_event, ctx) => { ctx.signal.addEventListener('abort', () => done.push('aborted')); await never.passed; return null; })
      .addStep('go', ['Go'], () => stopWith('fixed'));
    const handler = await works.runWithHandler();
    await settle();
    t.equal(handler.status, 'running');
    t.deepEqual(done, ['false', 'aborted']);
    paper.open();
    t.equal((await handler.result()).data, 'fixed');
    t.deepEqual(done, ['false', 'aborted', 'false', 'filed']);
    const shown: string[] = [];
    for await (const event of handler) shown.push(event.type);
    t.deepEqual(shown, ['Audit', 'Go', 'Filed', ENDED]);
    t.deepEqual([...readLog(handler)].at(-1)?.status, 'completed');
  });

  t.test('detached work that fails is shown and never fails the run; abort and the time limit stop it', async () => {
    const fails = new workflow.Workflow('fails')
      .addStep('start', [START], (_event, ctx) => [...scope(ctx, { type: 'Audit' }, { detached: true, id: 'audit' }), stopWith('fine')])
      .addStep('audit', ['Audit'], async () => { throw new Error('no paper'); });
    const handler = await fails.runWithHandler();
    const shown: unknown[] = [];
    for await (const event of handler) shown.push(event.type === FAILED ? (event as unknown as { error: Error }).error.message : event.type);
    t.equal((await handler.result()).data, 'fine');
    t.deepEqual(shown, ['Audit', 'no paper']);

    const clock = new testing.FakeClock();
    for (const end of ['abort', 'timeout', 'late']) {
      let reason: unknown = null;
      const hangs = new workflow.Workflow('hangs', { timeoutMs: 1000 })
        .addStep('start', [START], (_event, ctx) => [...scope(ctx, { type: 'Audit' }, { detached: true }), ...(end === 'late' ? [] : [stopWith('fine')])])
        .addStep('audit', ['Audit'], async (_event, ctx) => { await new Promise((resolve) => { ctx.signal.addEventListener('abort', resolve); }); reason = ctx.signal.reason; });
      const hanging = await hangs.runWithHandler(undefined, { clock });
      await settle();
      t.equal(hanging.status, 'running');
      if (end === 'abort') hanging.abort('enough');
      else await clock.advance(1000);
      // The result was fixed before.
      if (end === 'late') await t.rejects(hanging.result(), root.TimeoutError);
      else t.equal((await hanging.result()).data, 'fine');
      await settle();
      t.ok(reason !== null);
    }
  });

  t.test('scopes survive a snapshot anywhere: in flight, waiting, collecting, cancelled and with a result', async () => {
    for (let moment = 0; moment < 30; moment++) {
      const build = () => new durable.Workflow('kept', { policies: [limit(2)] })
        .addStep('start', [START], (_event, ctx) => [...scope(ctx, { type: 'Audit' }, { id: 'audit', detached: true }), ...['x', 'y'].flatMap((name) => scope(ctx, [1, 2].map((n) => ({ type: 'Part', part: `${name}${n}` })), { id: name }))])
        .addStep('audit', ['Audit'], async () => { await settle(); return { type: 'Filed' }; })
        .addStep('filed', ['Filed'], async (_event, ctx) => { await settle(); ctx.set('filed', true); throw new Error('late'); })
        .addStep('part', ['Part'], async (event) => { await Promise.resolve(); if (event['part'] === 'y2') throw new Error('y2'); return { type: 'Made', part: event['part'] }; })
        .addStep('join', ['Made'], (event, ctx) => endScope(ctx, (event['events'] as { part: string }[]).map(({ part }) => part)), collect(2))
        .addStep('both', [ENDED, FAILED], (event) => (event['scope'] === 'audit' ? null : { type: 'Told', how: event['result'] ?? (event['error'] as Error).message }))
        .addStep('told', ['Told'], (event) => stopWith((event['events'] as { how: unknown }[]).map(({ how }) => JSON.stringify(how)).sort()), collect(2));
      const handler = await build().runWithHandler();
      for (let i = 0; i < moment * 5 && handler.status === 'running'; i++) await Promise.resolve();
      let saved = handler;
      if (handler.status === 'running') {
        const snapshot = moment % 2 ? await (await handler.snapshot()).toBytes() : String(await handler.snapshot());
        handler.abort();
        await handler.result().catch(() => undefined);
        saved = await build().resume(snapshot);
      }
      t.deepEqual((await saved.result()).data, ['"y2"', '["x1","x2"]'], `saved after ${moment * 5} turns`);
    }
  });

  t.test('what sleeps and waits in a scope is dropped with it', async () => {
    const clock = new testing.FakeClock();
    const naps = new durable.Workflow('naps')
      .addStep('open', [START], (_event, ctx) => [...scope(ctx, [{ type: 'Nap' }, { type: 'Wait' }, { type: 'Ask' }], { id: 'a' }), { type: 'Watch' }])
      .addStep('nap', ['Nap'], async (_event, ctx) => { await ctx.sleep(1_000_000); return stopWith('slept'); })
      .addStep('wait', ['Wait'], async (_event, ctx) => { await ctx.waitFor('Signal'); return stopWith('waited'); })
      .addStep('ask', ['Ask'], () => ({ type: 'blazen::InputRequestEvent', prompt: '?', timeoutMs: 5000 }))
      .addStep('watch', ['Watch'], async (_event, ctx) => { await ctx.sleep(1000); return cancelScope('a'); })
      .addStep('told', [FAILED], (event) => stopWith(event['scope']));
    const handler = await naps.runWithHandler(undefined, { clock });
    await settle();
    const saved = String(await handler.snapshot());
    await clock.advance(1000);
    t.equal((await handler.result()).data, 'a');
    t.equal(clock.pending, 0);
    const resumed = await naps.resume(saved, { clock });
    await clock.advance(1000);
    t.equal((await resumed.result()).data, 'a');
    t.equal(clock.pending, 0);
  });

  t.test('the scope of an event from outside, a forwarded event and a wrong id', async () => {
    const odd = new workflow.Workflow('odd')
      .addStep('open', [START], (_event, ctx) => scope(ctx, { type: 'A' }, { id: 's' }))
      .addStep('a', ['A'], (event, ctx) => (event['again'] ? null : [{ ...event, again: true }, ...scope(ctx, { type: 'B' }, { id: 's' })]))
      .addStep('b', ['B'], (event) => ({ type: 'C', from: event['blazen::scope'] }))
      .addStep('c', ['C'], (event, ctx) => { ctx.set('from', [event['from'] as string, event['blazen::scope'] as string]); })
      .addStep('end', [ENDED], (event, ctx) => (event['blazen::scope'] === undefined ? stopWith(ctx.get('from')) : null));
    t.deepEqual((await odd.run()).data, ['/s/s', '/s/s']);
    const wrong = new workflow.Workflow('wrong').addStep('open', [START], (_event, ctx) => scope(ctx, { type: 'A' }, { id: 'a/b' }));
    await t.rejects(wrong.run(), /Cannot open scope 'a\/b'/);
    const foreign = new workflow.Workflow('foreign')
      .addStep('open', [START], (_event, ctx) => [...scope(ctx, { type: 'A' }), { type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' }])
      .addStep('note', ['Note'], (event) => stopWith(event['blazen::scope'] ?? 'the run'));
    const handler = await foreign.runWithHandler();
    while (handler.status !== 'waiting') await Promise.resolve();
    handler.sendEvent({ type: 'Note', 'blazen::scope': '/of/another/run' });
    t.equal((await handler.result()).data, 'the run');
  });
};

export default suite;
