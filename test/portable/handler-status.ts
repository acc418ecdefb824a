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
