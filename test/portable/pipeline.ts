import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });
const ask = (id: string) => ({ type: 'blazen::InputRequestEvent', request_id: id, prompt: id });

const suite: Suite<Lib> = (t, { root, testing }) => {
  const { JoinStrategy, ParallelStage, Pipeline, PipelineBuilder, PipelineSnapshot, Stage, Workflow } = root;

  /** A workflow that appends its name to what it is given, and tells so. */
  const append = (name: string) => new Workflow(name).addStep('append', [START], (event, context) => {
    context.writeEventToStream({ type: 'Appended', name });
    return stop({ path: [...(event['path'] as string[] | undefined ?? []), name] });
  });
  const hang = (aborted: string[], name: string) => new Workflow(name).addStep('hang', [START], async (_event, context) => {
    await new Promise<void>((resolve) => { context.signal.addEventListener('abort', () => resolve()); });
    aborted.push(name);
    return null;
  });
  /** Asks, and gives the answer together with its input. */
  const approval = (name: string, calls: string[] = []) => new Workflow(name)
    .addStep('ask', [START], (event, context) => { calls.push(name); context.set('input', event['path'] as string[]); return ask('ok'); })
    .addStep('answer', ['blazen::InputResponseEvent'], (event, context) => stop({ path: [...(context.get('input') as string[]), name, event['response']] }));

  t.test('stages run in order, each on the output of the one before, and the result tells all of them', async () => {
    const pipeline = new PipelineBuilder('ingest').stage(new Stage('a', append('wf-a'))).stage(new Stage('b', append('wf-b'))).timeoutPerStage(120).build();
    const result = await (await pipeline.start({ path: ['in'] })).result();
    t.deepEqual(result.finalOutput, { path: ['in', 'wf-a', 'wf-b'] });
    t.deepEqual(result.stageResults.map(({ name, output, skipped }) => [name, output, skipped]), [['a', { path: ['in', 'wf-a'] }, false], ['b', { path: ['in', 'wf-a', 'wf-b'] }, false]]);
    t.deepEqual(result.sharedState, { a: { path: ['in', 'wf-a'] }, b: { path: ['in', 'wf-a', 'wf-b'] }, input: { path: ['in'] } });
    t.equal(result.pipelineName, 'ingest');
    // A pipeline is a definition: it runs again.
    t.deepEqual(await pipeline.run({ path: [] }), { path: ['wf-a', 'wf-b'] });
  });

  t.test('the documented spelling with functions as stages works', async () => {
    const kept: string[] = [];
    const pipeline = new PipelineBuilder('ingest-pipeline')
      .addStage(new Stage('normalize', async (input: { text?: string }) => ({ text: (input.text ?? '').trim().toLowerCase() })))
      .addStage(new Stage('tokenize', (input: { text: string }) => ({ tokens: input.text.split(/\s+/) })))
      .onPersistJson(async (snapshot) => { kept.push(snapshot); })
      .build();
    t.deepEqual(await pipeline.run({ text: ' Hello WASM World ' }), { tokens: ['hello', 'wasm', 'world'] });
    t.equal(kept.length, 2);
    const resumed = PipelineBuilder.fromSnapshot(kept[0]!)
      .stage(new Stage('normalize', () => { throw new Error('was done'); }))
      .stage(new Stage('tokenize', (input: { text: string }) => input.text.length))
      .build();
    t.equal(await resumed.run(), 'hello wasm world'.length);
  });

  t.test('a mapper makes the input from the state, a false condition skips, and the next stage gets what ran last', async () => {
    const seen: unknown[] = [];
    const result = await (await new PipelineBuilder('conditional')
      .stage(new Stage('draft', () => 'short'))
      .stage(new Stage('summarize', () => 'never', (state: { draft: string }) => ({ text: state.draft, maxWords: 100 }), (state: { draft: string }) => state.draft.length > 200))
      .stage(new Stage('publish', new Workflow('publish').addStep('p', [START], (event) => { seen.push(event['data']); return stop(null); })))
      .stage(new Stage('mapped', (input) => input, async (state: object) => ({ ...state }), async () => true))
      .build()
      .start('topic')).result();
    t.deepEqual(seen, ['short']);
    t.deepEqual(result.stageResults[1], { name: 'summarize', output: null, skipped: true, durationMs: result.stageResults[1]!.durationMs });
    t.deepEqual(result.finalOutput, { draft: 'short', publish: null, input: 'topic' });
  });

  t.test('mistakes are told when the pipeline is built', () => {
    const stage = new Stage('a', append('a'));
    new PipelineBuilder('first').stage(stage);
    t.throws(() => new PipelineBuilder('second').stage(stage), { type: root.ValidationError, message: /'a': it belongs to a pipeline already/ });
    t.throws(() => new ParallelStage('p', [stage]), /belongs to a pipeline already/);
    t.throws(() => new PipelineBuilder('empty').build(), { type: root.ValidationError, message: /it has no stages/ });
    t.throws(() => new PipelineBuilder('twice').stage(new Stage('x', append('x'))).stage(new Stage('x', append('x'))), /'x': the name is taken/);
    t.throws(() => new PipelineBuilder('p').stage(new Stage('input', append('x'))), /the pipeline's own input has that name/);
    t.throws(() => new ParallelStage('p', []), /it has no branches/);
    t.throws(() => new ParallelStage('p', [new Stage('x', append('x')), new Stage('x', append('x'))]), /has one of that name/);
    t.throws(() => new ParallelStage('p', [new Stage('x', append('x'))], 'Most' as never), /unknown join strategy 'Most'/);
    for (const name of ['', '__proto__', 'constructor']) t.throws(() => new Stage(name, append('x')), root.ValidationError);
    t.throws(() => new Stage('x', {} as never), { type: root.ValidationError, message: /takes a workflow/ });
    t.throws(() => new PipelineBuilder(''), root.ValidationError);
  });

  t.test('parallel branches start on the same state, and WaitAll gives their outputs by name', async () => {
    const order: string[] = [];
    const branch = (name: string) => new Stage(name, async (input) => { order.push(`${name} begins`); await Promise.resolve(); order.push(`${name} ends`); return [input, name]; });
    const result = await new PipelineBuilder('fan')
      .parallel(new ParallelStage('both', [branch('x'), branch('y'), new Stage('z', () => 1, null, () => false)], JoinStrategy.WaitAll))
      .build().run(7);
    t.deepEqual(result, { x: [7, 'x'], y: [7, 'y'] });
    t.deepEqual(order.slice(0, 2).sort(), ['x begins', 'y begins']);
  });

  t.test('WaitAll fails with the first branch that fails, and the others are aborted', async () => {
    const aborted: string[] = [];
    const handler = await new PipelineBuilder('fan')
      .parallel(new ParallelStage('both', [new Stage('slow', hang(aborted, 'slow')), new Stage('bad', () => { throw new Error('no power'); })]))
      .build().start();
    const error = await t.rejects(handler.result(), { type: root.StageError, message: /Branch 'bad' of stage 'both' failed: .*no power/ }) as InstanceType<typeof root.StageError>;
    t.deepEqual([error.stage, error.branch, error.code, handler.status], ['both', 'bad', 'workflow.stage_failed', 'failed']);
    await settle();
    t.deepEqual(aborted, ['slow']);
  });

  t.test('FirstCompletes gives the first success, whatever failed before it, and aborts the rest', async () => {
    const aborted: string[] = [];
    const fan = (...branches: InstanceType<typeof Stage>[]) => new PipelineBuilder('race').parallel(new ParallelStage('race', branches, JoinStrategy.FirstCompletes)).build();
    t.equal(await fan(new Stage('slow', hang(aborted, 'slow')), new Stage('bad', () => { throw new Error('first'); }), new Stage('good', () => 'won')).run(), 'won');
    await settle();
    t.deepEqual(aborted, ['slow']);
    await t.rejects(fan(new Stage('a', () => { throw new Error('one'); }), new Stage('b', () => { throw new Error('two'); })).run(), { type: root.StageError, message: /branch 'a': .*one; branch 'b': .*two/ });
  });

  t.test('a failing stage names itself and stops the pipeline', async () => {
    const calls: string[] = [];
    const pipeline = new PipelineBuilder('fails').stage(new Stage('first', () => { throw new TypeError('broken'); })).stage(new Stage('second', () => { calls.push('second'); })).build();
    const error = await t.rejects(pipeline.run(), { type: root.StageError, message: /^Stage 'first' failed: .*broken/ }) as Error;
    t.ok(error.cause instanceof root.StepError);
    t.deepEqual(calls, []);
  });

  t.test('events bubble with the stage and branch they come from, under numbers of their own', async () => {
    const pipeline = new PipelineBuilder('streams').stage(new Stage('one', append('wf-one')))
      .parallel(new ParallelStage('two', [new Stage('left', append('wf-left')), new Stage('right', append('wf-right'))])).build();
    const handler = await pipeline.start({});
    const seen: string[] = [];
    const late = handler.events({ from: 2 });
    await handler.streamEvents((event, seq) => {
      if ('missed' in event) return;
      t.equal(event.workflowRunId.length, 36);
      seen.push(`${seq} ${event.type} ${event.path.join('/')} ${event.stageName} ${event.branchName} ${(event.event as { name?: string }).name}`);
    });
    t.deepEqual(seen, ['1 Appended one one null wf-one', '2 Appended two/left two left wf-left', '3 Appended two/right two right wf-right']);
    t.equal((await late.next()).value?.type, 'Appended');
    t.equal(late.seq, 2);
    await handler.result();
  });

  t.test('a slow reader holds a producer back through the pipeline, and a live event has no number', async () => {
    const told: boolean[] = [];
    const pipeline = new PipelineBuilder('pressure').stage(new Stage('flood', async (_input, context) => {
      context.live({ type: 'Token' });
      for (let i = 0; i < 1100; i++) told.push(context.writeEventToStream({ type: 'N', i }));
      await context.drained();
      return 'drained';
    })).build();
    const handler = await pipeline.start();
    const reader = handler.events();
    t.equal((await reader.next()).value?.type, 'Token');
    t.equal(reader.seq, 0);
    await settle();
    t.equal(handler.status, 'running');
    t.equal(told[0], true);
    t.equal(told[1099], false);
    let count = 0;
    for await (const event of reader) if (event.type === 'N') count++;
    t.equal(count, 1100);
    t.equal((await handler.result()).finalOutput, 'drained');
  });

  t.test('a stage that waits for a human parks the pipeline, and the answer reaches it', async () => {
    const handler = await new PipelineBuilder('hitl').stage(new Stage('a', append('a'))).stage(new Stage('review', approval('review'))).stage(new Stage('c', append('c'))).build().start({ path: [] });
    t.equal(await handler.resting(), 'waiting');
    t.throws(() => handler.respondToInput('else', 1), { type: root.ValidationError, message: /no such input request is open/ });
    handler.respondToInput('ok', 'yes');
    t.throws(() => handler.respondToInput('ok', 'again'), root.ValidationError);
    t.deepEqual((await handler.result()).finalOutput, { path: ['a', 'review', 'yes', 'c'] });
    t.equal(handler.status, 'completed');
  });

  t.test('branches that ask under the same id are answered by name', async () => {
    const handler = await new PipelineBuilder('two')
      .parallel(new ParallelStage('both', [new Stage('x', approval('x')), new Stage('y', approval('y'))])).build().start({ path: [] });
    await handler.resting();
    t.throws(() => handler.respondToInput('ok', 1), /the branches x, y ask it/);
    handler.respondToInput('ok', 1, 'y');
    t.equal(await handler.resting(), 'waiting');
    handler.respondToInput('ok', 2);
    t.deepEqual((await handler.result()).finalOutput, { x: { path: ['x', 2] }, y: { path: ['y', 1] } });
  });

  t.test('a waiting pipeline goes on from its snapshot in every form; what is done is not run again; the stream has no gap', async () => {
    const calls: string[] = [];
    const build = () => new PipelineBuilder('moves')
      .stage(new Stage('a', new Workflow('a').addStep('s', [START], (_event, context) => { calls.push('a'); context.writeEventToStream({ type: 'Seen', at: new Date(5) }); return stop({ path: ['a'] }); })))
      .parallel(new ParallelStage('both', [
        new Stage('quick', new Workflow('quick').addStep('s', [START], () => { calls.push('quick'); return stop(new Map([['n', 1n]])); })),
        new Stage('review', approval('review', calls)),
        new Stage('off', () => { calls.push('off'); }, null, () => false),
      ]))
      .stage(new Stage('c', (input) => { calls.push('c'); return input; })).build();
    const handler = await build().start({ path: [] }, { runId: 'run-1' });
    await handler.resting();
    const snapshot = await handler.snapshot();
    handler.abort('moved');
    t.equal(snapshot.runId, 'run-1');
    t.equal(snapshot.currentStageIndex, 1);
    t.deepEqual(snapshot.completedStages.map(({ name }) => name), ['a']);
    calls.length = 0;
    for (const form of [snapshot, snapshot.toJSON(), String(snapshot), snapshot.toJsonPretty(), JSON.parse(JSON.stringify(snapshot)) as never, await snapshot.toBytes(), PipelineSnapshot.fromJson(String(snapshot))]) {
      const resumed = await Pipeline.resume(build(), form);
      t.equal(resumed.runId(), 'run-1');
      t.equal(await resumed.resting(), 'waiting');
      // A snapshot of what has just been resumed is the same again.
      const again = await build().resume(await resumed.snapshot());
      resumed.abort();
      await again.resting();
      const seen: string[] = [];
      const streaming = again.streamEvents((event, seq) => { seen.push(`${seq} ${event.type}`); });
      again.respondToInput('ok', 'yes');
      t.deepEqual((await again.result()).finalOutput, { quick: new Map([['n', 1n]]), review: { path: ['a', 'review', 'yes'] } });
      await streaming;
      t.deepEqual(seen, ['1 Seen', '2 blazen::InputRequestEvent', '3 blazen::InputResponseEvent']);
    }
    t.deepEqual(calls, Array.from({ length: 7 }, () => 'c'));
  });

  t.test('a pause lets what is in flight finish, starts nothing new, and goes on in place or elsewhere', async () => {
    const calls: string[] = [];
    let release!: () => void;
    const blocked = new Promise<void>((resolve) => { release = resolve; });
    const build = () => new PipelineBuilder('pauses')
      .stage(new Stage('a', new Workflow('a').addStep('s', [START], async () => { calls.push('a1'); await blocked; return { type: 'Next' }; }).addStep('n', ['Next'], () => { calls.push('a2'); return stop('A'); })))
      .stage(new Stage('b', () => { calls.push('b'); return 'B'; })).build();
    const handler = await build().start();
    while (calls.length === 0) await Promise.resolve();
    const pausing = handler.pause();
    t.equal(handler.status, 'pausing');
    release();
    await pausing;
    t.equal(handler.status, 'paused');
    t.deepEqual(calls, ['a1']);
    const elsewhere = await build().resume(String(await handler.snapshot()));
    t.equal((await elsewhere.result()).finalOutput, 'B');
    t.deepEqual(calls, ['a1', 'a2', 'b']);
    handler.resumeInPlace();
    t.equal((await handler.result()).finalOutput, 'B');
    await handler.pause();
    t.equal(handler.status, 'completed');
  });

  t.test('a pause while a stage is being persisted holds before the next one', async () => {
    const calls: string[] = [];
    const started: InstanceType<typeof root.PipelineHandler>[] = [];
    const handler = await new PipelineBuilder('holds').stage(new Stage('a', () => { calls.push('a'); })).stage(new Stage('b', () => { calls.push('b'); }))
      .onPersist(() => { if (calls.length === 1) void started[0]?.pause(); }).build().start();
    started.push(handler);
    t.equal(await handler.resting(), 'paused');
    t.deepEqual(calls, ['a']);
    const snapshot = await handler.snapshot();
    t.equal(snapshot.currentStageIndex, 1);
    handler.resumeInPlace();
    await handler.result();
    t.deepEqual(calls, ['a', 'b']);
  });

  t.test('abort and a signal reach the step that runs', async () => {
    for (const how of ['abort', 'signal'] as const) {
      const aborted: string[] = [];
      const controller = new AbortController();
      const handler = await new PipelineBuilder('stops').stage(new Stage('a', hang(aborted, how))).build().start(undefined, { signal: controller.signal });
      await settle();
      if (how === 'abort') handler.abort('enough');
      else controller.abort('enough');
      const error = await t.rejects(handler.result(), root.AbortedError) as Error;
      t.equal(error.cause, 'enough');
      await settle();
      t.deepEqual(aborted, [how]);
      t.equal(handler.status, 'aborted');
      await t.rejects(handler.snapshot(), root.SnapshotError);
    }
  });

  t.test('the time limit of a stage counts active time only, here and after a resume, and names the stage', async () => {
    const clock = new testing.FakeClock();
    const build = () => new PipelineBuilder('timed').timeoutPerStage(1)
      .stage(new Stage('review', new Workflow('slow', { timeoutMs: 0 }).addStep('s', [START], async () => {
        await new Promise<void>((resolve) => { clock.after(400, resolve); });
        return ask('q');
      }).addStep('hang', ['blazen::InputResponseEvent'], () => new Promise(() => undefined))))
      .build();
    const first = await build().start({}, { clock });
    await clock.advance(5000);
    t.equal(first.status, 'waiting');
    const later = new testing.FakeClock(1e9);
    const resumed = await build().resume(await first.snapshot(), { clock: later });
    await later.advance(5000);
    for (const [handler, time] of [[first, clock], [resumed, later]] as const) {
      handler.respondToInput('q', 1);
      await time.advance(599);
      t.equal(handler.status, 'running');
      await time.advance(1);
      const error = await t.rejects(handler.result(), { type: root.StageError, message: /Stage 'review' failed: Workflow 'slow' took longer than 1000 ms/ }) as Error;
      t.ok(error.cause instanceof root.TimeoutError);
    }
  });

  t.test('a workflow that may take less than the stage keeps its own limit, and durations are told', async () => {
    const clock = new testing.FakeClock();
    const short = new Workflow('short', { timeoutMs: 50 }).addStep('s', [START], () => new Promise(() => undefined));
    const handler = await new PipelineBuilder('p').timeoutPerStage(60).stage(new Stage('a', async (_input, context) => {
      await new Promise<void>((resolve) => { clock.after(70, resolve); });
      return context.step;
    })).stage(new Stage('b', short)).build().start({}, { clock });
    await clock.advance(70);
    await clock.advance(49);
    t.equal(handler.status, 'running');
    t.equal((await handler.snapshot()).completedStages[0]?.durationMs, 70);
    await clock.advance(1);
    await t.rejects(handler.result(), /Workflow 'short' took longer than 50 ms/);
    const build = () => new PipelineBuilder('q').stage(new Stage('review', approval('review'))).build();
    const waiting = await build().start({ path: [] }, { clock });
    await clock.advance(1000);
    const resumed = await build().resume(await waiting.snapshot(), { clock: new testing.FakeClock(1e9) });
    await resumed.resting();
    resumed.respondToInput('ok', 1);
    t.equal((await resumed.result()).stageResults[0]?.durationMs, 1000);
  });

  t.test('every stage is persisted before the next one begins, and a rejection stops the pipeline with a PersistError', async () => {
    const order: string[] = [];
    const build = () => new PipelineBuilder('persists').stage(new Stage('a', () => { order.push('a'); return 1; })).stage(new Stage('b', () => { order.push('b'); return 2; }));
    await build().onPersist(async (snapshot) => { await Promise.resolve(); order.push(`kept ${snapshot.currentStageIndex}`); t.ok(snapshot instanceof PipelineSnapshot); }).onPersistJson((json) => { order.push(typeof json); }).build().run();
    t.deepEqual(order, ['a', 'kept 1', 'string', 'b', 'kept 2', 'string']);
    order.length = 0;
    for (const failing of [build().onPersist(async () => { throw new Error('disk full'); }), build().onPersistJson(() => { throw new Error('disk full'); })]) {
      const error = await t.rejects(failing.build().run(), { type: root.PersistError, message: /after stage 'a': disk full/ }) as InstanceType<typeof root.PersistError>;
      t.equal(error.code, 'persist');
    }
    t.deepEqual(order, ['a', 'a']);
    await t.rejects(new PipelineBuilder('live').stage(new Stage('a', () => () => 1)).onPersist(() => undefined).build().run(), { type: root.SerializationError, message: /'snapshot\.results\.0\.output': it is a function/ });
  });

  t.test('a run resumed after the last stage is complete, and one persisted after each stage resumes at the next', async () => {
    const kept: string[] = [];
    const calls: string[] = [];
    const build = () => new PipelineBuilder('each').stage(new Stage('a', () => { calls.push('a'); return 1; })).stage(new Stage('b', (n: number) => { calls.push('b'); return n + 1; })).onPersistJson((json) => { kept.push(json); }).build();
    await build().run();
    const saved = [...kept];
    calls.length = 0;
    t.deepEqual(await Promise.all(saved.map(async (json) => (await (await build().resume(json)).result()).finalOutput)), [2, 2]);
    t.deepEqual(calls, ['b']);
  });

  t.test('a stage begun again after a crash has the ids it had, so outside services see one request', async () => {
    const keys: string[] = [];
    const build = () => new PipelineBuilder('ids').stage(new Stage('a', () => 1)).stage(new Stage('b', (_input, context) => { keys.push(context.idempotencyKey); return 2; })).build();
    const kept: string[] = [];
    const first = new PipelineBuilder('ids').stage(new Stage('a', () => 1)).stage(new Stage('b', (_input, context) => { keys.push(context.idempotencyKey); return 2; })).onPersistJson((json) => { kept.push(json); }).build();
    await first.run();
    await (await build().resume(kept[0]!)).result();
    t.equal(keys.length, 2);
    t.equal(keys[0], keys[1]);
    t.ok(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\//.test(keys[0]!));
  });

  t.test('a snapshot does not fit another or a changed pipeline, and says how', async () => {
    const build = (name: string, ...stages: string[]) => {
      const builder = new PipelineBuilder(name);
      for (const stage of stages) builder.stage(new Stage(stage, stage === 'ask' ? approval('ask') : append(stage)));
      return builder.build();
    };
    const handler = await build('p', 'a', 'ask', 'z').start({ path: [] });
    await handler.resting();
    const saved = String(await handler.snapshot());
    await t.rejects(build('q', 'a', 'ask', 'z').resume(saved), { type: root.SnapshotError, message: /of pipeline 'p' with pipeline 'q'/ });
    await t.rejects(build('p', 'b', 'ask', 'z').resume(saved, { allowChanged: true }), /stage 1 is 'b' and was 'a'/);
    await t.rejects(build('p', 'a', 'ask', 'y').resume(saved), /stage 3 is 'y' and was 'z'.*allowChanged/);
    await t.rejects(build('p', 'a').resume(saved, { allowChanged: true }), /stage 'ask' is gone/);
    const changed = await build('p', 'a', 'ask', 'y', 'x').resume(saved, { allowChanged: true });
    await changed.resting();
    changed.respondToInput('ok', 1);
    t.deepEqual((await changed.result()).finalOutput, { path: ['a', 'ask', 1, 'y', 'x'] });
  });

  t.test('damage to a snapshot is found, a newer version told, and a workflow\'s snapshot refused', async () => {
    const build = () => new PipelineBuilder('damage').stage(new Stage('ask', approval('ask'))).build();
    const handler = await build().start({ path: ['moons'] });
    await handler.resting();
    const snapshot = await handler.snapshot();
    const bytes = await snapshot.toBytes();
    for (let bit = 0; bit < bytes.length * 8; bit += 61) {
      const bad = new Uint8Array(bytes);
      bad[bit >> 3]! ^= 1 << (bit & 7);
      await t.rejects(PipelineSnapshot.from(bad), root.SnapshotError);
    }
    const text = String(snapshot);
    for (const bad of ['', '{}', 'null', '[]', text.slice(0, -1), text.replace('moons', 'moans'), text.replace('{"format"', '{"__proto__":{"x":1},"format"')]) {
      await t.rejects(build().resume(bad), root.SnapshotError);
    }
    await t.rejects(build().resume({ ...snapshot.toJSON(), v: 99 }), { type: root.SnapshotVersionMismatchError, message: /its version is 99/ });
    const workflow = await approval('ask').runWithHandler({ path: [] });
    await workflow.resting();
    const other = await workflow.snapshot();
    await t.rejects(build().resume(await other.toBytes()), /its content is not that of a blazen-ts.pipeline-snapshot/);
    await t.rejects(build().resume(String(other)), /this is not a blazen-ts.pipeline-snapshot/);
    t.throws(() => PipelineBuilder.fromSnapshot(String(other)), root.SnapshotError);
    t.throws(() => PipelineBuilder.fromSnapshot('no'), root.SnapshotError);
  });

  t.test('a step of another runtime waits inside a pipeline too and runs where its handler is', async () => {
    const build = (here: boolean) => new PipelineBuilder('travels').stage(new Stage('print', new Workflow('print')
      .addStep('start', [START], () => ({ type: 'Print' }))
      .addStep('print', ['Print'], () => stop('printed'), ...(here ? [] : [root.elsewhere()])))).build();
    const handler = await build(false).start();
    t.equal(await handler.resting(), 'waiting');
    t.equal((await (await build(true).resume(await (await handler.snapshot()).toBytes())).result()).finalOutput, 'printed');
  });
};

/** Lets promise reactions run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 60; i++) await Promise.resolve();
}

export default suite;
