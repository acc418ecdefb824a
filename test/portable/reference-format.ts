import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const ANSWER = 'blazen::InputResponseEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });
const ask = (id: string) => ({ type: 'blazen::InputRequestEvent', request_id: id, prompt: `${id}?`, metadata: null });
const RUN = '0b7c9a6e-52a1-4c7e-9c3e-7b0f3a5d1e11';
const at = '2026-05-01T10:00:00.123456789Z';

const suite: Suite<Lib> = (t, { root, workflow }) => {
  const { fromReference, toReference, pipelineFromReference, pipelineToReference, Pipeline, PipelineBuilder, ParallelStage, Stage, Workflow } = root;

  const approval = (name = 'approval') => new Workflow(name)
    .addStep('ask', [START], (event, context) => {
      context.set('plain', { list: [1, 'two', null], data: event['data'] as never });
      context.set('rich', new Map([['at', new Date(5)]]));
      context.set('zero', -0);
      context.set('half', ['\ud83d']);
      context.setBytes('bytes', new Uint8Array([0, 255]));
      return ask('ok');
    })
    .addStep('answer', [ANSWER], (event, context) => stop([context.get('plain'), context.get('rich'), context.get('zero'), context.get('half'), context.getBytes('bytes'), event['response'], context.idempotencyKey]));

  /** A snapshot as another implementation writes it: by hand, from the format's description. */
  const foreign = (over: object = {}) => ({
    workflow_name: 'foreign', run_id: RUN, timestamp: at, collected_events: {}, metadata: {},
    context_state: { n: { Json: { deep: [1, null] } }, b: { Bytes: [1, 2, 3] } },
    pending_events: [{ event_type: 'Named', data: { event_type: 'Named', data: { name: 'Ada' } }, source_step: 'greet' }],
    ...over,
  });
  const taker = () => new Workflow('foreign')
    .addStep('start', [START], (event) => ({ type: 'Named', name: event['data'] }))
    .addStep('named', ['Named'], (event, context) => stop([event['name'], context.get('n'), context.getBytes('b')]));

  t.test('a waiting run goes through the reference format and on: state, question, id and numbers', async () => {
    const handler = await approval().runWithHandler({ topic: 'tides' }, { runId: RUN });
    await handler.resting();
    const snapshot = await handler.snapshot();
    const written = toReference(snapshot);
    t.deepEqual([written.version, written.workflow_name, written.run_id, written.pending_events, written.history], [1, 'approval', RUN, [], []]);
    t.deepEqual(written.context_state['plain'], { Json: { list: [1, 'two', null], data: { topic: 'tides' } } });
    t.deepEqual(written.context_state['bytes'], { Bytes: [0, 255] });
    for (const key of ['rich', 'half']) t.deepEqual(Object.keys(written.context_state[key]!), ['Native']);
    t.deepEqual(written.metadata['__input_request'], { request_id: 'ok', prompt: 'ok?', metadata: null });
    handler.respondToInput('ok', 'yes');
    const here = (await handler.result()).data;
    for (const form of [written, JSON.stringify(written), JSON.parse(JSON.stringify(written)) as typeof written]) {
      const resumed = await approval().resume(await fromReference(form));
      t.equal(await resumed.resting(), 'waiting');
      resumed.respondToInput('ok', 'yes');
      t.deepEqual((await resumed.result()).data, here);
    }
  });

  t.test('a snapshot written by the reference runs here: wrapped, flat and start events, with no version', async () => {
    const expected = ['Ada', { deep: [1, null] }, new Uint8Array([1, 2, 3])];
    const run = async (over: object) => (await (await taker().resume(await fromReference(JSON.stringify(foreign(over))))).result()).data;
    t.deepEqual(await run({}), expected);
    t.deepEqual(await run({ version: 1, history: [{ at }], pending_events: [{ event_type: 'Named', data: { name: 'Ada' }, source_step: null }] }), expected);
    t.deepEqual(await run({ pending_events: [{ event_type: START, data: { data: 'Ada' }, source_step: null }] }), expected);
    t.deepEqual(await run({ pending_events: [], collected_events: { Named: [{ name: 'Ada' }] } }), expected);
    const asked = await new Workflow('foreign').addStep('s', [ANSWER], (event) => stop(event['response'])).resume(await fromReference(foreign({ pending_events: [], metadata: { __input_request: { request_id: 'q', prompt: '?', metadata: {} } } }) as never));
    await asked.resting();
    asked.respondToInput('q', 7);
    t.equal((await asked.result()).data, 7);
  });

  t.test('paused work, gathered events, several questions and serialised session values are kept', async () => {
    const build = () => {
      const workflow = new Workflow('work')
        .addStep('fan', [START], (_event, context) => {
          context.session.set('ref', new root.SerializableRef('app::Handle', new Uint8Array([1, 2])));
          return [ask('a'), ask('b'), { type: 'W', i: 1 }, { type: 'W', i: 2 }, { type: 'R', i: 0 }];
        })
        .addStep('w', ['W'], (event) => ({ type: 'R', i: event['i'] }), root.elsewhere())
        .addStep('r', ['R', ANSWER], (event, context) => stop([(event['events'] as { i?: number }[]).length, context.session.get('ref')]), root.collect(2));
      workflow.setSessionPausePolicy('pickle_or_serialize');
      return workflow;
    };
    const handler = await build().runWithHandler(undefined, { runId: RUN });
    await handler.resting();
    handler.respondToInput('a', 1);
    await handler.resting();
    const written = toReference(await handler.snapshot());
    t.deepEqual(written.pending_events.map(({ event_type: type }) => type), ['W', 'W']);
    t.deepEqual(Object.keys(written.collected_events).sort(), ['R', ANSWER].sort());
    t.deepEqual(written.metadata['__blazen_serialized_session_refs'], { ref: { type_tag: 'app::Handle', data: [1, 2] } });
    const resumed = await build().resume(await fromReference(JSON.stringify(written)), { deserializers: { 'app::Handle': (bytes) => [...bytes] } });
    await resumed.resting();
    t.deepEqual(root.openRequests(resumed).map((request) => request['request_id']), ['b']);
    resumed.respondToInput('b', 2);
    await resumed.resting();
    const again = toReference(await resumed.snapshot());
    t.deepEqual(again.collected_events[ANSWER], [{ request_id: 'a', response: 1 }, { request_id: 'b', response: 2 }]);
    resumed.sendEvent({ type: 'R', i: 3 });
    t.deepEqual((await resumed.result()).data, [4, [1, 2]]);
  });

  t.test('what the format cannot tell is refused, not written wrong', async () => {
    const both = new Workflow('both')
      .addStep('fast', [START], () => null)
      .addStep('slow', [START], (_event, context) => { context.sendEvent({ type: 'Bump' }); return new Promise<null>(() => undefined); })
      .addStep('bump', ['Bump'], () => null);
    const handler = await both.runWithHandler(undefined, { runId: RUN });
    for (let i = 0; i < 30; i++) await Promise.resolve();
    const snapshot = await handler.snapshot();
    t.throws(() => toReference(snapshot), { type: root.SnapshotError, message: /in the middle of step 'slow'\. Pause the run/ });
    const scoped = await new Workflow('scoped')
      .addStep('open', [START], (_event, context) => workflow.scope(context, { type: 'In' }, { id: 'part' }))
      .addStep('in', ['In'], () => ask('inside')).runWithHandler(undefined, { runId: RUN });
    t.equal(await scoped.resting(), 'waiting');
    const inside = await scoped.snapshot();
    t.throws(() => toReference(inside), { type: root.SnapshotError, message: /its scope '\/part' is open/ });
    const named = await approval().runWithHandler({}, { runId: 'mine' });
    await named.resting();
    const other = await named.snapshot();
    t.throws(() => toReference(other), { type: root.SnapshotError, message: /the id of a run is a UUID/ });
    const rich = await new Workflow('rich').addStep('s', [START], () => [{ type: 'Later', when: new Date(1) }]).addStep('l', ['Later'], () => null, root.elsewhere()).runWithHandler(undefined, { runId: RUN });
    await rich.resting();
    const dated = await rich.snapshot();
    t.throws(() => toReference(dated), { type: root.SerializationError, message: /'Later\.when' in the reference format: it is not plain JSON/ });
  });

  t.test('damaged reference snapshots are refused with the reason, newer ones as such', async () => {
    await t.rejects(fromReference(JSON.stringify(foreign({ version: 2 }))), { type: root.SnapshotVersionMismatchError, message: /its version is 2/ });
    const bad: [object, RegExp][] = [
      [{ version: 0 }, /'version' is damaged/], [{ version: '1' }, /'version' is damaged/], [{ workflow_name: 5 }, /'workflow_name'/], [{ run_id: 'x' }, /'run_id'/],
      [{ timestamp: 'then' }, /'timestamp'/], [{ context_state: [] }, /'context_state'/], [{ context_state: { k: { Json: 1, Bytes: [] } } }, /value of 'k' is damaged/],
      [{ context_state: { k: { Bytes: [256] } } }, /value of 'k' is damaged/], [{ context_state: { k: { Native: [128, 4, 149] } } }, /only the language that wrote it/],
      [{ pending_events: [null] }, /'pending_events'/], [{ pending_events: [{ data: {} }] }, /'event_type'/], [{ pending_events: [{ event_type: 'blazen::CollectedEvent', data: {} }] }, /cannot be pending/],
      [{ metadata: { __input_request: { prompt: 'x' } } }, /no id/], [{ metadata: { __blazen_ts: { routed: -1 } } }, /'routed'/], [{ metadata: { __blazen_serialized_session_refs: { k: {} } } }, /session value 'k'/],
    ];
    for (const [over, message] of bad) await t.rejects(fromReference(JSON.stringify(foreign(over))), { type: root.SnapshotError, message });
    for (const text of ['', 'null', '[]', '{}', '{"__proto__":{"x":1}}', JSON.stringify(foreign()).replace('"deep"', '"constructor"')]) await t.rejects(fromReference(text), root.SnapshotError);
  });

  t.test('a pipeline goes through the reference format, in the middle of a parallel stage', async () => {
    const build = () => new PipelineBuilder('moves')
      .stage(new Stage('first', () => ({ path: ['first'] })))
      .parallel(new ParallelStage('both', [new Stage('quick', () => 'quick'), new Stage('review', approval('review')), new Stage('off', () => 0, null, () => false)]))
      .stage(new Stage('last', (input) => input, (state) => ({ ...state }))).build();
    const handler = await build().start({ n: 1 }, { runId: RUN });
    await handler.resting();
    const written = pipelineToReference(await handler.snapshot());
    t.deepEqual([written.pipeline_name, written.run_id, written.current_stage_index, written.input, written.current_iteration], ['moves', RUN, 1, { n: 1 }, 0]);
    t.deepEqual(written.completed_stages, [{ name: 'first', output: { path: ['first'] }, skipped: false, duration_ms: written.completed_stages[0]?.duration_ms }]);
    t.deepEqual(written.active_snapshots.map((active) => [active.stage_name, active.branch_name, active.workflow_snapshot.workflow_name]), [['both', 'review', 'review']]);
    handler.respondToInput('ok', 'yes');
    const here = (await handler.result()).finalOutput;
    const resumed = await Pipeline.resume(build(), pipelineFromReference(JSON.stringify(written)));
    t.equal(await resumed.resting(), 'waiting');
    resumed.respondToInput('ok', 'yes');
    t.deepEqual((await resumed.result()).finalOutput, here);
  });

  t.test('a pipeline snapshot written by the reference runs here, with what its shared state held', async () => {
    const written = {
      pipeline_name: 'p', run_id: RUN, timestamp: at, current_stage_index: 1, shared_state: { note: 'kept' }, input: 'in',
      completed_stages: [{ name: 'fan', output: { x: 1 }, skipped: false, duration_ms: 12, usage: { total_tokens: 3 } }],
      active_snapshots: [{ stage_name: 'foreign', branch_name: null, workflow_snapshot: foreign() }],
    };
    const build = () => new PipelineBuilder('p').parallel(new ParallelStage('fan', [new Stage('x', () => 0)])).stage(new Stage('foreign', taker())).stage(new Stage('end', (input) => input, (state) => ({ ...state }))).build();
    const result = await (await build().resume(await pipelineFromReference(JSON.stringify(written)))).result();
    t.deepEqual(result.finalOutput, { note: 'kept', input: 'in', fan: { x: 1 }, foreign: ['Ada', { deep: [1, null] }, new Uint8Array([1, 2, 3])] });
    for (const [over, message] of [
      [{ current_stage_index: 2 }, /'current_stage_index' does not fit/], [{ current_iteration: 3 }, /a loop stage is under way/], [{ completed_stages: [1] }, /'completed_stages'/],
      [{ active_snapshots: [{ stage_name: 's', workflow_snapshot: foreign({ workflow_name: null }) }] }, /'workflow_name'/],
      [{ active_snapshots: [{ stage_name: 's', workflow_snapshot: foreign({ version: 9 }) }] }, /its version is 9/],
      [{ active_snapshots: [...written.active_snapshots, { ...written.active_snapshots[0], stage_name: 'z' }] }, /more than one stage/],
      [{ shared_state: { __blazen_ts_branches: { stage_index: 1, stage: 'foreign', branches: [] } } }, /./],
    ] as [object, RegExp][]) await t.rejects(pipelineFromReference(JSON.stringify({ ...written, ...over })), { type: root.SnapshotError, message });
    await t.rejects(build().resume(await pipelineFromReference(JSON.stringify({ ...written, active_snapshots: [], completed_stages: [{ ...written.completed_stages[0], name: 'else' }] }))), /stage 1 is 'fan' and was 'else'/);
  });
};

export default suite;
