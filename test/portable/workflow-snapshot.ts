import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });
const ask = (id: string) => ({ type: 'blazen::InputRequestEvent', request_id: id, prompt: id });

const suite: Suite<Lib> = (t, { root, testing }) => {
  const { Workflow, WorkflowSnapshot, collect, elsewhere, foldLog, limit, readLog, retry } = root;
  type Handler = Awaited<ReturnType<InstanceType<typeof Workflow>['runWithHandler']>>;

  /** Waits until the run rests. */
  async function resting(handler: Handler): Promise<void> {
    while (handler.status === 'running' || handler.status === 'pausing') await new Promise<void>((resolve) => { queueMicrotask(resolve); });
  }

  const approval = () => new Workflow('approval')
    .addStep('draft', [START], (event, context) => {
      context.set('topic', event['topic'] as string);
      context.set('seen', new Map([['at', new Date(5)]]));
      context.writeEventToStream({ type: 'Drafted' });
      return ask('ok');
    })
    .addStep('publish', ['blazen::InputResponseEvent'], (event, context) => stop([context.get('topic'), context.get('seen'), event['response']]));

  t.test('a run that waits for a human goes on from its snapshot in every form, with its id, log and stream', async () => {
    const handler = await approval().runWithHandler({ topic: 'tides' });
    await resting(handler);
    const snapshot = await handler.snapshot();
    handler.abort('moved');
    for (const form of [snapshot, snapshot.toJSON(), String(snapshot), JSON.parse(JSON.stringify(snapshot)) as never, await snapshot.toBytes()]) {
      const resumed = await approval().resume(form);
      const types: string[] = [];
      const streaming = resumed.streamEvents((event, seq) => { types.push(`${seq} ${event.type}`); });
      await resting(resumed);
      t.equal(resumed.status, 'waiting');
      t.equal(resumed.runId(), handler.runId());
      resumed.respondToInput('ok', 'yes');
      t.deepEqual((await resumed.result()).data, ['tides', new Map([['at', new Date(5)]]), 'yes']);
      await streaming;
      t.deepEqual(types, ['1 Drafted', '2 blazen::InputRequestEvent', '3 blazen::InputResponseEvent']);
      t.deepEqual([...readLog(resumed)].map(({ seq, type }) => `${seq} ${type}`), ['1 run.started', '2 step.committed', '3 step.committed', '4 input.received', '5 step.committed', '6 run.ended']);
    }
  });

  t.test('a pause in the middle of the work loses nothing and does nothing twice', async () => {
    let calls = 0;
    let release!: () => void;
    const blocked = new Promise<void>((resolve) => { release = resolve; });
    const build = (wait: boolean) => new Workflow('middle')
      .addStep('fan', [START], (_event, context) => { context.set('n', 0); return Array.from({ length: 6 }, (_, i) => ({ type: 'W', i })); })
      .addStep('w', ['W'], async (_event, context) => {
        calls++;
        if (wait) await blocked;
        context.update('n', (n) => (n as number) + 1);
        return { type: 'R' };
      }, limit(2))
      .addStep('r', ['R'], (event, context) => stop([context.get('n'), (event['events'] as unknown[]).length]), collect(6));
    const handler = await build(true).runWithHandler();
    while (calls < 2) await Promise.resolve();
    const pausing = handler.pause();
    release();
    await pausing;
    t.equal(calls, 2);
    t.equal(handler.status, 'paused');
    const resumed = await build(false).resume(String(await handler.snapshot()));
    t.deepEqual((await resumed.result()).data, [6, 6]);
    t.equal(calls, 6);
    handler.resumeInPlace();
    t.deepEqual((await handler.result()).data, [6, 6]);
  });

  t.test('a snapshot of a running step keeps its commits and runs it again from its event, on the state it saw', async () => {
    const seen: unknown[] = [];
    let block: Promise<void> | null = new Promise(() => undefined);
    const build = () => new Workflow('running')
      .addStep('start', [START], (_event, context) => { context.set('n', 1); return [{ type: 'Long' }]; })
      .addStep('long', ['Long'], async (_event, context) => {
        seen.push(context.get('n'));
        context.sendEvent({ type: 'Bump' });
        context.writeEventToStream({ type: 'Shown' });
        if (block) await block;
        seen.push(context.get('n'));
        return { type: 'End' };
      })
      .addStep('bump', ['Bump'], (_event, context) => { context.update('n', (n) => (n as number) + 10); })
      .addStep('end', ['End'], (_event, context) => stop(context.get('n')));
    const handler = await build().runWithHandler();
    while (seen.length === 0 || foldLog(handler).get('n') !== 11) await Promise.resolve();
    const snapshot = await handler.snapshot();
    handler.abort();
    block = null;
    const resumed = await build().resume(snapshot);
    t.equal((await resumed.result()).data, 11);
    t.deepEqual(seen, [1, 1, 1]);
    const shown: string[] = [];
    for await (const event of resumed) if (event.type === 'Shown') shown.push(event.type);
    t.deepEqual(shown, ['Shown']);
  });

  t.test('a step that is moved twice in its middle still reads what it read first, also when it is tried again', async () => {
    const seen: unknown[] = [];
    let block: Promise<void> | null = new Promise(() => undefined);
    let failures = 1;
    const build = () => new Workflow('moved twice')
      .addStep('start', [START], (_event, context) => { context.set('n', 1); context.set('m', 'a'); return [{ type: 'Long' }]; })
      .addStep('long', ['Long'], async (_event, context) => {
        context.update('n', (n) => (n as number) + 100);
        context.sendEvent({ type: 'Bump' });
        if (block) await block;
        seen.push([context.get('n'), context.get('m')]);
        if (failures-- > 0) throw new Error('again');
        return { type: 'End' };
      }, retry({ maxAttempts: 2, backoffMs: 0 }))
      .addStep('bump', ['Bump'], (_event, context) => { context.update('n', (n) => (n as number) + 10); context.set('m', 'b'); })
      .addStep('end', ['End'], (_event, context) => stop([context.get('n'), context.get('m')]));
    let handler = await build().runWithHandler();
    for (let moves = 0; moves < 3; moves++) {
      while (foldLog(handler).get('m') !== 'b') await Promise.resolve();
      for (let i = 0; i < 20; i++) await Promise.resolve();
      const snapshot = await handler.snapshot();
      handler.abort();
      if (moves === 2) block = null;
      handler = await build().resume(String(snapshot));
    }
    t.deepEqual((await handler.result()).data, [111, 'b']);
    t.deepEqual(seen, [[101, 'a'], [101, 'a']]);
  });

  t.test('a step of another runtime waits there and runs where it has its handler', async () => {
    const build = (here: boolean) => new Workflow('travels')
      .addStep('start', [START], (_event, context) => { context.set('path', ['a']); return [{ type: 'Print', n: 1 }, { type: 'Print', n: 2 }]; })
      .addStep('print', ['Print'], (event, context) => { context.update('path', (path) => [...path as string[], `b${String(event['n'])}`]); return { type: 'Done' }; }, ...(here ? [limit(1)] : [elsewhere()]))
      .addStep('done', ['Done'], (_event, context) => stop(context.get('path')), collect(2));
    const handler = await build(false).runWithHandler();
    await resting(handler);
    t.equal(handler.status, 'waiting');
    const twice = await build(false).resume(await handler.snapshot());
    await resting(twice);
    const resumed = await build(true).resume(await (await twice.snapshot()).toBytes());
    t.deepEqual((await resumed.result()).data, ['a', 'b1', 'b2']);
  });

  t.test('a snapshot does not fit another or a changed workflow, and says how', async () => {
    const handler = await approval().runWithHandler({ topic: 't' });
    await resting(handler);
    const saved = String(await handler.snapshot());
    const other = (name: string, ...types: string[]) => new Workflow(name).addStep('draft', [START], () => null).addStep('publish', types, (_event, context) => stop(context.get('topic')));
    await t.rejects(other('else', 'blazen::InputResponseEvent').resume(saved), { type: root.SnapshotError, message: /'approval' with workflow 'else'/ });
    await t.rejects(other('approval', 'X').resume(saved), { type: root.SnapshotError, message: /step 'publish' accepts X and accepted blazen::InputResponseEvent/ });
    await t.rejects(approval().addStep('more', ['M'], () => null).resume(saved), /step 'more' is new/);
    const changed = await approval().addStep('more', ['M'], () => null).resume(saved, { allowChanged: true });
    await resting(changed);
    changed.respondToInput('ok', 1);
    t.deepEqual(((await changed.result()).data as unknown[])[2], 1);
  });

  t.test('damage to a snapshot is found, in text and in bytes, and a newer version is told as such', async () => {
    const handler = await approval().runWithHandler({ topic: 'tides and moons' });
    await resting(handler);
    const snapshot = await handler.snapshot();
    const bytes = await snapshot.toBytes();
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const bad = new Uint8Array(bytes);
      bad[bit >> 3]! ^= 1 << (bit & 7);
      await t.rejects(WorkflowSnapshot.from(bad), root.SnapshotError);
    }
    for (let length = 0; length < bytes.length; length += 13) await t.rejects(WorkflowSnapshot.from(bytes.subarray(0, length)), root.SnapshotError);
    const text = String(snapshot);
    for (const bad of ['', '{}', 'null', '[]', text.slice(0, -1), text.replace('moons', 'moans'), text.replace('"version":', '"versjon":'), text.replace('{"format"', '{"__proto__":{"x":1},"format"')]) {
      await t.rejects(approval().resume(bad), root.SnapshotError);
    }
    const newer = { ...snapshot.toJSON(), v: 99 };
    await t.rejects(approval().resume(newer), { type: root.SnapshotVersionMismatchError, message: /its version is 99/ });
    t.equal(({} as { x?: number }).x, undefined);
  });

  t.test('a snapshot cannot hold live values, and names them', async () => {
    const live = new Workflow('live').addStep('s', [START], (_event, context) => { context.writeEventToStream({ type: 'F', deep: { run: () => 1 } }); return ask('q'); });
    const handler = await live.runWithHandler();
    await resting(handler);
    await t.rejects(handler.snapshot(), { type: root.SerializationError, message: /'snapshot\.stream\.columns\.0\.deep\.run': it is a function/ });
    handler.abort();
    await t.rejects(handler.snapshot(), { type: root.SnapshotError, message: /it is aborted/ });
  });

  t.test('session values follow the pause policy and never enter a snapshot', async () => {
    const build = (values: Record<string, unknown>) => new Workflow('session')
      .addStep('s', [START], (_event, context) => { for (const key of Object.keys(values)) context.session.set(key, values[key]); return ask('q'); })
      .addStep('e', ['blazen::InputResponseEvent'], (_event, context) => stop([context.session.get('plain'), context.session.get('ref')]));
    const start = async (policy: string, values: Record<string, unknown>) => {
      const workflow = build(values);
      workflow.setSessionPausePolicy(policy);
      const handler = await workflow.runWithHandler();
      await resting(handler);
      return handler;
    };
    const plain = await (await start('pickle_or_error', { plain: 'secret' })).snapshot();
    t.ok(!String(plain).includes('secret'));
    t.deepEqual(plain.body.session.dropped, ['plain']);
    await t.rejects((await start('PickleOrError', { plain: 1, live: () => 1 })).snapshot(), /live values \(live\)/);
    await t.rejects((await start('hard_error', { plain: 1 })).snapshot(), /live values \(plain\)/);
    t.deepEqual((await (await start('WarnDrop', { live: () => 1 })).snapshot()).body.session.dropped, ['live']);
    const ref = new root.SerializableRef('app::Handle', new Uint8Array([1, 2, 3]));
    const travelling = await (await start('pickle_or_serialize', { ref })).snapshot();
    const resumed = await build({}).resume(String(travelling), { deserializers: { 'app::Handle': (bytes) => bytes.length } });
    await resting(resumed);
    resumed.respondToInput('q', null);
    t.deepEqual((await resumed.result()).data, [null, 3]);
    t.throws(() => build({}).setSessionPausePolicy('nonsense'), root.ValidationError);
  });

  t.test('the time limit goes on with the active time that was left', async () => {
    const build = () => new Workflow('timed', { timeoutMs: 1000 })
      .addStep('s', [START], async () => ask('q'))
      .addStep('hang', ['blazen::InputResponseEvent'], () => new Promise(() => undefined));
    const clock = new testing.FakeClock();
    const handler = await build().runWithHandler(undefined, { clock });
    await clock.advance(0);
    const later = new testing.FakeClock(1e9);
    const resumed = await build().resume(await handler.snapshot(), { clock: later });
    await later.advance(5000);
    t.equal(resumed.status, 'waiting');
    resumed.respondToInput('q', 1);
    await later.advance(999);
    t.equal(resumed.status, 'running');
    const ended = t.rejects(resumed.result(), root.TimeoutError);
    await later.advance(1);
    await ended;
  });

  t.test('a clock that counts in fractions of a millisecond gives snapshots that can be read back', async () => {
    const clock = new testing.FakeClock(1_795_000_000_000.625);
    const handler = await approval().runWithHandler({ topic: 'tides' }, { clock });
    await clock.advance(0.3);
    for (const form of [String(await handler.snapshot()), await (await handler.snapshot()).toBytes()]) {
      const resumed = await approval().resume(form, { clock });
      await clock.advance(0.3);
      resumed.respondToInput('ok', 'yes');
      await clock.advance(0.3);
      t.equal(((await resumed.result()).data as unknown[])[2], 'yes');
    }
    const stage = await new root.PipelineBuilder('staged').stage(new root.Stage('review', approval())).build().start({ topic: 'tides' }, { clock });
    await clock.advance(0.3);
    t.equal((await root.PipelineSnapshot.from(String(await stage.snapshot()))).pipelineName, 'staged');
  });
};

export default suite;
