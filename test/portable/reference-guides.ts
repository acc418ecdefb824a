// Pausing, moving, asking a human and the session, as the guides of the reference show them, written anew: after changing
// the import they must do what the guides say. Node's guides await what is synchronous here; awaiting it must be harmless.
/* oxlint-disable typescript/await-thenable */
import type { SnapshotJson } from '../../src/index.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const ANSWER = 'blazen::InputResponseEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });

const suite: Suite<Lib> = (t, { root, events }) => {
  const { Workflow, WorkflowBuilder } = root;

  const review = () => {
    const wf = new Workflow('review');
    wf.addStep('draft', [START], async (event, ctx) => { await ctx.set('topic', event['topic'] as string); return { type: 'ReadyForReview' }; });
    wf.addStep('review', ['ReadyForReview'], async () => ({ type: 'blazen::InputRequestEvent', request_id: 'review-1', prompt: 'Approve?', metadata: { level: 2 } }));
    wf.addStep('finish', [ANSWER], async (event, ctx) => stop({ topic: await ctx.get('topic'), answer: event['response'] }));
    return wf;
  };

  /** A run of two steps, paused between them; the first has put `value` into the session. */
  const pausedBetween = async (value: unknown, policy: string) => {
    let begun!: () => void;
    let release!: () => void;
    const beginning = new Promise<void>((resolve) => { begun = resolve; });
    const gate = new Promise<void>((resolve) => { release = resolve; });
    const wf = new Workflow('session');
    wf.addStep('first', [START], async (_event, ctx) => { ctx.session.set('client', value); begun(); await gate; return { type: 'Second' }; });
    wf.addStep('second', ['Second'], async (_event, ctx) => stop(ctx.session.get('client')));
    const handler = await wf.setSessionPausePolicy(policy).runWithHandler({});
    await beginning;
    const pausing = handler.pause();
    release();
    return { handler, snapshot: await pausing };
  };

  t.test('package page: three steps hand values on, in events and in the context', async () => {
    const wf = new Workflow('pipeline');
    wf.addStep('extract', [START], async (event, ctx) => { await ctx.set('original', event['text'] as string); return { type: 'CleanEvent', text: String(event['text']).trim().toLowerCase() }; });
    wf.addStep('analyze', ['CleanEvent'], async (event) => ({ type: 'SummarizeEvent', text: event['text'], wordCount: String(event['text']).split(/\s+/).length }));
    wf.addStep('summarize', ['SummarizeEvent'], async (event, ctx) => stop({ original: await ctx.get('original'), cleaned: event['text'], wordCount: event['wordCount'] }));
    t.deepEqual((await wf.run({ text: '  Hello World  ' })).data, { original: '  Hello World  ', cleaned: 'hello world', wordCount: 2 });
  });

  t.test('package page: a side-effect step sends an event with a field of its own called data', async () => {
    const wf = new Workflow('side-effect');
    wf.addStep('log_and_continue', [START], async (event, ctx) => {
      await ctx.set('processed', true);
      await ctx.sendEvent({ type: 'NextStep', data: event['input'] });
      return null;
    });
    wf.addStep('finish', ['NextStep'], async (event, ctx) => stop({ processed: await ctx.get('processed'), data: event['data'] }));
    t.deepEqual((await wf.run({ input: 'hello' })).data, { processed: true, data: 'hello' });
  });

  t.test('package page: pause without awaiting it, keep the text, resume it, and resumeInPlace does no harm', async () => {
    const build = () => {
      const wf = new Workflow('pausable');
      wf.addStep('work', [START], async (event) => stop({ answer: 42, input: event['input'] }));
      return wf;
    };
    const handler = await build().runWithHandler({ input: 'data' });
    void handler.pause();
    const saved = String(await handler.snapshot());
    const resumedHandler = await build().resume(saved);
    await resumedHandler.resumeInPlace();
    t.deepEqual((await resumedHandler.result()).data, { answer: 42, input: 'data' });
    t.equal(handler.status, 'paused');
  });

  t.test('Node guide: what pause gives is what resume takes, awaited or not', async () => {
    const build = () => new Workflow('steps')
      .addStep('first', [START], async (event) => ({ type: 'Second', n: event['n'] }))
      .addStep('second', ['Second'], async (event) => stop(event['n']));
    const handler = await build().runWithHandler({ n: 7 });
    const snapshot = handler.pause();
    const handler2 = await build().resume(snapshot);
    t.equal((await handler2.result()).data, 7);
    t.equal((await (await build().resume(await snapshot)).result()).data, 7);
    t.equal((await (await build().resume(JSON.stringify(await snapshot))).result()).data, 7);
    await handler.resumeInPlace();
    t.equal((await handler.result()).data, 7);
    t.equal(await handler.pause(), null);
    await t.rejects(build().resume(handler.pause()), { type: root.SnapshotError, message: /there is no snapshot/ });
  });

  t.test('Node guide: pausing never fails; what cannot be saved is told by snapshot, and the run goes on', async () => {
    const socket = { close: () => undefined };
    const { handler, snapshot } = await pausedBetween(socket, 'pickle_or_error');
    t.equal(snapshot, null);
    await t.rejects(handler.snapshot(), { type: root.SnapshotError, message: /live values \(client\)/ });
    handler.resumeInPlace();
    t.equal((await handler.result()).data, socket);
  });

  t.test('Node guide: an input request is read flat, and answered in the typed spelling', async () => {
    const handler = await review().runWithHandler({ topic: 'tides' });
    const seen: unknown[] = [];
    const streaming = handler.streamEvents((event) => {
      if (event.type !== 'blazen::InputRequestEvent') return;
      const request = event as unknown as { request_id: string; prompt: string; metadata: unknown };
      seen.push([request.prompt, request.metadata]);
      handler.respondToInputTyped({ requestId: request.request_id, response: { approved: true, note: 'looks good' } });
    });
    t.deepEqual((await handler.result()).data, { topic: 'tides', answer: { approved: true, note: 'looks good' } });
    await streaming;
    t.deepEqual(seen, [['Approve?', { level: 2 }]]);
    t.throws(() => handler.respondToInputTyped({ requestId: 'review-1', response: 1 }), root.ValidationError);
  });

  t.test('an answer made by a definition is checked before it reaches the run', async () => {
    const approved = {
      '~standard': {
        version: 1 as const, vendor: 'test',
        validate: (value: unknown) => {
          const { request_id: id, response } = value as { request_id?: unknown; response?: { approved?: unknown } };
          return typeof id === 'string' && typeof response?.approved === 'boolean'
            ? { value: { request_id: id, response: { approved: response.approved } } } : { issues: [{ message: 'no approval', path: ['response', 'approved'] }] };
        },
        types: undefined as unknown as { readonly input: { request_id: string; response: { approved: boolean } }; readonly output: { request_id: string; response: { approved: boolean } } },
      },
    };
    const Approval = events.defineEvent('blazen::InputResponseEvent', approved);
    const handler = await review().runWithHandler({ topic: 'moons' });
    await handler.resting();
    t.throws(() => handler.respondToInputTyped(Approval({ request_id: 'review-1', response: { approved: 'yes' as never } })), root.ValidationError);
    handler.respondToInputTyped(Approval({ request_id: 'review-1', response: { approved: false } }));
    t.deepEqual((await handler.result()).data, { topic: 'moons', answer: { approved: false } });
  });

  t.test('several requests of one run are answered one after the other, across a resume between them', async () => {
    const build = () => new Workflow('two questions')
      .addStep('ask', [START], () => ({ type: 'blazen::InputRequestEvent', request_id: 'name', prompt: 'Name?' }))
      .addStep('next', [ANSWER], (event, ctx) => {
        ctx.set(String(event['request_id']), event['response'] as string);
        return event['request_id'] === 'name' ? { type: 'blazen::InputRequestEvent', request_id: 'age', prompt: 'Age?' } : stop([ctx.get('name'), ctx.get('age')]);
      });
    const handler = await build().runHandler({});
    await handler.resting();
    handler.respondToInput('name', 'Ada');
    await handler.resting();
    const moved = await build().resumeFromSnapshot(await handler.snapshot());
    await moved.resting();
    moved.respondToInput('age', 36);
    t.deepEqual((await moved.awaitResult()).data, ['Ada', 36]);
  });

  t.test('WASM guide: a builder makes the workflow, also in the process that resumes it', async () => {
    const builder = new WorkflowBuilder('built')
      .addStep('ask', [START], (event, ctx) => {
        ctx.session.set('handle', new root.SerializableRef('app::Handle', new TextEncoder().encode(String(event['id']))));
        ctx.session.set('other', new root.SerializableRef('app::Unknown', new Uint8Array([1])));
        return { type: 'blazen::InputRequestEvent', request_id: 'go', prompt: 'Go on?' };
      })
      .addStep('use', [ANSWER], (_event, ctx) => stop([ctx.session.get('handle'), ctx.session.get('other') instanceof root.SerializableRef]))
      .setSessionPausePolicy('pickle_or_serialize')
      .setTimeout(30);
    const handler = await builder.build().runWithHandler({ id: 42 });
    await handler.resting();
    const snap = JSON.parse(JSON.stringify(await handler.snapshot())) as SnapshotJson;
    const restored = await Workflow.fromBuilder(builder).resumeWithSerializableRefs(snap, { 'app::Handle': (bytes) => ({ id: Number(new TextDecoder().decode(bytes)) }) });
    await restored.resting();
    restored.respondToInput('go', true);
    t.deepEqual((await restored.awaitResult()).data, [{ id: 42 }, true]);
    t.throws(() => new WorkflowBuilder('bad').addStep('x', [], () => null).build(), root.ValidationError);
    t.throws(() => new WorkflowBuilder('bad').setSessionPausePolicy('nonsense').build(), root.ValidationError);
  });

  t.test('WASM guide: both spellings of the pause policy keep the session in this process and out of a snapshot', async () => {
    for (const policy of ['continue', 'pause']) {
      const live = { tag: 'live' };
      const { handler, snapshot } = await pausedBetween(live, policy);
      t.deepEqual(snapshot?.body.session.dropped, ['client']);
      handler.resumeInPlace();
      t.equal((await handler.result()).data, live);
    }
  });

  t.test('WASM reference: a snapshot while the run goes on stops nothing', async () => {
    const handler = await review().runWithHandler({ topic: 'live' });
    const early = await handler.snapshot();
    await handler.resting();
    handler.respondToInput('review-1', 'yes');
    t.deepEqual((await handler.result()).data, { topic: 'live', answer: 'yes' });
    const again = await review().resume(early);
    await again.resting();
    again.respondToInput('review-1', 'no');
    t.deepEqual((await again.result()).data, { topic: 'live', answer: 'no' });
  });
};

export default suite;
