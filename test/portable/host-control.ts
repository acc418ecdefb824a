import type { CheckpointStore } from '../../src/spec/checkpoint.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });
const ask = (id: string) => ({ type: 'blazen::InputRequestEvent', request_id: id, prompt: 'Go on?' });

const suite: Suite<Lib> = (t, { root, durable, testing }) => {
  const { Workflow } = root;
  const { InMemoryCheckpointStore, createLocalHost } = durable;
  const clockAt = (now: number) => ({ now: () => now, after: () => 0, cancel: () => undefined });
  const settle = async (): Promise<void> => { for (let i = 0; i < 400; i++) await Promise.resolve(); };

  const question = () => new Workflow('question')
    .addStep('ask', [START], () => ask('q'))
    .addStep('answer', ['blazen::InputResponseEvent'], (event) => stop(event['response']));

  /** Two steps; the first ends when told to. */
  const gated = () => {
    let open!: () => void;
    const gate = new Promise<void>((resolve) => { open = resolve; });
    const ran: string[] = [];
    const workflow = new Workflow('gated')
      .addStep('first', [START], async (_event, context) => { ran.push('first'); await gate; context.set('x', 1); return { type: 'Next' }; })
      .addStep('second', ['Next'], (_event, context) => { ran.push('second'); return stop(context.get('x')); });
    return { workflow, open, ran };
  };

  /** A store whose methods all answer later. */
  const slow = (inner: CheckpointStore): CheckpointStore => new Proxy(inner, {
    get(target, key) {
      const method = Reflect.get(target, key) as unknown;
      return typeof method === 'function' ? (...args: unknown[]) => Promise.resolve((method as (...all: unknown[]) => unknown).apply(target, args)) : method;
    },
  });

  for (const [name, makeStore] of [['at once', () => new InMemoryCheckpointStore()], ['later', () => slow(new InMemoryCheckpointStore())]] as const) {
    t.test(`a paused run is not due, keeps what it is given, and goes on in another host (store answers ${name})`, async () => {
      const store = makeStore();
      const workflow = question();
      const first = createLocalHost({ store, workflows: [workflow], clock: clockAt(0) });
      await first.start(workflow, undefined, { runId: 'r' });
      await settle();
      await first.pause('r');
      t.equal((await first.status('r'))?.status, 'paused');
      t.equal(await first.deliver('r', 'q', 'yes'), 'stored');
      await settle();
      t.deepEqual([(await first.status('r'))?.status, first.active], ['paused', []]);
      await first.close();

      const second = createLocalHost({ store, workflows: [workflow], clock: clockAt(1_000_000) });
      t.deepEqual(await second.recover(), []);
      await second.pause('r');
      t.equal((await second.status('r'))?.status, 'paused');
      await second.resume('r');
      t.equal(await second.result('r'), 'yes');
    });

    t.test(`a run that is paused while a step works is paused when it has committed (store answers ${name})`, async () => {
      const store = makeStore();
      const { workflow, open, ran } = gated();
      const host = createLocalHost({ store, workflows: [workflow], clock: clockAt(0) });
      await host.start(workflow, undefined, { runId: 'r' });
      await settle();
      await host.pause('r');
      t.equal((await host.status('r'))?.status, 'running');
      open();
      await settle();
      t.deepEqual([(await host.status('r'))?.status, ran], ['paused', ['first']]);
      const other = createLocalHost({ store, workflows: [workflow], clock: clockAt(1_000_000) });
      t.deepEqual(await other.recover(), []);
      await other.resume('r');
      t.equal(await other.result('r'), 1);
      t.deepEqual(ran, ['first', 'second']);
    });

    t.test(`a run that nobody works on can be aborted, also a paused one (store answers ${name})`, async () => {
      const store = makeStore();
      const workflow = question();
      const host = createLocalHost({ store, workflows: [workflow], clock: clockAt(0) });
      for (const paused of [false, true]) {
        const runId = await host.start(workflow);
        await settle();
        if (paused) await host.pause(runId);
        const other = createLocalHost({ store, workflows: [workflow], clock: clockAt(1) });
        await other.abort(runId, 'not wanted');
        t.equal((await other.status(runId))?.status, 'aborted');
        await t.rejects(other.result(runId), root.AbortedError);
        const error = await t.rejects(other.abort(runId), root.RunEndedError) as { status: string };
        t.equal(error.status, 'aborted');
      }
    });
  }

  t.test('resume before the pause took effect lets the run go on', async () => {
    const { workflow, open } = gated();
    const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [workflow], clock: clockAt(0) });
    const runId = await host.start(workflow);
    await host.pause(runId);
    await host.resume(runId);
    open();
    t.equal(await host.result(runId), 1);
  });

  t.test('a process that dies while it pauses leaves a run that pauses', async () => {
    const store = new InMemoryCheckpointStore();
    const { workflow } = gated();
    const dead = createLocalHost({ store, workflows: [workflow], leaseMs: 1000, clock: clockAt(0) });
    await dead.start(workflow, undefined, { runId: 'r' });
    await settle();
    await dead.pause('r');
    const next = gated();
    const host = createLocalHost({ store, workflows: [next.workflow], leaseMs: 1000, clock: clockAt(5000) });
    await host.recover();
    await settle();
    t.deepEqual([(await host.status('r'))?.status, next.ran], ['paused', []]);
    next.open();
    await host.resume('r');
    t.equal(await host.result('r'), 1);
  });

  t.test('a host takes in what another one was told, when it renews its lease', async () => {
    const store = new InMemoryCheckpointStore();
    const clock = new testing.FakeClock();
    const mine = gated();
    const host = createLocalHost({ store, workflows: [mine.workflow], leaseMs: 900, clock });
    const other = createLocalHost({ store, workflows: [mine.workflow], leaseMs: 900, clock });
    await host.start(mine.workflow, undefined, { runId: 'r' });
    await settle();
    await other.abort('r');
    t.equal((await other.status('r'))?.status, 'running');
    await clock.advance(300);
    await settle();
    t.equal((await other.status('r'))?.status, 'aborted');
  });

  t.test('an answer that comes before its request waits for it, and answers nothing else', async () => {
    const { InMemoryCheckpointStore: Store } = durable;
    const workflow = new Workflow('two')
      .addStep('ask', [START], () => ask('first'))
      .addStep('answer', ['blazen::InputResponseEvent'], (event) => (event['request_id'] === 'first' ? ask('second') : stop([event['request_id'], event['response']])));
    const store = new Store();
    const host = createLocalHost({ store, workflows: [workflow], clock: clockAt(0) });
    const runId = await host.start(workflow);
    await settle();
    t.equal(await host.deliver(runId, 'second', 2), 'stored');
    await settle();
    t.deepEqual((await host.requests(runId)).map((request) => request['request_id']), ['first']);
    const later = createLocalHost({ store, workflows: [workflow], clock: clockAt(1_000_000) });
    t.deepEqual(await later.recover(), []);
    await later.deliver(runId, 'first', 1);
    t.deepEqual(await later.result(runId), ['second', 2]);
    t.deepEqual(await later.requests(runId), []);
  });

  t.test('starts of one id at the same time are one run', async () => {
    const { workflow, open, ran } = gated();
    const host = createLocalHost({ store: slow(new InMemoryCheckpointStore()), workflows: [workflow], clock: clockAt(0) });
    t.deepEqual(await Promise.all([1, 2, 3].map(() => host.start(workflow, undefined, { runId: 'r' }))), ['r', 'r', 'r']);
    open();
    t.equal(await host.result('r'), 1);
    t.deepEqual(ran, ['first', 'second']);
  });

  t.test('a stream follows a run that waits to its end; a reader that leaves does not stop it', async () => {
    const workflow = question();
    const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [workflow], clock: clockAt(0) });
    const runId = await host.start(workflow);
    const leaving = new AbortController();
    const read = async (signal?: AbortSignal): Promise<string[]> => {
      const types: string[] = [];
      for await (const { seq, event } of host.stream(runId, 1, signal === undefined ? {} : { signal })) types[(seq ?? 0) - 1] = event.type;
      return types;
    };
    const [left, stayed] = [read(leaving.signal), read()];
    await settle();
    leaving.abort();
    t.deepEqual(await left, ['blazen::InputRequestEvent']);
    await host.deliver(runId, 'q', 1);
    t.deepEqual(await stayed, ['blazen::InputRequestEvent', 'blazen::InputResponseEvent']);
    t.deepEqual(await read(), ['blazen::InputRequestEvent', 'blazen::InputResponseEvent']);
  });

  t.test('a run that another process ends gives its stream and result here, where the store is shared', async () => {
    const inner = new InMemoryCheckpointStore();
    const shared = new Proxy(inner, {
      get: (target, key) => {
        const value = key === 'capabilities' ? { persistent: false, shared: true } : Reflect.get(target, key) as unknown;
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    });
    const clock = new testing.FakeClock();
    const workflow = question();
    const here = createLocalHost({ store: shared, workflows: [workflow], clock });
    const there = createLocalHost({ store: shared, workflows: [workflow], clock });
    const runId = await there.start(workflow);
    const result = here.result(runId);
    const items: (number | null)[] = [];
    const reading = (async () => { for await (const { seq } of here.stream(runId)) items.push(seq); })();
    await settle();
    await there.deliver(runId, 'q', 'there');
    await settle();
    await clock.advance(1000);
    await reading;
    t.deepEqual([await result, items], ['there', [1, 2]]);
  });

  t.test('a host that is closed leaves no timer behind, whatever its runs were doing', async () => {
    for (const rounds of [0, 1, 3, 10, 400]) {
      const clock = new testing.FakeClock();
      const workflow = question();
      const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [workflow], clock });
      await host.start(workflow);
      for (let i = 0; i < rounds; i++) await Promise.resolve();
      await host.close();
      await settle();
      t.equal(clock.pending, 0, `after ${rounds} rounds`);
    }
  });

  t.test('a producer waits for the store, and for no reader, however slow', async () => {
    const total = 5000;
    let published = 0;
    let peak = 0;
    const inner = new InMemoryCheckpointStore();
    const store = new Proxy(inner, {
      get(target, key) {
        const method = Reflect.get(target, key) as unknown;
        if (key !== 'commit') return typeof method === 'function' ? (method as (...args: unknown[]) => unknown).bind(target) : method;
        // As slow as a store that does I/O.
        return async (runId: string, commit: { readonly items?: readonly unknown[] }) => {
          await new Promise<void>((resolve) => { setTimeout(resolve, 0); });
          peak = Math.max(peak, published - (target.status(runId)?.streamSeq ?? 0));
          return target.commit(runId, commit as never);
        };
      },
    });
    const workflow = new Workflow('many').addStep('s', [START], async (_event, context) => {
      for (published = 0; published < total;) {
        context.writeEventToStream({ type: 'N', n: ++published });
        if (published % 100 === 0) await context.drained();
      }
      return stop('done');
    });
    const host = createLocalHost({ store, workflows: [workflow] });
    const runId = await host.start(workflow);
    const slowest = host.stream(runId);
    t.equal((await slowest.next()).value?.seq, 1);
    t.equal(await host.result(runId), 'done');
    t.ok(peak <= 200, `${peak} events were on their way at once`);
    let last = 1;
    for await (const { seq } of slowest) t.equal(seq, ++last);
    t.equal(last, total);
  });

  t.test('session values reach no store, and are gone in the next process', async () => {
    const store = new InMemoryCheckpointStore();
    const kept: string[] = [];
    const bytes = (value: unknown): void => {
      if (value instanceof Uint8Array) kept.push(new TextDecoder().decode(value));
      else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) bytes(inner);
    };
    const watched = new Proxy(store, {
      get(target, key) {
        const method = Reflect.get(target, key) as unknown;
        return typeof method === 'function' ? (...args: unknown[]) => (bytes(args), (method as (...all: unknown[]) => unknown).apply(target, args)) : method;
      },
    });
    const workflow = new Workflow('session')
      .addStep('open', [START], (_event, context) => {
        context.session.set('client', { key: 'hunter2', call: () => 1 });
        context.set('opened', true);
        context.writeEventToStream({ type: 'Opened' });
        return { type: 'Use' };
      })
      .addStep('use', ['Use'], (_event, context) => { context.set('key', (context.session.get('client') as { key: string }).key.length); return ask('q'); })
      .addStep('end', ['blazen::InputResponseEvent'], (_event, context) => stop([context.session.get('client'), context.get('key')]));
    const first = createLocalHost({ store: watched, workflows: [workflow], clock: clockAt(0) });
    const runId = await first.start(workflow);
    await settle();
    await first.close();
    const second = createLocalHost({ store: watched, workflows: [workflow], clock: clockAt(1) });
    await second.deliver(runId, 'q', null);
    t.deepEqual(await second.result(runId), [null, 7]);
    t.ok(kept.length > 4 && kept.some((text) => text.includes('Opened')));
    t.ok(!kept.some((text) => text.includes('hunter2') || text.includes('client')));
  });

  t.test('an event from outside is routed once; the engine’s own types are refused', async () => {
    const workflow = new Workflow('hook')
      .addStep('ask', [START], () => ask('q'))
      .addStep('count', ['Paid'], (event, context) => { context.update('sum', (sum) => ((sum ?? 0) as number) + (event['amount'] as number)); return null; })
      .addStep('answer', ['blazen::InputResponseEvent'], (_event, context) => stop(context.get('sum')));
    const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [workflow], clock: clockAt(0) });
    const runId = await host.start(workflow);
    t.equal(await host.send(runId, { type: 'Paid', amount: 2 }, 'e1'), 'stored');
    t.equal(await host.send(runId, { type: 'Paid', amount: 2 }, 'e1'), 'already');
    t.equal(await host.send(runId, { type: 'Paid', amount: 3 }), 'stored');
    for (const type of ['blazen::StopEvent', 'blazen::Control', START]) await t.rejects(host.send(runId, { type }), root.ValidationError);
    await settle();
    await host.deliver(runId, 'q', null);
    t.equal(await host.result(runId), 5);
    t.equal(await host.send(runId, { type: 'Paid', amount: 1 }), 'gone');
  });

  t.test('unknown runs and workflows have errors of their own; runs are listed', async () => {
    const store = new InMemoryCheckpointStore();
    const workflow = question();
    const host = createLocalHost({ store, workflows: [workflow], clock: clockAt(5) });
    const stranger = createLocalHost({ store, workflows: [], clock: clockAt(5) });
    await t.rejects(stranger.start(workflow), root.WorkflowNotFoundError);
    for (const call of [host.result('no'), host.pause('no'), host.resume('no'), host.abort('no'), host.requests('no'), host.stream('no').next()]) {
      const error = await t.rejects(call, root.RunNotFoundError) as { runId: string; code: string };
      t.deepEqual([error.runId, error.code], ['no', 'workflow.run_not_found']);
    }
    const runId = await host.start(workflow);
    t.deepEqual((await host.list({ workflow: 'question' })).runs.map((run) => run.runId), [runId]);
    t.deepEqual((await host.list({ status: 'completed' })).runs, []);
    // A host that does not know the workflow leaves the run alone.
    store.create('x', { workflow: 'other', base: new Uint8Array(), now: 0 });
    t.deepEqual(await host.recover(), []);
  });
};

export default suite;
