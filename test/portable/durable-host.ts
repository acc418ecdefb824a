import type { CheckpointStore } from '../../src/spec/checkpoint.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });

const suite: Suite<Lib> = (t, { root, durable, testing }) => {
  const { Workflow, collect, limit } = root;
  const { InMemoryCheckpointStore, createLocalHost } = durable;

  /** Everything at once: state, updates, sent and published events, fan-in, a limit, a human. `effects` counts what each execution did outside. */
  const everything = (effects: Map<string, number>) => {
    const did = (key: string) => { effects.set(key, (effects.get(key) ?? 0) + 1); };
    return new Workflow('everything')
      .addStep('start', [START], (event, context) => { did(context.idempotencyKey); context.set('n', event['n'] as number); context.set('m', new Map([['d', 1n]])); return { type: 'Plan' }; })
      .addStep('plan', ['Plan'], async (_event, context) => {
        did(context.idempotencyKey);
        context.update('n', (n) => (n as number) + 1);
        context.sendEvent({ type: 'Work', i: 0 });
        await Promise.resolve();
        const seen = context.get('n') as number;
        context.set('seen', seen);
        context.sendEvent({ type: 'Work', i: 1 });
        context.writeEventToStream({ type: 'Planned', seen });
        await Promise.resolve();
        context.update('n', (n) => (n as number) + 10);
        return { type: 'Work', i: 2 };
      })
      .addStep('work', ['Work'], async (event, context) => {
        did(context.idempotencyKey);
        for (let i = event['i'] as number; i < 3; i++) await Promise.resolve();
        context.update('n', (n) => (n as number) + 100);
        context.writeEventToStream({ type: 'Worked', i: event['i'] });
        return { type: 'Worked', i: event['i'] };
      }, limit(2))
      .addStep('join', ['Worked'], (event) => ({ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: String((event['events'] as unknown[]).length) }), collect(3))
      .addStep('answer', ['blazen::InputResponseEvent'], (event, context) => {
        did(context.idempotencyKey);
        return stop([context.get('n'), context.get('seen'), (context.get('m') as Map<string, bigint>).get('d'), event['response']]);
      });
  };

  const EXPECTED = [311, 1, 1n, 'yes'];
  const STREAM = ['Plan', 'Planned', 'Work', 'Work', 'Work', 'Worked', 'Worked', 'Worked', 'Worked', 'Worked', 'Worked', 'blazen::InputRequestEvent', 'blazen::InputResponseEvent'];

  /** A store whose process dies after `commits`: nothing it is asked afterwards ever answers. Asynchronous when `slow`. */
  function mortal(inner: CheckpointStore, commits: number, slow: boolean): CheckpointStore {
    let left = commits;
    const never = new Promise<never>(() => undefined);
    return new Proxy(inner, {
      get(target, key) {
        const method = Reflect.get(target, key) as unknown;
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          if (left <= 0) return never;
          if (key === 'commit') left--;
          const answer = (method as (...args: unknown[]) => unknown).apply(target, args);
          return slow ? Promise.resolve(answer) : answer;
        };
      },
    });
  }

  async function streamOf(host: InstanceType<typeof durable.LocalHost>, runId: string): Promise<string[]> {
    const types: string[] = [];
    let seq = 0;
    for await (const item of host.stream(runId)) {
      t.equal(item.seq, ++seq);
      types.push(item.event.type);
    }
    return types;
  }

  /** Lets whatever is going on come to rest. */
  async function settle(): Promise<void> {
    for (let i = 0; i < 400; i++) await Promise.resolve();
  }

  t.test('a run through a store gives what it gives without one, and its stream is kept', async () => {
    const effects = new Map<string, number>();
    const workflow = everything(effects);
    const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [workflow] });
    const runId = await host.start(workflow, { n: 0 });
    await settle();
    t.equal((await host.status(runId))?.status, 'waiting');
    t.deepEqual(host.active, []);
    const result = host.result(runId);
    t.equal(await host.deliver(runId, 'q', 'yes'), 'stored');
    t.equal(await host.deliver(runId, 'q', 'no'), 'already');
    t.deepEqual(await result, EXPECTED);
    t.deepEqual(await host.result(runId), EXPECTED);
    t.deepEqual((await streamOf(host, runId)).sort(), [...STREAM].sort());
    t.deepEqual([...effects.values()], [1, 1, 1, 1, 1, 1]);
    t.equal(await host.deliver(runId, 'late', 1), 'gone');
  });

  t.test('an answer to a run that nobody works on is a claim and a commit for each change: nothing is read beside it', async () => {
    const calls: string[] = [];
    const store = new Proxy<CheckpointStore>(new InMemoryCheckpointStore(), {
      get(target, key) {
        const method = Reflect.get(target, key) as unknown;
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          calls.push(String(key));
          return (method as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
    const asking = new Workflow('asking')
      .addStep('ask', [START], async () => ({ type: 'blazen::InputRequestEvent', request_id: 'q' }))
      .addStep('answer', ['blazen::InputResponseEvent'], async (event) => stop(event['response']));
    const host = createLocalHost({ store, workflows: [asking] });
    const runId = await host.start(asking);
    await settle();
    t.deepEqual(host.active, []);
    calls.length = 0;
    t.equal(await host.deliver(runId, 'q', 'yes'), 'stored');
    t.equal(await host.result(runId), 'yes');
    t.deepEqual(calls, ['putInput', 'status', 'claim', 'commit', 'commit']);
  });

  t.test('a reader of a stream sees live events as they come and stays while the run waits; later only numbered ones are there', async () => {
    const talking = new Workflow('talking')
      .addStep('ask', [START], async (_event, context) => {
        context.writeEventToStream({ type: 'Asking' });
        await context.checkpoint();
        context.live({ type: 'Token', text: 'Sure' });
        return { type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' };
      })
      .addStep('answer', ['blazen::InputResponseEvent'], async (_event, context) => {
        context.live({ type: 'Token', text: 'Done' });
        await context.checkpoint();
        context.writeEventToStream({ type: 'Answered' });
        return stop(1);
      });
    const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [talking] });
    const runId = await host.start(talking);
    const seen: [number | null, string][] = [];
    const reading = (async () => { for await (const { seq, event } of host.stream(runId)) seen.push([seq, event.type]); })();
    await settle();
    t.deepEqual(await host.deliver(runId, 'q', 'yes'), 'stored');
    await reading;
    t.deepEqual(seen.filter(([seq]) => seq === null), [[null, 'Token'], [null, 'Token']]);
    const numbered = [[1, 'Asking'], [2, 'blazen::InputRequestEvent'], [3, 'blazen::InputResponseEvent'], [4, 'Answered']];
    t.deepEqual(seen.filter(([seq]) => seq !== null), numbered);
    const again: unknown[] = [];
    for await (const { seq, event } of host.stream(runId, 2)) again.push([seq, event.type]);
    t.deepEqual(again, numbered.slice(1));
  });

  t.test('a process that dies after any commit loses nothing and does nothing twice that was committed', async () => {
    for (const slow of [false, true]) {
      let boundaries = 0;
      for (let commits = 1; ; commits++) {
        const inner = new InMemoryCheckpointStore();
        const effects = new Map<string, number>();
        const workflow = everything(effects);
        const dying = createLocalHost({ store: mortal(inner, commits, slow), workflows: [workflow], leaseMs: 1000, clock: { ...clockAt(0) } });
        void dying.start(workflow, { n: 0 }, { runId: 'r' });
        await settle();
        void dying.deliver('r', 'q', 'yes');
        await settle();
        if (inner.status('r')?.status === 'completed') { boundaries = commits; break; }
        const host = createLocalHost({ store: inner, workflows: [workflow], leaseMs: 1000, clock: { ...clockAt(5000) } });
        await host.recover();
        await settle();
        await host.deliver('r', 'q', 'yes');
        t.deepEqual(await host.result('r'), EXPECTED, `after ${commits} commits`);
        t.deepEqual((await streamOf(host, 'r')).sort(), [...STREAM].sort(), `stream after ${commits} commits`);
        // An execution may run again after a crash, always under the same key; at most those in flight do.
        t.equal(effects.size, 6);
        t.ok([...effects.values()].reduce((sum, n) => sum + n, 0) <= 6 + 3);
      }
      t.ok(boundaries > 12, `only ${boundaries} boundaries`);
    }
  });

  t.test('a failed run tells its error after a restart', async () => {
    const store = new InMemoryCheckpointStore();
    const bad = new Workflow('bad').addStep('s', [START], async () => { throw new Error('boom'); });
    const first = createLocalHost({ store, workflows: [bad] });
    await first.start(bad, undefined, { runId: 'r' });
    await t.rejects(first.result('r'), root.StepError);
    const second = createLocalHost({ store, workflows: [bad] });
    const error = await t.rejects(second.result('r'), /failed on blazen::StartEvent, attempt 1: boom/) as { name: string; code: string };
    t.deepEqual([error.name, error.code], ['StepError', 'workflow.step_failed']);
    t.deepEqual(await second.recover(), []);
  });

  t.test('a value that cannot be stored fails the step that gave it', async () => {
    const bad = new Workflow('bad').addStep('s', [START], () => ({ type: 'Next', live: () => 1 }));
    const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [bad] });
    const runId = await host.start(bad);
    const error = await t.rejects(host.result(runId), root.StepError) as Error;
    t.ok(error.cause instanceof root.SerializationError);
  });

  t.test('a worker that lost its run to another one can change nothing', async () => {
    const store = new InMemoryCheckpointStore();
    let release!: () => void;
    const blocked = new Promise<void>((resolve) => { release = resolve; });
    let first = true;
    const slow = new Workflow('slow').addStep('s', [START], async (_event, context) => {
      const late = first;
      first = false;
      if (late) await blocked;
      context.set('by', late ? 'late' : 'early');
      return { type: 'End' };
    }).addStep('end', ['End'], (_event, context) => stop(context.get('by')));
    const frozen = createLocalHost({ store, workflows: [slow], leaseMs: 1000, clock: clockAt(0) });
    await frozen.start(slow, undefined, { runId: 'r' });
    await settle();
    const other = createLocalHost({ store, workflows: [slow], leaseMs: 1000, clock: clockAt(10_000) });
    t.deepEqual(await other.recover(), ['r']);
    t.equal(await other.result('r'), 'early');
    release();
    await settle();
    t.equal(await frozen.result('r'), 'early');
    t.equal(await createLocalHost({ store, workflows: [slow] }).result('r'), 'early');
  });

  t.test('a host renews the lease of a run it works on, and stops when it was taken away', async () => {
    const store = new InMemoryCheckpointStore();
    const clock = new testing.FakeClock();
    let release!: () => void;
    const blocked = new Promise<void>((resolve) => { release = resolve; });
    const slow = new Workflow('slow', { timeoutMs: 0 }).addStep('s', [START], async () => { await blocked; return stop('done'); });
    const host = createLocalHost({ store, workflows: [slow], leaseMs: 900, clock, owner: 'a' });
    await host.start(slow, undefined, { runId: 'r' });
    await clock.advance(5000);
    t.deepEqual(await createLocalHost({ store, workflows: [slow], leaseMs: 900, clock, owner: 'b' }).recover(), []);
    const stuck = createLocalHost({ store, workflows: [slow], leaseMs: 900, clock: clockAt(9000), owner: 'c' });
    t.deepEqual(await stuck.recover(), ['r']);
    const lost = t.rejects(host.result('r'), root.PersistFencedError);
    await clock.advance(300);
    t.deepEqual(host.active, []);
    await lost;
    release();
    t.equal(await stuck.result('r'), 'done');
    await host.close();
    await t.rejects(host.start(slow), /closed/);
  });

  t.test('a run that its host gives back is finished by another', async () => {
    const store = new InMemoryCheckpointStore();
    let release!: () => void;
    const blocked = new Promise<void>((resolve) => { release = resolve; });
    const workflow = new Workflow('handover')
      .addStep('a', [START], (_event, context) => { context.set('x', 1); return { type: 'B' }; })
      .addStep('b', ['B'], async (_event, context) => { await blocked; return stop(context.get('x')); });
    const first = createLocalHost({ store, workflows: [workflow], clock: clockAt(0) });
    await first.start(workflow, undefined, { runId: 'r' });
    await settle();
    await first.close();
    const second = createLocalHost({ store, workflows: [workflow], clock: clockAt(1) });
    t.deepEqual(await second.recover(), ['r']);
    release();
    t.equal(await second.result('r'), 1);
  });

  t.test('a run that the workflow of a host does not fit is left to a host that it fits, and keeps no other from going on', async () => {
    const store = new InMemoryCheckpointStore();
    const never = new Promise<never>(() => undefined);
    const version = (step: string) => new Workflow('w').addStep(step, [START], () => stop(step));
    const frozen = new Workflow('w').addStep('old', [START], () => never);
    const other = new Workflow('other').addStep('s', [START], () => stop('other'));
    const dead = createLocalHost({ store, workflows: [frozen, new Workflow('other').addStep('s', [START], () => never)], clock: clockAt(0), leaseMs: 1000 });
    for (const [runId, workflow] of [['a', frozen], ['b', frozen], ['c', other]] as const) await dead.start(workflow, undefined, { runId });

    const wrong = createLocalHost({ store, workflows: [version('new'), other], clock: clockAt(2000), leaseMs: 1000 });
    t.deepEqual(await wrong.recover(), ['c']);
    t.equal(await wrong.result('c'), 'other');
    await t.rejects(wrong.result('a'), root.SnapshotError);
    t.deepEqual([wrong.active, await wrong.recover()], [[], []]);
    const right = createLocalHost({ store, workflows: [version('old')], clock: clockAt(3000), leaseMs: 1000 });
    t.deepEqual((await right.recover()).sort(), ['a', 'b']);
    t.equal(await right.result('a'), 'old');
  });

  t.test('recover takes up all that is due in a store, however much it is', async () => {
    const store = new InMemoryCheckpointStore();
    const never = new Promise<never>(() => undefined);
    const stuck = createLocalHost({ store, workflows: [new Workflow('w').addStep('s', [START], () => never)], clock: clockAt(0), leaseMs: 1000 });
    const workflow = new Workflow('w').addStep('s', [START], () => stop('done'));
    const ids = Array.from({ length: 250 }, (_, i) => `r${i}`);
    for (const runId of ids) await stuck.start(workflow, undefined, { runId });
    const { host, runIds } = await durable.recover(store, [workflow]);
    t.deepEqual([...runIds].sort(), [...ids].sort());
    t.equal(await host.result('r249'), 'done');
    t.deepEqual((await durable.recover(store, [workflow])).runIds, []);
    await host.close();
  });

  t.test('recover waits for a slow store for sixteen runs at a time', async () => {
    const memory = new InMemoryCheckpointStore();
    let [waiting, most] = [0, 0];
    const slow = new Proxy(memory, {
      get(target, key) {
        const member = Reflect.get(target, key) as unknown;
        if (key !== 'claim') return typeof member === 'function' ? member.bind(target) as unknown : member;
        return async (...args: Parameters<typeof memory.claim>) => {
          most = Math.max(most, ++waiting);
          for (let i = 0; i < 20; i++) await Promise.resolve();
          waiting--;
          return memory.claim(...args);
        };
      },
    });
    const never = new Promise<never>(() => undefined);
    const stuck = createLocalHost({ store: memory, workflows: [new Workflow('w').addStep('s', [START], () => never)], clock: clockAt(0), leaseMs: 1000 });
    for (let i = 0; i < 50; i++) await stuck.start(new Workflow('w'), undefined, { runId: `r${i}` });
    const host = createLocalHost({ store: slow, workflows: [new Workflow('w').addStep('s', [START], () => stop('done'))], clock: clockAt(2000) });
    t.equal((await host.recover()).length, 50);
    t.equal(most, 16);
    t.equal(await host.result('r49'), 'done');
    await host.close();
  });

  t.test('runs that ended long ago are deleted with their streams, others never', async () => {
    const store = new InMemoryCheckpointStore();
    const workflow = new Workflow<{ how: string }>('w', { timeoutMs: 0 })
      .addStep('s', [START], (event, context) => {
        context.writeEventToStream({ type: 'Seen' });
        if (event['how'] === 'failed') throw new Error('no');
        return event['how'] === 'waiting' ? { type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' } : stop(1);
      });
    for (const [at, age] of [[0, 'old'], [9000, 'new']] as const) {
      const host = createLocalHost({ store, workflows: [workflow], clock: clockAt(at) });
      for (const how of ['completed', 'failed', 'waiting', 'aborted']) {
        const runId = `${age} ${how}`;
        await host.start(workflow, { how: how === 'aborted' ? 'waiting' : how }, { runId });
        await settle();
        if (how === 'aborted') await host.abort(runId);
      }
      await settle();
    }
    // More than a page of them.
    const host = createLocalHost({ store, workflows: [workflow], clock: clockAt(0) });
    for (let i = 0; i < 150; i++) await host.start(workflow, { how: 'completed' });
    await settle();
    t.equal(await durable.deleteEnded(store, 5000, clockAt(10_000)), 153);
    t.deepEqual(store.list().runs.map(({ runId }) => runId).sort(), ['new aborted', 'new completed', 'new failed', 'new waiting', 'old waiting']);
    t.deepEqual(store.readStream('old completed', 0, 10), []);
    t.equal(await durable.deleteEnded(store, 5000, clockAt(10_000)), 0);
    await t.rejects(durable.deleteEnded(store, Number.NaN), root.ValidationError);
  });

  /** A clock that stands still and never fires: leases end only for those who look from later. */
  function clockAt(now: number) {
    return { now: () => now, after: () => 0, cancel: () => undefined };
  }

  t.test('a host whose clock counts in fractions of a millisecond stores whole ones', async () => {
    const store = new InMemoryCheckpointStore();
    const host = createLocalHost({ store, workflows: [everything(new Map())], clock: new testing.FakeClock(1_795_000_000_000.625) });
    await host.start(everything(new Map()), { n: 0 }, { runId: 'r' });
    while (host.active.length > 0) await Promise.resolve();
    t.equal(await host.deliver('r', 'q', 'yes'), 'stored');
    t.deepEqual(await host.result('r'), EXPECTED);
  });
};

export default suite;
