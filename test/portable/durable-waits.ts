import type { CheckpointStore } from '../../src/spec/checkpoint.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const HOUR = 3_600_000;
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });

const suite: Suite<Lib> = (t, { root, durable, testing }) => {
  const { Workflow } = root;
  const { InMemoryCheckpointStore, createLocalHost } = durable;
  const { FakeClock } = testing;
  type Clock = InstanceType<typeof FakeClock>;

  /** A store whose process dies after `commits`: nothing it is asked afterwards ever answers. Asynchronous when `slow`. */
  function mortal(inner: CheckpointStore, commits: number, slow: boolean): CheckpointStore {
    let left = commits;
    return new Proxy(inner, {
      get(target, key) {
        const method = Reflect.get(target, key) as unknown;
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          if (left <= 0) return new Promise<never>(() => undefined);
          if (key === 'commit') left--;
          const answer = (method as (...all: unknown[]) => unknown).apply(target, args);
          return slow ? Promise.resolve(answer) : answer;
        };
      },
    });
  }

  /** All calls: one after the other and side by side, with state around them. */
  const everything = (effects: string[]) => new Workflow('everything')
    .addStep('long', [START], async (_event, context) => {
      const effect = (name: string, turns = 0) => context.run(name, async () => {
        for (let i = 0; i < turns; i++) await Promise.resolve();
        effects.push(name);
        return name;
      });
      context.update('n', (n) => ((n as number | null) ?? 0) + 1);
      const given = [await effect('first')];
      context.update('n', (n) => (n as number) + 10);
      await context.sleep(1000);
      const chain = async (name: string, turns: number) => [await effect(`${name}1`, turns), await effect(`${name}2`, turns), await effect(`${name}3`)];
      const [a, b] = await Promise.all([chain('a', 20), chain('b', 3), context.sleep(50)]);
      context.update('n', (n) => (n as number) + 100);
      const replies = context.collect('Reply', 2, { match: { to: 'long' } });
      for (const n of [1, 2, 3]) context.sendEvent({ type: 'Ask', n });
      context.writeEventToStream({ type: 'Asked' });
      for (const reply of await replies) given.push(`reply ${String(reply['n'])}`);
      given.push(...a, ...b, await effect('last'));
      return { type: 'Done', given };
    })
    .addStep('ask', ['Ask'], async (event, context) => {
      await context.sleep(10 * (event['n'] as number));
      context.update('asked', (asked) => ((asked as number | null) ?? 0) + 1);
      return { type: 'Reply', to: event['n'] === 2 ? 'nobody' : 'long', n: event['n'] };
    })
    .addStep('done', ['Done'], (event) => ({ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: String(event['given']) }))
    .addStep('answer', ['blazen::InputResponseEvent'], (_event, context) => stop([context.get('n'), context.get('asked')]));

  const NAMES = ['first', 'a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'last'];
  const PROMPT = 'first,reply 1,reply 3,a1,a2,a3,b1,b2,b3,last';

  async function streamOf(host: InstanceType<typeof durable.LocalHost>): Promise<string[]> {
    const types: string[] = [];
    for await (const { seq, event } of host.stream('r')) {
      t.equal(seq, types.length + 1);
      types.push(event.type === 'blazen::InputRequestEvent' ? String(event['prompt']) : event.type);
    }
    return types.sort();
  }

  /** Lets the run come to its question, answers it and gives the result. */
  async function finish(host: InstanceType<typeof durable.LocalHost>, clock: Clock): Promise<unknown> {
    await clock.advance(5000);
    await host.deliver('r', 'q', 'yes');
    return host.result('r');
  }

  t.test('a process that dies after any commit loses no call, repeats no effect that was kept, and waits only for the rest', async () => {
    const expected = ['Ask', 'Ask', 'Ask', 'Asked', 'Done', 'Reply', 'Reply', 'Reply', 'blazen::InputResponseEvent', PROMPT].sort();
    for (const slow of [false, true]) {
      let boundaries = 0;
      for (let commits = 1; ; commits++) {
        const store = new InMemoryCheckpointStore();
        const effects: string[] = [];
        const workflow = everything(effects);
        const first = new FakeClock();
        const dying = createLocalHost({ store: mortal(store, commits, slow), workflows: [workflow], leaseMs: 500, clock: first });
        void dying.start(workflow, undefined, { runId: 'r' });
        await first.advance(5000);
        void dying.deliver('r', 'q', 'yes').catch(() => undefined);
        await first.advance(1000);
        if (store.status('r')?.status === 'completed') { boundaries = commits; break; }
        const clock = new FakeClock(30_000);
        const host = createLocalHost({ store, workflows: [workflow], leaseMs: 500, clock });
        await host.recover();
        t.deepEqual(await finish(host, clock), [111, 3], `after ${commits} commits`);
        t.deepEqual(await streamOf(host), expected, `stream after ${commits} commits`);
        // One effect may have happened without its commit: the two that are under way at once, at most.
        t.deepEqual([...new Set(effects)].sort(), [...NAMES].sort());
        t.ok(effects.length <= NAMES.length + 2, `after ${commits} commits: ${effects.join()}`);
      }
      t.ok(boundaries > 25, `only ${boundaries} boundaries`);
    }
  });

  t.test('a run that sleeps is put away, is due when its time comes, and its host wakes it', async () => {
    let calls = 0;
    const nap = new Workflow('nap').addStep('s', [START], async (_event, context) => {
      calls++;
      context.set('before', calls);
      await context.sleep(1000);
      return stop([context.get('before'), calls]);
    });
    const store = new InMemoryCheckpointStore();
    const clock = new FakeClock(100);
    const host = createLocalHost({ store, workflows: [nap], clock });
    await host.start(nap, undefined, { runId: 'r' });
    await clock.advance(10);
    t.deepEqual([host.active, store.status('r')?.status, store.status('r')?.dueAt], [[], 'waiting', 1100]);
    t.equal(clock.pending, 1);
    await clock.advance(989);
    t.equal(calls, 1);
    const result = host.result('r');
    await clock.advance(1);
    // Its function runs again from the event; what it had committed is as it was.
    t.deepEqual(await result, [2, 2]);
    t.equal(clock.pending, 0);

    await host.start(nap, undefined, { runId: 'other' });
    await clock.advance(0);
    await host.close();
    t.equal(clock.pending, 0);
    const early = createLocalHost({ store, workflows: [nap], clock: new FakeClock(2000) });
    t.deepEqual(await early.recover(), []);
    const late = createLocalHost({ store, workflows: [nap], clock: new FakeClock(9000) });
    t.deepEqual(await late.recover(), ['other']);
    t.deepEqual(await late.result('other'), [4, 4]);
  });

  t.test('an event from outside reaches a step that waits for it, in whatever process, and goes to it once', async () => {
    let calls = 0;
    const waiting = new Workflow('waiting').addStep('s', [START], async (_event, context) => {
      calls++;
      const first = await context.waitFor('News', { match: { about: 'tides' } });
      const second = await context.waitFor('News', { timeoutMs: 5000 });
      return stop([first['n'], second['n']]);
    });
    const store = new InMemoryCheckpointStore();
    const clock = new FakeClock();
    const host = createLocalHost({ store, workflows: [waiting], clock });
    await host.start(waiting, undefined, { runId: 'r' });
    await clock.advance(0);
    t.deepEqual([host.active, store.status('r')?.dueAt], [[], null]);
    await host.send('r', { type: 'News', about: 'moons', n: 1 }, 'a');
    await clock.advance(0);
    await host.send('r', { type: 'News', about: 'tides', n: 2 }, 'b');
    await clock.advance(0);
    t.equal(await host.send('r', { type: 'News', about: 'tides', n: 2 }, 'b'), 'already');
    t.equal(store.status('r')?.dueAt, 5000);
    // Those that nobody waits for do not call the function again.
    t.equal(calls, 2);
    await host.close();
    const other = createLocalHost({ store, workflows: [waiting], clock: new FakeClock(100) });
    await other.send('r', { type: 'News', n: 3 });
    t.deepEqual(await other.result('r'), [2, 3]);
    t.equal(calls, 3);
  });

  t.test('an input request expires once, wherever its run is; an answer that came first counts, one that comes later does not', async () => {
    const build = (heard: boolean) => {
      const workflow = new Workflow('asks')
        .addStep('ask', [START], () => ({ type: 'blazen::InputRequestEvent', prompt: '?', request_id: 'q', expires_in_ms: 1000 }))
        .addStep('answer', ['blazen::InputResponseEvent'], (event) => stop(event['response']));
      return heard ? workflow.addStep('late', ['blazen::InputExpiredEvent'], (event, context) => { context.update('n', (n) => ((n as number | null) ?? 0) + 1); return { type: 'Count', id: event['request_id'] }; })
        .addStep('count', ['Count'], (event, context) => stop([event['id'], context.get('n')])) : workflow;
    };
    const asked = async (heard: boolean) => {
      const store = new InMemoryCheckpointStore();
      const clock = new FakeClock();
      const workflow = build(heard);
      const host = createLocalHost({ store, workflows: [workflow], clock });
      await host.start(workflow, undefined, { runId: 'r' });
      await clock.advance(0);
      t.equal(store.status('r')?.dueAt, 1000);
      return { store, clock, workflow, host };
    };
    const here = await asked(true);
    await here.clock.advance(1000);
    t.deepEqual(await here.host.result('r'), ['q', 1]);
    t.equal(await here.host.deliver('r', 'q', 'late'), 'already');

    const there = await asked(true);
    await there.host.close();
    const later = createLocalHost({ store: there.store, workflows: [there.workflow], clock: new FakeClock(5000) });
    t.equal(await later.deliver('r', 'q', 'in time for the store'), 'stored');
    t.equal(await later.result('r'), 'in time for the store');

    const alone = await asked(false);
    await alone.host.close();
    const clock = new FakeClock(5000);
    const finder = createLocalHost({ store: alone.store, workflows: [alone.workflow], clock });
    t.deepEqual(await finder.recover(), ['r']);
    const error = await t.rejects(finder.result('r'), { type: root.TimeoutError, message: /'asks' got no answer to input request 'q' in time/ }) as { code: string };
    t.equal(error.code, 'workflow.input_expired');
    t.equal(alone.store.status('r')?.status, 'failed');
  });

  t.test('a clock that is set forward or back by an hour loses no timer and lets none happen twice', async () => {
    for (const jump of [HOUR, -HOUR]) {
      for (const at of [0, 500, 1500, 2500]) {
        const beat = new FakeClock(10 * HOUR);
        let offset = 0;
        const clock = { now: () => beat.now() + offset, after: (ms: number, fire: () => void) => beat.after(ms, fire), cancel: (timer: unknown) => { beat.cancel(timer); } };
        const store = new InMemoryCheckpointStore();
        const effects: string[] = [];
        const timers = new Workflow('timers', { timeoutMs: 0 }).addStep('s', [START], async (_event, context) => {
          await context.sleep(1000);
          await context.run('one', () => { effects.push('one'); });
          await context.sleep(1000);
          await context.run('two', () => { effects.push('two'); });
          const gaveUp = await context.waitFor('Never', { timeoutMs: 1000 }).then(() => 'came', (error: Error) => error.name);
          await context.run('three', () => { effects.push('three'); });
          context.sendEvent({ type: 'blazen::InputRequestEvent', prompt: '?', request_id: 'q', expires_in_ms: 1000 });
          await context.waitFor(root.InputExpiredEvent, { match: { request_id: 'q' } });
          context.update('n', (n) => ((n as number | null) ?? 0) + 1);
          return { type: 'End', gaveUp };
        }).addStep('end', ['End'], (event, context) => stop([event['gaveUp'], context.get('n')]));
        const host = createLocalHost({ store, workflows: [timers], clock });
        await host.start(timers, undefined, { runId: 'r' });
        await beat.advance(at);
        offset = jump;
        await beat.advance(3 * HOUR);
        t.deepEqual([await host.result('r'), effects], [['TimeoutError', 1], ['one', 'two', 'three']], `${jump} at ${at}`);
      }
    }
  });

  t.test('what was published just before a sleep, or before a try that threw at once, is kept and shown once', async () => {
    let tries = 0;
    const workflow = new Workflow('shows').addStep('s', [START], async (_event, context) => {
      context.writeEventToStream({ type: 'A' });
      const slow = context.run('slow', async () => { await Promise.resolve(); return 1; });
      context.writeEventToStream({ type: 'B' });
      context.writeEventToStream({ type: 'C' });
      await slow;
      context.writeEventToStream({ type: 'D' });
      await context.sleep(100);
      context.writeEventToStream({ type: 'E' });
      return { type: 'Next' };
    }).addStep('next', ['Next'], (_event, context) => {
      context.writeEventToStream({ type: 'F' });
      if (++tries === 1) throw new Error('again');
      return stop(tries);
    }, root.retry({ maxAttempts: 2, backoffMs: 0 }));
    const clock = new FakeClock();
    const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [workflow], clock });
    await host.start(workflow, undefined, { runId: 'r' });
    await clock.advance(200);
    t.equal(await host.result('r'), 2);
    t.deepEqual((await streamOf(host)).filter((type) => type.length === 1), ['A', 'B', 'C', 'D', 'E', 'F']);
  });
};

export default suite;
