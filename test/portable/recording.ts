import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });

const suite: Suite<Lib> = (t, { root, durable, testing }) => {
  const { Workflow, collect, readLog, retry } = root;
  const { createLocalHost, InMemoryCheckpointStore } = durable;
  const { FakeClock, LogTimeline, Recorder, recordingFromJson, recordingOf, recordingToJson, replay, Timeline } = testing;

  /** Counts its calls. `factor` is what a change of the code changes. */
  const order = (calls: string[] = [], factor = 1) => new Workflow('order')
    .addStep('plan', [START], async (event, context) => {
      calls.push('plan');
      context.set('item', String(event['item']));
      context.writeEventToStream({ type: 'Planned', item: event['item'] });
      context.sendEvent({ type: 'Price', n: 1 });
      await Promise.resolve();
      context.writeEventToStream({ type: 'Priced' });
      return { type: 'Price', n: 2 };
    })
    .addStep('price', ['Price'], async (event, context) => {
      calls.push('price');
      context.update('total', (total) => Number(total ?? 0) + Number(event['n']) * 10 * factor);
      if (context.attempt === 1 && event['n'] === 2) throw new Error('busy');
      await context.checkpoint();
      return { type: 'Done', n: event['n'] };
    }, retry({ maxAttempts: 2, backoffMs: 1 }))
    .addStep('ask', ['Done'], () => { calls.push('ask'); return { type: 'blazen::InputRequestEvent', request_id: 'ok', prompt: 'Send?' }; }, collect(2))
    .addStep('send', ['blazen::InputResponseEvent'], (event, context) => { calls.push('send'); return stop([context.get('item'), context.get('total'), event['response']]); });

  async function record(answer: unknown = 'yes') {
    const recorder = new Recorder();
    const workflow = order();
    const clock = new FakeClock(1_000_000);
    const host = createLocalHost({ store: recorder.store, workflows: [workflow], clock });
    await host.start(workflow, { item: 'tea' }, { runId: 'r' });
    await clock.advance(1000);
    t.deepEqual(host.active, []);
    await host.deliver('r', 'ok', answer);
    t.deepEqual(await host.result('r'), ['tea', 30, answer]);
    await host.close();
    return { recorder, recording: recorder.recording('r') };
  }

  t.test('a recording tells every commit and the state after it, and calls no step', async () => {
    const { recording } = await record();
    const calls: string[] = [];
    const timeline = new Timeline(recordingFromJson(recordingToJson(recording)), order(calls));
    t.deepEqual(timeline.commits.map(({ n }) => n), timeline.commits.map((_, i) => i + 1));
    t.deepEqual(timeline.at(0).inFlight.map(({ step, event }) => [step, event['item']]), [['plan', 'tea']]);
    t.deepEqual([...timeline.at(0).state], []);
    const asked = timeline.commits.findIndex(({ events }) => events.some(({ type }) => type === 'blazen::InputRequestEvent')) + 1;
    const waiting = timeline.at(asked);
    t.equal(waiting.status, 'waiting');
    t.deepEqual(Object.fromEntries(waiting.state), { item: 'tea', total: 30 });
    t.deepEqual(waiting.requests.map((request) => request['request_id']), ['ok']);
    const last = timeline.commits.at(-1)!;
    t.deepEqual([last.step, last.status, last.events[0]?.['result']], ['send', 'completed', ['tea', 30, 'yes']]);
    t.equal(timeline.at(last.n).status, 'completed');
    t.deepEqual(Object.fromEntries(timeline.at(last.n).state), { item: 'tea', total: 30 });
    t.equal(timeline.commits.filter(({ type }) => type === 'input').length, 1);
    t.deepEqual(calls, []);
    t.throws(() => timeline.at(last.n + 1), root.ValidationError);
  });

  t.test('a branch goes on from any commit, with another event or other state', async () => {
    const { recording } = await record();
    const calls: string[] = [];
    const timeline = new Timeline(recording, order(calls));
    const input = timeline.commits.find(({ type }) => type === 'input')!;

    const refused = await timeline.fork(input.n, { event: { type: 'blazen::InputResponseEvent', request_id: 'ok', response: 'no' } });
    t.deepEqual((await refused.result()).data, ['tea', 30, 'no']);
    t.deepEqual(calls.splice(0), ['send']);
    t.ok(refused.runId() !== 'r');
    t.deepEqual([...readLog(refused)].find(({ type }) => type === 'run.forked')?.forkedFrom, { runId: 'r', commit: input.n });

    const dearer = await timeline.fork(input.n, { state: { total: 99, item: undefined } });
    t.deepEqual((await dearer.result()).data, [null, 99, 'yes']);
    t.deepEqual(root.foldLog(dearer).get('total'), 99);

    const coffee = await timeline.fork(0, { event: { type: START, item: 'coffee' } }, { runId: 'branch' });
    t.equal(coffee.runId(), 'branch');
    while (coffee.status !== 'waiting') await coffee.resting();
    coffee.respondToInput('ok', 'later');
    t.deepEqual((await coffee.result()).data, ['coffee', 30, 'later']);

    // From every commit but the last one it comes to the same end.
    for (let n = 0; n < timeline.commits.length; n++) {
      const again = await timeline.fork(n);
      if (await again.resting() === 'waiting') again.respondToInput('ok', 'yes');
      t.deepEqual((await again.result()).data, ['tea', 30, 'yes'], `from ${n}`);
    }
    await t.rejects(timeline.fork(timeline.commits.length), root.ValidationError);
    const longer = await timeline.fork(timeline.commits.length, { event: stop('else') }).catch((error: Error) => error);
    t.ok(longer instanceof root.ValidationError);
  });

  t.test('a replay of the same steps comes out the same, one of changed steps tells where it differs', async () => {
    const { recording } = await record();
    const calls: string[] = [];
    t.deepEqual(await replay(recording, order(calls)), { commits: recording.changes.length, divergence: null });
    t.deepEqual(calls.sort(), ['ask', 'plan', 'price', 'price', 'price', 'send']);

    const { divergence } = await replay(recording, order([], 2));
    t.deepEqual([divergence?.step, divergence?.what], ['price', 'state']);
    t.deepEqual([divergence?.recorded, divergence?.replayed], [['total', 10], ['total', 20]]);

    const silent = new Workflow('order')
      .addStep('plan', [START], async (event, context) => { context.set('item', String(event['item'])); context.writeEventToStream({ type: 'Other' }); context.sendEvent({ type: 'Price', n: 1 }); return { type: 'Price', n: 2 }; })
      .addStep('price', ['Price'], () => null).addStep('ask', ['Done'], () => null, collect(2)).addStep('send', ['blazen::InputResponseEvent'], () => null);
    const first = (await replay(recording, silent)).divergence;
    t.deepEqual([first?.n, first?.step, first?.execution, first?.what], [1, 'plan', 0, 'stream']);

    const broken = order();
    const throwing = new Workflow('order').addStep('plan', [START], () => { throw new Error('gone'); });
    for (const { name, types, run } of broken.definition().steps.slice(1)) throwing.addStep(name, types, run);
    const missing = (await replay(recording, throwing)).divergence;
    t.deepEqual([missing?.n, missing?.step, missing?.what], [1, 'plan', 'missing']);
    t.ok(JSON.stringify(missing?.replayed).includes('gone'));
  });

  t.test('a replay takes from the recording what ctx.run gave, and waits as the run did', async () => {
    const asked: string[] = [];
    const make = (name = 'price', limit = 50) => new Workflow('long').addStep('buy', [START], async (event, context) => {
      context.set('item', event['item'] as string);
      const [price] = await Promise.all([context.run(name, () => asked.push('price') * 10), context.run('stock', () => asked.push('stock'))]);
      await context.sleep(5);
      const late = await context.waitFor('Never', { timeoutMs: 5 }).catch((error: Error) => error.name);
      const paid = context.waitFor('Paid', { timeoutMs: limit });
      const first = await Promise.race([context.sleep(1000).then(() => 'sleep'), paid.then(({ by }) => by)]);
      context.set('price', price);
      return stop([price, late, first]);
    });
    const recorder = new Recorder();
    const clock = new FakeClock(1_000_000);
    const host = createLocalHost({ store: recorder.store, workflows: [make()], clock });
    await host.start(make(), { item: 'tea' }, { runId: 'r' });
    await clock.advance(20);
    await host.send('r', { type: 'Paid', by: 'Ada' });
    t.deepEqual(await host.result('r'), [10, 'TimeoutError', 'Ada']);
    await host.close();
    t.deepEqual(asked.splice(0), ['price', 'stock']);

    const recording = recordingFromJson(recordingToJson(recorder.recording('r')));
    t.deepEqual(await replay(recording, make()), { commits: recording.changes.length, divergence: null });
    t.deepEqual(asked, []);
    // How long a wait lasts is told by the recording.
    t.equal((await replay(recording, make('price', 1))).divergence, null);
    const { divergence } = await replay(recording, make('cost'));
    t.deepEqual([divergence?.n, divergence?.step, divergence?.what, divergence?.recorded, divergence?.replayed], [1, 'buy', 'call', ['run', 'price'], ['run', 'cost']]);
  });

  t.test('what a store still has of a run is a recording too', async () => {
    const store = new InMemoryCheckpointStore();
    const workflow = new Workflow('short').addStep('a', [START], (_event, context) => { context.set('x', 1); return { type: 'B' }; }).addStep('b', ['B'], (_event, context) => stop(context.get('x')));
    const host = createLocalHost({ store, workflows: [workflow] });
    await host.start(workflow, undefined, { runId: 'r' });
    t.equal(await host.result('r'), 1);
    const recording = await recordingOf(store, 'r');
    t.deepEqual(new Timeline(recording, workflow).commits.map(({ step, status }) => [step, status]), [['a', undefined], ['b', 'completed']]);
    t.deepEqual(await replay(recording, workflow), { commits: 2, divergence: null });
    await t.rejects(recordingOf(store, 'unknown'), root.SnapshotError);
    t.throws(() => new Recorder().recording('r'), root.SnapshotError);
    for (const text of ['', '{}', 'null', '{"v":2}', recordingToJson(recording).replace('"changes"', '"chances"')]) t.throws(() => recordingFromJson(text), root.SnapshotError);
  });

  t.test('the log of a run that was not recorded tells its states, and it can branch off where it is', async () => {
    const workflow = new Workflow('live')
      .addStep('a', [START], (_event, context) => { context.set('x', 1); return { type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' }; })
      .addStep('b', ['blazen::InputResponseEvent'], (event, context) => stop([context.get('x'), event['response']]));
    const handler = await workflow.runWithHandler();
    await handler.resting();
    const timeline = new LogTimeline(handler);
    t.deepEqual(timeline.records.map(({ type }) => type), ['run.started', 'step.committed']);
    t.deepEqual([...timeline.stateAt(1)], []);
    t.deepEqual([...timeline.stateAt(2)], [['x', 1]]);
    t.throws(() => timeline.stateAt(3), root.ValidationError);
    const branch = timeline.fork(workflow, { x: 5 });
    await branch.resting();
    branch.respondToInput('q', 'b');
    handler.respondToInput('q', 'a');
    t.deepEqual((await branch.result()).data, [5, 'b']);
    t.deepEqual((await handler.result()).data, [1, 'a']);
  });
};

export default suite;
