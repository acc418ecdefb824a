import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const ANSWER = 'blazen::InputResponseEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });
const ask = (id: string) => ({ type: 'blazen::InputRequestEvent', request_id: id, prompt: `${id}?` });

const suite: Suite<Lib> = (t, { root, durable, workflow: core, testing }) => {
  const { parallelWorkflows, pathOf, subWorkflow, Workflow } = root;

  const double = (name = 'double') => new Workflow(name)
    .addStep('go', [START], (event, context) => { context.writeEventToStream({ type: 'Working', n: event['n'], path: '/own' }); return { type: 'Twice', n: event['n'] }; })
    .addStep('twice', ['Twice'], (event) => stop((event['n'] as number) * 2));
  const fails = new Workflow('fails').addStep('bad', [START], () => { throw new Error('no power'); });
  const hang = (aborted: string[]) => new Workflow('hang').addStep('hang', [START], async (_event, context) => {
    await new Promise<void>((resolve) => { context.signal.addEventListener('abort', () => resolve()); });
    aborted.push('hang');
    return null;
  });
  const end = (type: string) => (event: { readonly [field: string]: unknown }) => stop(event[type]);

  t.test('a workflow runs as a step, its result is the step\'s event, and its stream shows in the outer one with a path', async () => {
    const outer = new Workflow('outer')
      .addStep('inner', [START], subWorkflow(new Workflow('middle').addStep('deep', [START], subWorkflow(double())).addStep('end', ['blazen::SubWorkflowCompleted'], end('result')), (event) => ({ n: event['k'] }), (result) => ({ type: 'Doubled', result })))
      .addStep('end', ['Doubled'], end('result'));
    const handler = await outer.runWithHandler({ k: 21 });
    const seen: string[] = [];
    await handler.streamEvents((event) => { seen.push(`${event.type} ${pathOf(event).join('/')} ${String((event as { path?: string }).path)}`); });
    t.equal((await handler.result()).data, 42);
    t.deepEqual(seen, ['Working inner/deep /own', 'Twice inner/deep undefined', 'blazen::SubWorkflowCompleted inner undefined', 'Doubled  undefined']);
  });

  t.test('a workflow of the small engine can be a step as well', async () => {
    const inner = new core.Workflow('inner').addStep('s', [START], (event) => stop([event['data']]));
    const outer = new core.Workflow('outer').addStep('inner', [START], subWorkflow(inner)).addStep('end', ['blazen::SubWorkflowCompleted'], end('result'));
    t.deepEqual((await outer.run({ x: 1 })).data, [{ x: 1 }]);
  });

  t.test('its failure is the step\'s failure, and a retry runs it again', async () => {
    const outer = new Workflow('outer').addStep('inner', [START], subWorkflow(fails));
    const error = await t.rejects(outer.run(), { type: root.StepError, message: /Step 'inner' failed .*Step 'bad' failed .*no power/ }) as Error;
    t.ok(error.cause instanceof root.StepError);
    let tries = 0;
    const flaky = new Workflow('flaky').addStep('s', [START], () => { if (++tries < 3) throw new Error('again'); return stop(tries); });
    t.equal((await new Workflow('outer').addStep('inner', [START], subWorkflow(flaky, undefined, stop), root.retry({ maxAttempts: 3, backoffMs: 0 })).run()).data, 3);
  });

  t.test('abort and a step\'s timeout reach it, on the same clock', async () => {
    const aborted: string[] = [];
    const handler = await new Workflow('outer').addStep('inner', [START], subWorkflow(hang(aborted))).runWithHandler();
    await settle();
    handler.abort('enough');
    await t.rejects(handler.result(), root.AbortedError);
    await settle();
    t.deepEqual(aborted, ['hang']);
    const clock = new testing.FakeClock();
    const timed = new Workflow('outer').addStep('inner', [START], subWorkflow(hang(aborted)), root.timeout(100)).run(undefined, { clock });
    const failed = t.rejects(timed, /took longer than 100 ms/);
    await clock.advance(100);
    await failed;
    await settle();
    t.deepEqual(aborted, ['hang', 'hang']);
  });

  const asks = (name: string, ...ids: string[]) => new Workflow(name)
    .addStep('ask', [START], (_event, context) => { context.set('asked', ids.length); return ids.map(ask); })
    .addStep('answer', [ANSWER], (event) => ({ type: 'Got', id: event['request_id'], response: event['response'] }))
    .addStep('end', ['Got'], (event) => stop((event['events'] as { id: string; response: string }[]).map(({ id, response }) => `${id}=${response}`).sort().join()), root.collect(ids.length));

  t.test('its questions park the outer run, and the answers reach it across a snapshot', async () => {
    const build = () => new Workflow('outer').addStep('inner', [START, ANSWER], subWorkflow(asks('inner', 'a', 'b'))).addStep('end', ['blazen::SubWorkflowCompleted'], end('result'));
    const handler = await build().runWithHandler();
    t.equal(await handler.resting(), 'waiting');
    const requests = root.openRequests(handler);
    t.deepEqual(requests.map((request) => [request['prompt'], ...pathOf(request)]), [['a?', 'inner'], ['b?', 'inner']]);
    const saved = await (await handler.snapshot()).toBytes();
    for (const form of [saved, saved]) {
      const resumed = await build().resume(form);
      const [a, b] = root.openRequests(resumed).map((request) => String(request['request_id']));
      resumed.respondToInput(a!, 'yes');
      t.equal(await resumed.resting(), 'waiting');
      const again = await build().resume(String(await resumed.snapshot()));
      again.respondToInput(b!, 'no');
      t.equal((await again.result()).data, 'a=yes,b=no');
      t.equal(root.foldLog(again).size, 0);
    }
  });

  t.test('two executions of one step, and other questions of the run, do not mix up their answers', async () => {
    const outer = new Workflow('outer')
      .addStep('fan', [START], () => [{ type: 'Go', n: 1 }, { type: 'Go', n: 2 }, ask('own')])
      .addStep('inner', ['Go', ANSWER], subWorkflow(asks('inner', 'ok'), undefined, (result) => ({ type: 'Done', result })))
      .addStep('own', [ANSWER], (event) => (event['request_id'] === 'own' ? { type: 'Done', result: `own=${String(event['response'])}` } : null))
      .addStep('end', ['Done'], (event) => stop((event['events'] as { result: string }[]).map(({ result }) => result).sort()), root.collect(3));
    const handler = await outer.runWithHandler();
    await handler.resting();
    const open = root.openRequests(handler).map((request) => String(request['request_id']));
    t.equal(new Set(open).size, 3);
    for (const [i, id] of [...open].reverse().entries()) handler.respondToInput(id, i);
    t.deepEqual((await handler.result()).data, ['ok=0', 'ok=1', 'own=2']);
  });

  t.test('what cannot wait inside a step says so', async () => {
    const small = new core.Workflow('small').addStep('s', [START], () => ask('q'));
    await t.rejects(new Workflow('outer').addStep('inner', [START], subWorkflow(small)).run(), /Workflow 'small' cannot wait for input inside a step/);
    const away = new Workflow('away').addStep('s', [START], () => null, root.elsewhere());
    await t.rejects(new Workflow('outer').addStep('inner', [START], subWorkflow(away)).run(), /Workflow 'away' cannot wait for another runtime inside a step/);
  });

  t.test('a workflow that sleeps inside a step holds the step, on the same clock', async () => {
    const naps = new Workflow('naps').addStep('s', [START], async (_event, context) => { await context.sleep(1000); return stop('woken'); });
    const clock = new testing.FakeClock();
    const ended = new Workflow('outer').addStep('inner', [START], subWorkflow(naps, undefined, (result) => stop(result))).run(undefined, { clock });
    await clock.advance(1000);
    t.equal((await ended).data, 'woken');
  });

  t.test('workflows run side by side on the same input, and their results come by name', async () => {
    const outer = new Workflow('outer').addStep('both', [START], parallelWorkflows({ x: double('x'), y: double('y') }, undefined, (results) => stop(results)));
    const handler = await outer.runWithHandler({ n: 4 });
    const seen: string[] = [];
    await handler.streamEvents((event) => { if (event.type === 'Working') seen.push(pathOf(event).join('/')); });
    t.deepEqual((await handler.result()).data, { x: 8, y: 8 });
    t.deepEqual(seen, ['both/x', 'both/y']);
    const aborted: string[] = [];
    await t.rejects(new Workflow('outer').addStep('both', [START], parallelWorkflows({ slow: hang(aborted), bad: fails })).run(), /no power/);
    await settle();
    t.deepEqual(aborted, ['hang']);
  });

  t.test('the first of several workflows wins, and one that waits while another has failed parks the run', async () => {
    const aborted: string[] = [];
    const race = (workflows: Parameters<typeof parallelWorkflows>[0]) => new Workflow('outer').addStep('race', [START, ANSWER], parallelWorkflows(workflows, undefined, (results) => stop(results), 'FirstCompletes'));
    t.deepEqual((await race({ slow: hang(aborted), human: asks('human', 'q'), bad: fails, good: double() }).run({ n: 1 })).data, { good: 2 });
    await settle();
    t.deepEqual(aborted, ['hang']);
    const handler = await race({ human: asks('human', 'q'), bad: fails }).runWithHandler();
    t.equal(await handler.resting(), 'waiting');
    handler.respondToInput(String(root.openRequests(handler)[0]?.['request_id']), 1);
    t.deepEqual((await handler.result()).data, { human: 'q=1' });
    await t.rejects(race({ bad: fails }).run(), /no power/);
  });

  t.test('on a durable host, what they show stands once in the stream although a crash lets them run again, in whatever order', async () => {
    const release = new Map<string, () => void>();
    const shows = (name: string) => new Workflow(name).addStep('s', [START], async (_event, context) => {
      await new Promise<void>((resolve) => { release.set(name, resolve); });
      context.writeEventToStream({ type: 'Shown', name });
      return stop(name);
    });
    const outer = new Workflow('outer').addStep('both', [START], parallelWorkflows({ x: shows('x'), y: shows('y') }, undefined, stop));
    const store = new durable.InMemoryCheckpointStore();
    const hostAt = (now: number) => durable.createLocalHost({ store, workflows: [outer], leaseMs: 1000, clock: { now: () => now, after: () => 0, cancel: () => undefined } });
    // The first process dies when one of them has shown something.
    await hostAt(0).start(outer, {}, { runId: 'r' });
    await settle();
    release.get('x')?.();
    await settle();
    const host = hostAt(5000);
    t.deepEqual(await host.recover(), ['r']);
    await settle();
    release.get('y')?.();
    await settle();
    release.get('x')?.();
    t.deepEqual(await host.result('r'), { x: 'x', y: 'y' });
    const shown: string[] = [];
    for await (const { seq, event } of host.stream('r')) shown.push(`${seq} ${event.type} ${String(event['name'])} ${pathOf(event).join('/')}`);
    t.deepEqual(shown, ['1 Shown x both/x', '2 Shown y both/y']);
  });
};

/** Lets promise reactions run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 60; i++) await Promise.resolve();
}

export default suite;
