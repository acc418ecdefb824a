// The reference documents await what is synchronous here; awaiting it must be harmless.
/* oxlint-disable typescript/await-thenable */
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });

const suite: Suite<Lib> = (t, { workflow, root }) => {
  const { Workflow, followLog } = root;
  type Seen = { readonly type: string; readonly [field: string]: unknown };

  /** Publishes three events, routes one, and ends. */
  const mixed = new Workflow('mixed')
    .addStep('a', [START], async (_event, context) => {
      for (let step = 0; step < 3; step++) await context.writeEventToStream({ type: 'Progress', step });
      return { type: 'Next' };
    })
    .addStep('b', ['Next'], () => stop({ done: true }));

  t.test('runStreaming calls back for what is published and routed, and gives the result', async () => {
    const seen: unknown[] = [];
    const result = await mixed.runStreaming({}, (event, seq) => { seen.push([seq, event.type, (event as Seen)['step']]); });
    t.deepEqual(seen, [[1, 'Progress', 0], [2, 'Progress', 1], [3, 'Progress', 2], [4, 'Next', undefined]]);
    t.deepEqual(result.data, { done: true });
  });

  t.test('every way of reading gives the same events, early, late and from a number', async () => {
    const handler = await mixed.runWithHandler();
    const early: string[] = [];
    const streaming = handler.streamEvents((event) => { early.push(event.type); });
    const first = await handler.nextEvent();
    t.equal(first?.type, 'Progress');
    await handler.awaitResult();
    await streaming;
    const rest: string[] = [];
    for (let event = await handler.nextEvent(); event !== null; event = await handler.nextEvent()) rest.push(event.type);
    const late: string[] = [];
    for await (const event of handler) late.push(event.type);
    const tail: [string, number][] = [];
    const reader = handler.events({ from: 3 });
    for await (const event of reader) tail.push([event.type, reader.seq]);
    const published: string[] = [];
    await handler.streamEvents((event) => { published.push(event.type); }, { only: 'published' });
    t.deepEqual(early, ['Progress', 'Progress', 'Progress', 'Next']);
    t.deepEqual(rest, ['Progress', 'Progress', 'Next']);
    t.deepEqual(late, early);
    t.deepEqual(tail, [['Progress', 3], ['Next', 4]]);
    t.deepEqual(published, ['Progress', 'Progress', 'Progress']);
  });

  t.test('a listener that throws and a reader that leaves do not disturb the run', async () => {
    const result = await mixed.runStreaming({}, () => { throw new Error('listener'); });
    t.deepEqual(result.data, { done: true });
    const handler = await mixed.runWithHandler();
    for await (const event of handler) { t.equal(event.type, 'Progress'); break; }
    t.deepEqual((await handler.result()).data, { done: true });
  });

  t.test('a stream ends when the run fails, and result says why', async () => {
    const failing = new Workflow('failing').addStep('s', [START], (_event, context) => { context.writeEventToStream({ type: 'Before' }); throw new Error('no'); });
    const handler = await failing.runWithHandler();
    const seen: string[] = [];
    for await (const event of handler) seen.push(event.type);
    t.deepEqual(seen, ['Before']);
    await t.rejects(handler.result(), root.StepError);
  });

  t.test('a reader that falls behind is told once how much it missed', async () => {
    const fast = new Workflow('fast', { historySize: 8 }).addStep('s', [START], (_event, context) => {
      for (let n = 0; n < 100; n++) context.writeEventToStream({ type: 'T', n });
      return stop(null);
    });
    const handler = await fast.runWithHandler();
    const reader = handler.events();
    await handler.result();
    const seen: Seen[] = [];
    for await (const event of reader) seen.push(event as Seen);
    t.equal(seen[0]?.type, 'blazen::Lagged');
    const missed = seen[0]?.['missed'] as number;
    t.ok(missed >= 84 && missed <= 92);
    t.deepEqual(seen.slice(1).map((event) => event['n']), Array.from({ length: 100 - missed }, (_, i) => missed + i));
  });

  t.test('a producer that heeds the answer of writeEventToStream loses nothing', async () => {
    let waits = 0;
    const polite = new Workflow('polite', { historySize: 16 }).addStep('s', [START], async (_event, context) => {
      for (let n = 0; n < 1000; n++) if (!context.writeEventToStream({ type: 'T', n })) { waits++; await context.drained(); }
      return stop(null);
    });
    const handler = await polite.runWithHandler();
    const seen: unknown[] = [];
    for await (const event of handler) seen.push((event as Seen)['n']);
    t.deepEqual(seen, Array.from({ length: 1000 }, (_, n) => n));
    t.ok(waits > 10);
  });

  t.test('live events reach the readers that are there, have no number and are not kept', async () => {
    const talking = new Workflow('talking').addStep('s', [START], async (_event, context) => {
      for (const token of ['a', 'b']) context.live({ type: 'Token', token });
      context.writeEventToStream({ type: 'Kept' });
      context.live({ type: 'Token', token: 'c' });
      return stop(null);
    });
    const handler = await talking.runWithHandler();
    const seen: string[] = [];
    const streaming = handler.streamEvents((event) => { seen.push(`${event.type}${(event as { readonly token?: string }).token ?? ''}`); });
    await handler.result();
    await streaming;
    t.deepEqual([...seen].sort(), ['Kept', 'Tokena', 'Tokenb', 'Tokenc']);
    const late: string[] = [];
    for await (const event of handler) late.push(event.type);
    t.deepEqual(late, ['Kept']);
  });

  t.test('an event sent with sendEvent is seen by the readers, as documented', async () => {
    const documented = new Workflow('documented').addStep('process', [START], async (_event, ctx) => {
      for (let i = 0; i < 5; i++) ctx.sendEvent({ type: 'Progress', step: i });
      return stop({ done: true });
    });
    const seen: unknown[] = [];
    const result = await documented.runStreaming({}, (event) => { seen.push([(event as Seen)['eventType'], (event as Seen)['step']]); });
    t.deepEqual(seen, [0, 1, 2, 3, 4].map((step) => ['Progress', step]));
    t.deepEqual(result.data, { done: true });
  });

  t.test('a human answers through the stream, as documented', async () => {
    const researcher = new Workflow('topic-researcher')
      .addStep('clarify', [START], async (event) => ({ type: 'blazen::InputRequestEvent', request_id: 'r1', prompt: `Confirm: ${String(event['topic'])}`, metadata: null }))
      .addStep('research', ['blazen::InputResponseEvent'], async (event) => stop({ confirmed_topic: event['response'] }));
    const handler = await researcher.runWithHandler({ topic: 'tract' });
    const streaming = handler.streamEvents((event) => {
      const { event_type: type, data } = event as unknown as { event_type: string; data: { prompt: string; request_id: string } };
      if (type === 'blazen::InputRequestEvent') handler.respondToInput(data.request_id, `${data.prompt}!`);
    });
    const [, result] = await Promise.all([streaming, handler.awaitResult()]);
    t.deepEqual(result.data, { confirmed_topic: 'Confirm: tract!' });
    t.throws(() => handler.respondToInput('r1', 'twice'), { type: root.ValidationError, message: /no such input request is open/ });
  });

  t.test('several questions are open at once and answered in any order; one without an id gets one', async () => {
    const asking = new Workflow('asking')
      .addStep('ask', [START], () => [{ type: 'blazen::InputRequestEvent', prompt: 'a' }, { type: 'blazen::InputRequestEvent', request_id: 'b', prompt: 'b' }])
      .addStep('join', ['blazen::InputResponseEvent'], (event) => stop((event['events'] as Seen[]).map((answer) => answer['response'])), workflow.collect(2));
    const handler = await asking.runWithHandler();
    const asked = [await handler.nextEvent(), await handler.nextEvent()] as unknown as Seen[];
    while (handler.status === 'running') await Promise.resolve();
    t.equal(handler.status, 'waiting');
    t.deepEqual(workflow.openRequests(handler).map((request) => request['prompt']), ['a', 'b']);
    handler.respondToInput('b', 2);
    t.throws(() => handler.respondToInput('b', 3), root.ValidationError);
    handler.respondToInput(asked[0]?.['request_id'] as string, 1);
    t.deepEqual((await handler.result()).data, [2, 1]);
  });

  t.test('listeners hear the events of their type until they are taken off, and a broken one harms nobody', async () => {
    const handler = await mixed.runWithHandler();
    const heard: string[] = [];
    const progress = (event: { readonly type: string }, seq: number) => { heard.push(`${seq} ${event.type}`); };
    const once = (event: { readonly type: string }) => { heard.push(`once ${event.type}`); handler.off('Progress', once); };
    handler.on('Progress', () => { throw new Error('broken'); }).on('Progress', progress).on('Progress', once).on('*', (event) => { heard.push(`all ${event.type}`); });
    await handler.result();
    for (let i = 0; i < 20; i++) await Promise.resolve();
    t.deepEqual(heard, ['1 Progress', 'once Progress', 'all Progress', '2 Progress', 'all Progress', '3 Progress', 'all Progress', 'all Next']);
  });

  t.test('the log can be followed live to the end of the run', async () => {
    const handler = await mixed.runWithHandler();
    const types: string[] = [];
    for await (const record of followLog(handler)) types.push('step' in record && record.step ? `${record.type} ${record.step}` : record.type);
    t.deepEqual(types, ['run.started', 'step.committed a', 'step.committed b', 'run.ended']);
  });

  t.test('a paused run dispatches nothing and goes on where it stood', async () => {
    const order: string[] = [];
    let release!: () => void;
    const blocked = new Promise<void>((resolve) => { release = resolve; });
    const pausing = new Workflow('pausing')
      .addStep('a', [START], async () => { order.push('a'); await blocked; return { type: 'B' }; })
      .addStep('b', ['B'], () => { order.push('b'); return stop('end'); });
    const handler = await pausing.runWithHandler();
    while (order.length === 0) await Promise.resolve();
    const paused = handler.pause();
    t.equal(handler.status, 'pausing');
    release();
    await paused;
    t.equal(handler.status, 'paused');
    t.deepEqual(order, ['a']);
    handler.resumeInPlace();
    t.equal((await handler.result()).data, 'end');
    await handler.pause();
    t.equal(handler.status, 'completed');
  });
};

export default suite;
