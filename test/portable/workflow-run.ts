import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const STOP = 'blazen::StopEvent';

/** A promise and its resolver: lets a test decide when a step goes on. */
function gate(): { open: () => void; passed: Promise<void> } {
  let open!: () => void;
  const passed = new Promise<void>((resolve) => { open = resolve; });
  return { open, passed };
}

const suite: Suite<Lib> = (t, { workflow, events, testing, root }) => {
  const { Workflow, collect, limit, retry, timeout, readLog } = workflow;
  const stopWith = (result: unknown) => ({ type: STOP, result });

  t.test('a chain of steps hands events on and gives the result of its StopEvent', async () => {
    const greeting = new Workflow('greeting')
      .addStep('parse', [START], (event) => ({ type: 'Greet', name: event['name'] ?? 'World' }))
      .addStep('greet', ['Greet'], async (event) => stopWith(`Hello, ${String(event['name'])}!`));
    t.deepEqual(await greeting.run({ name: 'Ada' }), { type: STOP, data: 'Hello, Ada!' });
    t.deepEqual(await greeting.run(), { type: STOP, data: 'Hello, World!' });
  });

  t.test('an event starts every step that accepts it, in the order the steps were added', async () => {
    const order: string[] = [];
    const wide = new Workflow('wide')
      .addStep('fan', [START], () => [{ type: 'A', n: 1 }, { type: 'A', n: 2 }])
      .addStep('first', ['A'], (event) => { order.push(`first ${String(event['n'])}`); })
      .addStep('second', ['A'], (event) => { order.push(`second ${String(event['n'])}`); return event['n'] === 2 ? stopWith(null) : null; });
    await wide.run();
    t.deepEqual(order, ['first 1', 'second 1', 'first 2', 'second 2']);
  });

  t.test('the first StopEvent wins and aborts what is still in flight', async () => {
    let reason: unknown;
    const never = gate();
    const race = new Workflow('race')
      .addStep('fan', [START], () => [{ type: 'Slow' }, { type: 'Fast' }])
      .addStep('slow', ['Slow'], async (_event, context) => {
        context.signal.addEventListener('abort', () => { reason = context.signal.reason; });
        await never.passed;
        return stopWith('slow');
      })
      .addStep('fast', ['Fast'], async () => [stopWith('fast'), stopWith('second stop')]);
    const handler = await race.runWithHandler();
    t.equal((await handler.result()).data, 'fast');
    t.equal(reason, 'fast');
    never.open();
    t.equal((await handler.result()).data, 'fast');
  });

  t.test('a result keeps its identity', async () => {
    const result = { live: () => 7 };
    t.equal((await new Workflow('same').addStep('s', [START], () => stopWith(result)).run()).data, result);
  });

  t.test('a run with nothing left to do stalls at once and names the events nobody took', async () => {
    const lost = new Workflow('lost').addStep('s', [START], () => [{ type: 'Nobody' }, { type: 'Else' }]);
    const error = await t.rejects(lost.run(), { type: root.WorkflowStalledError, message: /'lost' stalled: no step accepts Nobody; no step accepts Else/ });
    t.deepEqual((error as { unhandled: string[] }).unhandled, ['Nobody', 'Else']);
    await t.rejects(new Workflow('silent').addStep('s', [START], () => null).run(), { type: root.WorkflowStalledError, message: /no event was given/ });
    const short = new Workflow('short')
      .addStep('fan', [START], () => [{ type: 'R' }, { type: 'R' }, { type: 'R' }])
      .addStep('join', ['R'], () => stopWith(1), collect(5));
    await t.rejects(short.run(), /step 'join' has 3 of 5 R/);
  });

  t.test('a step that throws fails the run with the step, the event and the cause', async () => {
    const boom = new Error('boom');
    for (const fail of [() => { throw boom; }, async () => { throw boom; }]) {
      const error = await t.rejects(new Workflow('bad').addStep('work', [START], fail).run(), root.StepError) as InstanceType<typeof root.StepError>;
      t.deepEqual([error.step, error.eventType, error.attempt, error.cause], ['work', START, 1, boom]);
    }
  });

  t.test('a step that gives something else than an event fails the run, whatever its retry policy', async () => {
    let calls = 0;
    for (const output of [7, 'text', true, {}, { type: 3 }, [{ type: 'A' }, null]]) {
      const bad = new Workflow('bad').addStep('s', [START], () => { calls++; return output as never; }, retry(5));
      const error = await t.rejects(bad.run(), root.StepError) as InstanceType<typeof root.StepError>;
      t.ok(error.cause instanceof root.ValidationError);
    }
    t.equal(calls, 6);
  });

  t.test('wrong definitions and inputs are refused with a clear error', async () => {
    const wf = new Workflow('w').addStep('a', [START], () => null);
    t.throws(() => wf.addStep('a', ['B'], () => null), { type: root.ValidationError, message: /'a': the name is taken/ });
    t.throws(() => wf.addStep('', ['B'], () => null), root.ValidationError);
    t.throws(() => wf.addStep('b', [], () => null), root.ValidationError);
    t.throws(() => wf.addStep('b', [undefined as never], () => null), root.ValidationError);
    t.throws(() => wf.addStep('b', ['B'], 'no function' as never), root.ValidationError);
    for (const make of [() => retry(0), () => timeout(0), () => limit(0), () => retry(Number.NaN)]) t.throws(make, root.ValidationError);
    for (const input of ['text', 7, [1]]) {
      await t.rejects(wf.run(input as never), { type: root.ValidationError, message: /its input must be an object/ });
      await t.rejects(wf.runWithHandler(input as never), root.ValidationError);
    }
  });

  t.test('an unknown event sent from outside is refused, or named by the stall', async () => {
    const parked = new Workflow('parked').addStep('ask', [START], () => ({ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' }));
    const handler = await parked.runWithHandler();
    t.throws(() => handler.sendEvent(42 as never), root.ValidationError);
    handler.sendEvent({ type: 'Mystery' });
    handler.respondToInput('q', 'yes');
    await t.rejects(handler.result(), /no step accepts Mystery; no step accepts blazen::InputResponseEvent/);
    t.throws(() => handler.sendEvent({ type: 'Late' }), /Cannot send Late: the run is failed/);
  });

  t.test('abort ends a run with the reason as cause, once', async () => {
    const never = gate();
    const slow = new Workflow('slow').addStep('s', [START], async () => { await never.passed; });
    const handler = await slow.runWithHandler();
    handler.abort('enough');
    handler.abort('again');
    const error = await t.rejects(handler.result(), root.AbortedError) as Error;
    t.equal(error.cause, 'enough');
    t.equal(handler.status, 'aborted');
    const already = AbortSignal.abort('before');
    await t.rejects(slow.run(undefined, { signal: already }), root.AbortedError);
    const later = new AbortController();
    const run = slow.run(undefined, { signal: later.signal });
    later.abort('while running');
    t.equal((await t.rejects(run, root.AbortedError) as Error).cause, 'while running');
  });

  t.test('the run timeout ends a run that takes too long and not one that waits for a human', async () => {
    const never = gate();
    const clock = new testing.FakeClock();
    const slow = new Workflow('slow', { timeoutMs: 1000 }).addStep('s', [START], async () => { await never.passed; });
    const run = t.rejects(slow.run(undefined, { clock }), { type: root.TimeoutError, message: /longer than 1000 ms/ });
    await clock.advance(1000);
    await run;
    const asks = new Workflow('asks', { timeoutMs: 1000 })
      .addStep('ask', [START], () => ({ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' }))
      .addStep('answer', ['blazen::InputResponseEvent'], (event) => stopWith(event['response']));
    const handler = await asks.runWithHandler(undefined, { clock });
    await clock.advance(1_000_000);
    t.equal(handler.status, 'waiting');
    t.equal(clock.pending, 0);
    handler.respondToInput('q', 'still here');
    t.equal((await handler.result()).data, 'still here');
    const unlimited = new Workflow('u').setTimeout(0).addStep('s', [START], async () => { await never.passed; });
    const open = await unlimited.runWithHandler(undefined, { clock });
    await clock.advance(10_000_000);
    t.equal(open.status, 'running');
    open.abort();
  });

  t.test('a step time limit aborts its signal and fails the try', async () => {
    const clock = new testing.FakeClock();
    let aborted: unknown;
    const slow = new Workflow('slow').addStep('s', [START], async (_event, { signal }) => {
      await new Promise((resolve) => { signal.addEventListener('abort', resolve); });
      aborted = signal.reason;
      throw new Error('too late to matter');
    }, timeout(50));
    const run = t.rejects(slow.run(undefined, { clock }), root.StepError);
    await clock.advance(50);
    const error = await run as Error;
    t.ok(error.cause instanceof root.TimeoutError);
    t.equal(aborted, error.cause);
    t.equal(clock.pending, 0);
  });

  t.test('a retried step waits longer each time, sees the same state and does not repeat what it committed', async () => {
    const clock = new testing.FakeClock();
    const seen: unknown[] = [];
    let sent = 0;
    const flaky = new Workflow('flaky')
      .addStep('s', [START], async (_event, context) => {
        seen.push([context.attempt, context.get('x'), clock.now()]);
        context.set('x', 1);
        context.sendEvent({ type: 'Sent' });
        context.update('count', (count) => ((count as number | null) ?? 0) + 1);
        context.writeEventToStream({ type: 'Shown' });
        if (context.attempt < 4) throw new Error('not yet');
        return { type: 'Done' };
      }, retry({ maxAttempts: 4, backoffMs: 10, maxBackoffMs: 25 }))
      .addStep('sent', ['Sent'], () => { sent++; })
      .addStep('done', ['Done'], (_event, context) => stopWith([context.get('x'), context.get('count')]));
    const handler = await flaky.runWithHandler(undefined, { clock });
    await clock.advance(100);
    t.deepEqual((await handler.result()).data, [1, 1]);
    t.deepEqual(seen, [[1, null, 0], [2, null, 10], [3, null, 30], [4, null, 55]]);
    t.equal(sent, 1);
    const shown: string[] = [];
    for await (const event of handler) shown.push(event.type);
    t.deepEqual(shown, ['Sent', 'Shown', 'Done']);
    t.deepEqual([...readLog(handler)].filter((record) => record.type === 'step.retried').map((record) => record.attempt), [1, 2, 3]);
  });

  t.test('retryOn decides which errors are tried again', async () => {
    const clock = new testing.FakeClock();
    let calls = 0;
    const picky = new Workflow('picky').addStep('s', [START], () => { calls++; throw new Error(calls === 1 ? 'busy' : 'broken'); },
      retry({ maxAttempts: 9, retryOn: (error) => (error as Error).message === 'busy' }));
    const run = t.rejects(picky.run(undefined, { clock }), /attempt 2: broken/);
    await clock.advance(1000);
    await run;
    t.equal(calls, 2);
  });

  t.test('a limited step never has more executions in flight and takes its events in order', async () => {
    let now = 0, most = 0;
    const order: unknown[] = [];
    const limited = new Workflow('limited')
      .addStep('fan', [START], () => Array.from({ length: 50 }, (_, n) => ({ type: 'W', n })))
      .addStep('w', ['W'], async (event) => {
        most = Math.max(most, ++now);
        order.push(event['n']);
        await Promise.resolve();
        now--;
        return { type: 'R' };
      }, limit(3))
      .addStep('r', ['R'], (event) => stopWith((event['events'] as unknown[]).length), collect(50));
    t.equal((await limited.run()).data, 50);
    t.equal(most, 3);
    t.deepEqual(order, Array.from({ length: 50 }, (_, n) => n));
  });

  t.test('ten thousand synchronous executions of a limited step do not exhaust the stack', async () => {
    const deep = new Workflow('deep')
      .addStep('fan', [START], () => Array.from({ length: 10_000 }, () => ({ type: 'W' })))
      .addStep('w', ['W'], () => ({ type: 'R' }), limit(1))
      .addStep('r', ['R'], (event) => stopWith((event['events'] as unknown[]).length), collect(10_000));
    t.equal((await deep.run()).data, 10_000);
  });

  t.test('collect joins one of each type, in the order of the types, and starts a new round with what is left', async () => {
    const rounds: unknown[] = [];
    const joined = new Workflow('joined')
      .addStep('fan', [START], () => ['B1', 'B2', 'A1', 'A2', 'A3'].map((name) => ({ type: name[0] as string, name })))
      .addStep('join', ['A', 'B'], (event) => {
        t.equal(event.type, events.COLLECTED);
        rounds.push((event['events'] as { name: string }[]).map((item) => item.name));
        return rounds.length === 2 ? stopWith(null) : null;
      }, limit(1), collect(1));
    await joined.run();
    t.deepEqual(rounds, [['A1', 'B1'], ['A2', 'B2']]);
  });

  t.test('a collecting step can take its count from the state', async () => {
    const dynamic = new Workflow('dynamic')
      .addStep('plan', [START], (event, context) => { context.set('n', event['n'] as number); return Array.from({ length: event['n'] as number }, () => ({ type: 'R' })); })
      .addStep('join', ['R'], (event) => stopWith((event['events'] as unknown[]).length), collect((get) => get('n') as number));
    t.equal((await dynamic.run({ n: 7 })).data, 7);
    await t.rejects(new Workflow('none').addStep('plan', [START], () => ({ type: 'R' })).addStep('join', ['R'], () => null, collect(() => 0)).run(), root.ValidationError);
  });

  t.test('events are the same in both documented spellings', async () => {
    const seen: unknown[] = [];
    const spelled = new Workflow('spelled')
      .addStep('a', [START], (event) => { seen.push(event['n'], (event['data'] as { n: number }).n, event['event_type']); return { type: 'Own', data: { mine: true }, event_type: 'kept' }; })
      .addStep('b', ['Own'], (event) => { seen.push(event['data'], event['event_type'], JSON.stringify(event)); return stopWith(null); });
    await spelled.run({ n: 1 });
    t.deepEqual(seen, [1, 1, START, { mine: true }, 'kept', '{"type":"Own","data":{"mine":true},"event_type":"kept"}']);
  });
};

export default suite;
