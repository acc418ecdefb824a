// What each method of a handler does in each status of its run.
import type { RunStatus, WorkflowHandler } from '../../src/index.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });

const suite: Suite<Lib> = (t, { root, testing }) => {
  const { Workflow } = root;

  /** A run in a status, and what lets a step that it is in the middle of end. */
  interface Case { readonly handler: WorkflowHandler; readonly release: () => void; readonly clock: InstanceType<typeof testing.FakeClock> }

  const build = (how: string, gate: Promise<void>, began: () => void) => new Workflow('statuses', { timeoutMs: 1000 })
    .addStep('begin', [START], async (_event, ctx) => {
      ctx.writeEventToStream({ type: 'Seen', how });
      began();
      if (how === 'running' || how === 'pausing' || how === 'paused' || how === 'timed_out') await gate;
      if (how === 'failed') throw new Error('broken');
      return how === 'waiting' || how === 'aborted' ? { type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' } : { type: 'Last' };
    })
    .addStep('last', ['Last', 'blazen::InputResponseEvent', 'Sent'], (event) => stop(event.type));

  async function reach(status: RunStatus): Promise<Case> {
    let began!: () => void;
    let release!: () => void;
    const beginning = new Promise<void>((resolve) => { began = resolve; });
    const gate = new Promise<void>((resolve) => { release = resolve; });
    const clock = new testing.FakeClock();
    const handler = await build(status, gate, began).runWithHandler({}, { clock });
    await beginning;
    if (status === 'pausing') void handler.pause();
    else if (status === 'paused') {
      const pausing = handler.pause();
      release();
      await pausing;
    } else if (status === 'timed_out') await clock.advance(1000);
    else if (status !== 'running') await handler.resting();
    if (status === 'aborted') handler.abort('enough');
    if (status !== 'running' && status !== 'pausing') await handler.resting();
    t.equal(handler.status, status);
    return { handler, release, clock };
  }

  const live = ['running', 'pausing', 'paused', 'waiting'] as const;
  const ended = ['completed', 'failed', 'aborted', 'timed_out'] as const;
  const outcome = (handler: WorkflowHandler) => handler.result().then(({ data }) => data, (error: unknown) => (error as Error).name);

  t.test('result waits while the run lives, and afterwards gives the same as often as asked', async () => {
    const expected = { completed: 'Last', failed: 'StepError', aborted: 'AbortedError', timed_out: 'TimeoutError' };
    for (const status of ended) {
      const { handler } = await reach(status);
      for (const ask of [() => handler.result(), () => handler.awaitResult(), () => handler.result()]) {
        t.equal(await ask().then(({ data }) => data, (error: unknown) => (error as Error).name), expected[status], status);
      }
    }
    for (const status of live) {
      const { handler, release } = await reach(status);
      const asked = [outcome(handler), outcome(handler)];
      release();
      handler.resumeInPlace();
      if (status === 'waiting') handler.respondToInput('q', 1);
      t.deepEqual(await Promise.all(asked), Array(2).fill(status === 'waiting' ? 'blazen::InputResponseEvent' : 'Last'), status);
    }
  });

  t.test('pause gives the snapshot of a run that lives, null of one that has ended, and may be asked twice', async () => {
    for (const status of live) {
      const { handler, release } = await reach(status);
      const first = handler.pause();
      const second = handler.pause();
      release();
      t.deepEqual((await Promise.all([first, second])).map((snapshot) => snapshot?.runId), [handler.runId(), handler.runId()], status);
      t.equal(handler.status, 'paused');
    }
    for (const status of ended) {
      const { handler } = await reach(status);
      t.equal(await handler.pause(), null, status);
      t.equal(handler.status, status);
    }
  });

  t.test('resumeInPlace lets a run that pauses or is paused go on, and changes nothing otherwise', async () => {
    for (const status of [...live, ...ended]) {
      const { handler } = await reach(status);
      handler.resumeInPlace();
      if (status === 'paused') t.equal(await outcome(handler), 'Last');
      else t.equal(handler.status, status === 'pausing' ? 'running' : status);
    }
  });

  t.test('snapshot works while the run lives and changes nothing; afterwards it is a SnapshotError', async () => {
    for (const status of live) {
      const { handler } = await reach(status);
      t.equal((await handler.snapshot()).runId, handler.runId(), status);
      t.equal(handler.status, status);
    }
    for (const status of ended) {
      const { handler } = await reach(status);
      await t.rejects(handler.snapshot(), { type: root.SnapshotError, message: new RegExp(`it is ${status}`) });
    }
  });

  t.test('abort and cancel end a run that lives, whatever it does, and change nothing afterwards', async () => {
    for (const stopIt of ['abort', 'cancel'] as const) {
      for (const status of live) {
        const { handler } = await reach(status);
        handler[stopIt]('because');
        handler[stopIt]('again');
        t.equal(handler.status, 'aborted', status);
        const error = await handler.result().then(() => null, (reason: unknown) => reason as Error);
        t.equal(error?.cause, 'because');
      }
      for (const status of ended) {
        const { handler } = await reach(status);
        handler[stopIt]('late');
        t.equal(handler.status, status);
      }
    }
  });

  t.test('respondToInput takes an open request, also of a paused run, which goes on when it is resumed; anything else is a ValidationError', async () => {
    const { handler: waiting } = await reach('waiting');
    await waiting.pause();
    waiting.respondToInput('q', 1);
    t.equal(waiting.status, 'paused');
    t.throws(() => waiting.respondToInput('q', 2), root.ValidationError);
    waiting.resumeInPlace();
    t.equal(await outcome(waiting), 'blazen::InputResponseEvent');
    for (const status of [...live, ...ended]) {
      const { handler } = await reach(status);
      t.throws(() => handler.respondToInput('unknown', 1), root.ValidationError);
      t.throws(() => handler.respondToInputTyped({ requestId: 'unknown', response: 1 }), root.ValidationError);
      if (status !== 'waiting') t.throws(() => handler.respondToInput('q', 1), root.ValidationError);
      t.equal(handler.status, status);
    }
  });

  t.test('sendEvent is taken while the run lives, also when it is paused, and is a ValidationError afterwards', async () => {
    for (const status of live) {
      const { handler, release } = await reach(status);
      handler.sendEvent({ type: 'Sent' });
      if (status === 'paused' || status === 'pausing') t.equal(handler.status, status);
      handler.resumeInPlace();
      t.ok(['Sent', 'Last'].includes(String(await outcome(handler))), status);
      release();
    }
    for (const status of ended) {
      const { handler } = await reach(status);
      t.throws(() => handler.sendEvent({ type: 'Sent' }), { type: root.ValidationError, message: new RegExp(`the run is ${status}`) });
    }
  });

  t.test('the stream is read from its beginning in every status, and ends when the run has ended', async () => {
    for (const status of [...live, ...ended]) {
      const { handler } = await reach(status);
      const first = await handler.nextEvent();
      t.deepEqual([first?.type, (first as unknown as { how: string }).how], ['Seen', status]);
      handler.abort();
      for (let event = first; event !== null;) event = await handler.nextEvent();
      t.equal(await handler.nextEvent(), null);
      const types: string[] = [];
      await handler.streamEvents((event) => { types.push(event.type); });
      t.equal(types[0], 'Seen', status);
    }
  });

  t.test('before the first step a handler does what it does while the run is running', async () => {
    let calls = 0;
    const one = new Workflow('one').addStep('only', [START, 'Sent'], async (event) => { calls++; await Promise.resolve(); return stop(event.type); });
    const fresh = async () => {
      calls = 0;
      const handler = await one.runWithHandler({});
      t.deepEqual([handler.status, calls], ['running', 0]);
      return handler;
    };
    const asked = await fresh();
    t.deepEqual([(await asked.result()).data, calls], [START, 1]);
    const aborted = await fresh();
    aborted.abort('never mind');
    await t.rejects(aborted.result(), root.AbortedError);
    t.deepEqual([aborted.status, calls], ['aborted', 0]);
    const paused = await fresh();
    const saved = await paused.pause();
    t.deepEqual([paused.status, calls], ['paused', 0]);
    t.equal((await (await one.resume(String(saved))).result()).data, START);
    paused.resumeInPlace();
    t.deepEqual([(await paused.result()).data, calls], [START, 2]);
    const shot = await fresh();
    const early = shot.snapshot();
    shot.resumeInPlace();
    t.equal((await (await one.resume(await early)).result()).data, START);
    t.equal((await shot.result()).data, START);
    const sent = await fresh();
    t.throws(() => sent.respondToInput('q', 1), root.ValidationError);
    sent.sendEvent({ type: 'Sent' });
    const [first] = await Promise.all([sent.nextEvent(), sent.result()]);
    t.deepEqual([first?.type, await sent.nextEvent()], ['Sent', null]);
  });

  t.test('while detached work holds back the end, a run is running and its result is fixed', async () => {
    for (const end of ['release', 'abort', 'pause', 'send'] as const) {
      let release!: () => void;
      const gate = new Promise<void>((resolve) => { release = resolve; });
      const held = new Workflow('held')
        .addStep('start', [START], (_event, ctx) => [...root.scope(ctx, { type: 'Audit' }, { detached: true }), stop('fixed')])
        .addStep('audit', ['Audit'], async () => { await gate; })
        .addStep('sent', ['Sent'], () => stop('other'));
      const handler = await held.runWithHandler({});
      for (let i = 0; i < 40; i++) await Promise.resolve();
      t.equal(handler.status, 'running');
      if (end === 'abort') handler.abort('enough');
      else if (end === 'send') handler.sendEvent({ type: 'Sent' });
      else if (end === 'pause') {
        const pausing = handler.pause();
        release();
        // The last of it has ended, and with it the run.
        t.equal(await pausing, null);
      }
      release();
      t.equal((await handler.result()).data, 'fixed', end);
      t.equal(handler.status, 'completed');
    }
  });

  t.test('runId and status answer at once in every status', async () => {
    for (const status of [...live, ...ended]) {
      const { handler } = await reach(status);
      t.equal(handler.runId(), handler.run.id);
      t.equal(handler.status, status);
      handler.abort();
    }
  });
};

export default suite;
