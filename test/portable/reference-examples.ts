// The workflow examples of the reference documents, written anew in their shape: after changing the import they must do
// what the documents say. Node's documents await what is synchronous here; awaiting it must be harmless.
/* oxlint-disable typescript/await-thenable */
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

type Seen = { readonly type: string; readonly [field: string]: unknown };

const suite: Suite<Lib> = (t, { root, testing }) => {
  const { Workflow } = root;

  // ---- Examples of the Node documents

  t.test('basic workflow: start, greet, format, stop', async () => {
    const wf = new Workflow('basic');
    wf.addStep('parse_input', ['blazen::StartEvent'], async (event) => ({ type: 'GreetEvent', name: event['name'] ?? 'World' }));
    wf.addStep('greet', ['GreetEvent'], async (event) => ({ type: 'FormattedEvent', text: `Hello, ${String(event['name'])}!` }));
    wf.addStep('format', ['FormattedEvent'], async (event) => ({ type: 'blazen::StopEvent', result: { greeting: event['text'] } }));
    const result = await wf.run({ name: 'Blazen' });
    t.equal(result.type, 'blazen::StopEvent');
    t.deepEqual(result.data, { greeting: 'Hello, Blazen!' });
    t.deepEqual((await wf.run({})).data, { greeting: 'Hello, World!' });
  });

  t.test('streaming workflow: a callback for each published event, and the result', async () => {
    const wf = new Workflow('streaming');
    wf.addStep('process', ['blazen::StartEvent'], async (_event, ctx) => {
      for (let i = 0; i < 3; i++) await ctx.writeEventToStream({ type: 'Progress', step: i, message: `Processing step ${i}` });
      return { type: 'blazen::StopEvent', result: { done: true } };
    });
    const collected: Seen[] = [];
    const result = await wf.runStreaming({}, (event) => { collected.push(event as Seen); });
    t.deepEqual(collected.map((event) => [event.type, event['step'], event['message']]), [0, 1, 2].map((i) => ['Progress', i, `Processing step ${i}`]));
    t.deepEqual(result.data, { done: true });
  });

  t.test('branching workflow: one of two branches by a condition', async () => {
    const wf = new Workflow('branching');
    wf.addStep('classify', ['blazen::StartEvent'], async (event) => ({
      type: String(event['text']).toLowerCase().includes('good') ? 'PositiveEvent' : 'NegativeEvent', text: event['text'],
    }));
    for (const [type, sentiment] of [['PositiveEvent', 'positive'], ['NegativeEvent', 'negative']] as const) {
      wf.addStep(`handle_${sentiment}`, [type], async (event) => ({ type: 'blazen::StopEvent', result: { sentiment, text: event['text'] } }));
    }
    t.deepEqual((await wf.run({ text: 'A GOOD day' })).data, { sentiment: 'positive', text: 'A GOOD day' });
    t.deepEqual((await wf.run({ text: 'Rain' })).data, { sentiment: 'negative', text: 'Rain' });
  });

  t.test('fan-out: both branches run, the first StopEvent wins', async () => {
    const ran: string[] = [];
    const wf = new Workflow('fan');
    wf.addStep('fan', ['blazen::StartEvent'], async () => [{ type: 'BranchA', value: 'a' }, { type: 'BranchB', value: 'b' }]);
    wf.addStep('a', ['BranchA'], async (event, ctx) => {
      ran.push(String(event['value']));
      await new Promise((done) => { ctx.signal.addEventListener('abort', done); });
      return { type: 'blazen::StopEvent', result: 'late' };
    });
    wf.addStep('b', ['BranchB'], async (event) => {
      ran.push(String(event['value']));
      return { type: 'blazen::StopEvent', result: 'first' };
    });
    t.equal((await wf.run({})).data, 'first');
    t.deepEqual(ran, ['a', 'b']);
  });

  t.test('human in the loop: a side-effect step sends the next event itself and returns null', async () => {
    const wf = new Workflow('review');
    wf.addStep('draft', ['blazen::StartEvent'], async (event, ctx) => {
      await ctx.set('document', event['document'] as string);
      return { type: 'ReadyForReview' };
    });
    wf.addStep('review', ['ReadyForReview'], async (_event, ctx) => {
      await ctx.set('needs_approval', true);
      await ctx.set('approved', (await ctx.get('document')) === 'fine');
      await ctx.sendEvent({ type: 'ReviewComplete' });
      return null;
    });
    wf.addStep('finish', ['ReviewComplete'], async (_event, ctx) => (
      { type: 'blazen::StopEvent', result: { asked: await ctx.get('needs_approval'), approved: await ctx.get('approved') } }));
    t.deepEqual((await wf.run({ document: 'fine' })).data, { asked: true, approved: true });
    t.deepEqual((await wf.run({ document: 'poor' })).data, { asked: true, approved: false });
  });

  t.test('stateful workflow: state and session are two namespaces, with every documented method', async () => {
    const wf = new Workflow('stateful');
    wf.addStep('setup', ['blazen::StartEvent'], async (_event, ctx) => {
      await ctx.state.set('counter', 5);
      await ctx.state.set('k', 'state-value');
      await ctx.state.setBytes('thumbnail', Uint8Array.of(0x89, 0x50));
      await ctx.session.set('reqId', 'abc123');
      await ctx.session.set('k', 'session-value');
      await ctx.session.set('rate', 0);
      await ctx.session.remove('rate');
      return { type: 'Check' };
    });
    wf.addStep('check', ['Check'], async (_event, ctx) => ({
      type: 'blazen::StopEvent',
      result: [
        await ctx.state.get('counter'), await ctx.state.get('k'), await ctx.state.getBytes('thumbnail'), await ctx.session.get('reqId'),
        await ctx.session.get('k'), await ctx.session.has('reqId'), await ctx.session.has('rate'), await ctx.session.get('rate'), await ctx.get('counter'),
      ],
    }));
    t.deepEqual((await wf.run({})).data, [5, 'state-value', Uint8Array.of(0x89, 0x50), 'abc123', 'session-value', true, false, null, 5]);
  });

  // ---- Guides and reference of the Node documents

  t.test('context: values of every documented kind come back, also binary ones through get', async () => {
    const values = { text: 'user_123', count: 5, yes: true, none: null, tags: ['rust', 'workflow'], config: { retries: 3, verbose: true } };
    const pixels = Uint8Array.of(0xff, 0x00, 0x00, 0xff);
    const wf = new Workflow('context');
    wf.addStep('store', ['blazen::StartEvent'], async (_event, ctx) => {
      for (const [key, value] of Object.entries(values)) await ctx.set(key, value);
      await ctx.setBytes('pixels', pixels);
      return { type: 'NextEvent' };
    });
    wf.addStep('use', ['NextEvent'], async (_event, ctx) => {
      const read: Record<string, unknown> = {};
      for (const key of Object.keys(values)) read[key] = await ctx.get(key);
      return { type: 'blazen::StopEvent', result: [read, await ctx.getBytes('pixels'), await ctx.get('pixels'), await ctx.get('missing'), await ctx.getBytes('missing')] };
    });
    t.deepEqual((await wf.run({})).data, [values, pixels, pixels, null, null]);
  });

  t.test('context: each run has a UUID, the same in the step and on the handler', async () => {
    const wf = new Workflow('id');
    wf.addStep('id', ['blazen::StartEvent'], async (_event, ctx) => ({ type: 'blazen::StopEvent', result: await ctx.runId() }));
    const handler = await wf.runWithHandler({});
    const { data } = await handler.result();
    t.equal(data, await handler.runId());
    t.ok(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(String(data)));
  });

  t.test('handler: subscribe, await the subscription, then await the result', async () => {
    const wf = new Workflow('handler');
    wf.addStep('process', ['blazen::StartEvent'], async (event, ctx) => {
      await ctx.writeEventToStream({ type: 'Progress', message: event['message'] });
      return { type: 'blazen::StopEvent', result: { done: true } };
    });
    const handler = await wf.runWithHandler({ message: 'hello' });
    const seen: unknown[] = [];
    await handler.streamEvents((event) => { seen.push([event.type, (event as Seen)['message']]); });
    t.deepEqual((await handler.result()).data, { done: true });
    t.deepEqual(seen, [['Progress', 'hello']]);
  });

  t.test('handler: pause, snapshot, and resume the JSON in a new workflow object', async () => {
    const build = () => {
      const wf = new Workflow('paused');
      wf.addStep('first', ['blazen::StartEvent'], async (event, ctx) => { await ctx.set('n', event['n'] as number); return { type: 'Second' }; });
      wf.addStep('second', ['Second'], async (_event, ctx) => ({ type: 'blazen::StopEvent', result: { n: await ctx.get('n') } }));
      return wf;
    };
    const handler = await build().runWithHandler({ n: 7 });
    await handler.pause();
    const snapshot = String(await handler.snapshot());
    const resumed = await build().resume(snapshot);
    t.deepEqual((await resumed.result()).data, { n: 7 });
    await handler.resumeInPlace();
    t.deepEqual((await handler.result()).data, { n: 7 });
  });

  t.test('handler: abort ends the run, setTimeout limits it in seconds', async () => {
    const wf = new Workflow('endless');
    wf.addStep('wait', ['blazen::StartEvent'], async (_event, ctx) => {
      await new Promise((done) => { ctx.signal.addEventListener('abort', done); });
      return null;
    });
    const handler = await wf.runWithHandler({});
    await handler.abort();
    await t.rejects(handler.result(), root.AbortedError);
    const clock = new testing.FakeClock();
    const late = wf.setTimeout(30).run({}, { clock });
    const refused = t.rejects(late, root.TimeoutError);
    await clock.advance(30_000);
    await refused;
  });

  // ---- Examples, guides and reference of the WASM documents

  t.test('WASM: ask a human on the stream, answer, and get the result', async () => {
    const workflow = new Workflow('topic-researcher');
    workflow.addStep('clarify', ['blazen::StartEvent'], async (event) => ({
      type: 'blazen::InputRequestEvent', request_id: crypto.randomUUID(), prompt: `Confirm the topic to research: "${String(event['topic'])}"`, metadata: null,
    }));
    workflow.addStep('research', ['blazen::InputResponseEvent'], async (event) => ({ type: 'blazen::StopEvent', result: { confirmed_topic: event['response'] } }));

    const handler = await workflow.runWithHandler({ topic: 'tract embeddings' });
    const prompts: string[] = [];
    const streaming = handler.streamEvents((event) => {
      const { event_type, data } = event as unknown as { event_type: string; data: { prompt: string; request_id: string } };
      if (event_type !== 'blazen::InputRequestEvent') return;
      prompts.push(data.prompt);
      handler.respondToInput(data.request_id, 'embeddings in tract');
    });
    const [, finalResult] = await Promise.all([streaming, handler.awaitResult()]);
    t.deepEqual(prompts, ['Confirm the topic to research: "tract embeddings"']);
    t.deepEqual(finalResult.data, { confirmed_topic: 'embeddings in tract' });
  });

  t.test('WASM: pull events one by one, answer one of them, null at the end', async () => {
    const wf = new Workflow('pull');
    wf.addStep('ask', ['blazen::StartEvent'], () => ({ type: 'blazen::InputRequestEvent', prompt: 'Name?' }));
    wf.addStep('greet', ['blazen::InputResponseEvent'], (event) => ({ type: 'blazen::StopEvent', result: (event['response'] as { answer: string }).answer }));
    const handler = await wf.runWithHandler({});
    const event = await handler.nextEvent() as unknown as { event_type: string; data: { prompt: string; request_id: string } };
    t.equal(event.event_type, 'blazen::InputRequestEvent');
    t.equal(event.data.prompt, 'Name?');
    handler.respondToInput(event.data.request_id, { answer: 'Ada' });
    t.equal((await handler.awaitResult()).data, 'Ada');
    let last: unknown = event;
    while (last !== null) last = await handler.nextEvent();
    t.equal(last, null);
  });

  t.test('WASM: events that are sent are seen by runStreaming, in both spellings of the type', async () => {
    const wf = new Workflow('sent');
    wf.addStep('process', ['blazen::StartEvent'], async (_event, ctx) => {
      for (let i = 0; i < 5; i++) ctx.sendEvent({ type: 'Progress', step: i });
      return { type: 'blazen::StopEvent', result: { done: true } };
    });
    const seen: unknown[] = [];
    const result = await wf.runStreaming({}, (event) => {
      const { eventType, event_type, data } = event as unknown as { eventType: string; event_type: string; data: { step: number } };
      seen.push([eventType, event_type, data.step]);
    });
    t.deepEqual(seen, [0, 1, 2, 3, 4].map((i) => ['Progress', 'Progress', i]));
    t.deepEqual(result.data, { done: true });
  });

  t.test('WASM: a step sends a side task and returns the main one', async () => {
    const done: string[] = [];
    const wf = new Workflow('kickoff');
    wf.addStep('kickoff', ['blazen::StartEvent'], async (_event, ctx) => { ctx.sendEvent({ type: 'SideTask', payload: 'extra work' }); return { type: 'MainTask' }; });
    wf.addStep('side', ['SideTask'], (event) => { done.push(String(event['payload'])); return null; });
    wf.addStep('main', ['MainTask'], () => ({ type: 'blazen::StopEvent', result: 'main' }));
    t.equal((await wf.run({})).data, 'main');
    t.deepEqual(done, ['extra work']);
  });

  t.test('WASM: the context is synchronous, bytes are told apart by set', async () => {
    const wf = new Workflow('sync');
    wf.addStep('store', ['blazen::StartEvent'], (event, ctx) => {
      ctx.set('user', event['name'] as string);
      ctx.set('count', 42);
      ctx.set('via_set', Uint8Array.of(1, 2));
      ctx.setBytes('via_explicit', Uint8Array.of(3, 4));
      return { type: 'NextEvent' };
    });
    wf.addStep('read', ['NextEvent'], (_event, ctx) => (
      { type: 'blazen::StopEvent', result: [ctx.get('user'), ctx.get('count'), ctx.get('nope'), ctx.get('via_set'), ctx.getBytes('via_explicit')] }));
    t.deepEqual((await wf.run({ name: 'Alice' })).data, ['Alice', 42, null, Uint8Array.of(1, 2), Uint8Array.of(3, 4)]);
  });

  t.test('WASM: a live object in the session keeps its identity within a run', async () => {
    const live = { tag: 'live', count: 0 };
    const wf = new Workflow('share_live');
    wf.addStep('share', ['blazen::StartEvent'], (_event, ctx) => { ctx.session.set('shared', live); live.count += 1; return { type: 'Use' }; });
    wf.addStep('use', ['Use'], (_event, ctx) => (
      { type: 'blazen::StopEvent', result: [ctx.session.get('shared') === live, (ctx.session.get('shared') as typeof live).count] }));
    t.deepEqual((await wf.run({})).data, [true, 1]);
  });

  t.test('WASM: a snapshot of a paused run survives JSON.stringify, and the run goes on in place', async () => {
    const wf = new Workflow('in-place');
    wf.addStep('first', ['blazen::StartEvent'], async (event) => ({ type: 'Second', topic: event['topic'] }));
    wf.addStep('second', ['Second'], async (event) => ({ type: 'blazen::StopEvent', result: event['topic'] }));
    const handler = await wf.runWithHandler({ topic: 'WASM' });
    await handler.pause();
    const text = JSON.stringify(await handler.snapshot());
    handler.resumeInPlace();
    t.equal((await handler.awaitResult()).data, 'WASM');
    t.equal((await (await wf.resume(text)).result()).data, 'WASM');
    t.equal((await (await wf.resume(JSON.parse(text) as never)).result()).data, 'WASM');
  });

  t.test('WASM: every documented session pause policy is accepted, in both spellings', () => {
    for (const policy of ['pickle_or_error', 'pickle_or_serialize', 'warn_drop', 'hard_error', 'PickleOrError', 'PickleOrSerialize', 'WarnDrop', 'HardError']) {
      t.equal(new Workflow('w').setSessionPausePolicy(policy).name, 'w');
    }
  });

  t.test('WASM: cancel is another name for abort, a broken listener does not stop a run', async () => {
    const wf = new Workflow('cancel').addStep('ask', ['blazen::StartEvent'], () => ({ type: 'blazen::InputRequestEvent', prompt: '?' }));
    const handler = await wf.runWithHandler({});
    handler.cancel();
    await t.rejects(handler.awaitResult(), root.AbortedError);
    const once = new Workflow('once').addStep('s', ['blazen::StartEvent'], (_event, ctx) => { ctx.writeEventToStream({ type: 'Seen' }); return { type: 'blazen::StopEvent', result: 1 }; });
    t.equal((await once.runStreaming({}, () => { throw new Error('listener'); })).data, 1);
  });
};

export default suite;
