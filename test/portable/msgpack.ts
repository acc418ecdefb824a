import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const ANSWER = 'blazen::InputResponseEvent';
const RUN = '0b7c9a6e-52a1-4c7e-9c3e-7b0f3a5d1e11';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });
const ask = (id: string) => ({ type: 'blazen::InputRequestEvent', request_id: id, prompt: `${id}?`, metadata: null });

/** One of everything that a snapshot can hold. */
const everything = () => ({
  map: new Map<unknown, unknown>([['at', new Date(5)], [7n, new Set([undefined, null])]]), bytes: new Uint8Array([0, 128, 255]), big: -(2n ** 80n),
  zero: -0, nan: Number.NaN, far: Number.NEGATIVE_INFINITY, float: 0.1, int: 2 ** 53 - 1, huge: 1e300, text: 'héllo \ud83d\ude00', half: '\ud83d', halves: `${'long '.repeat(40)}\udc00`,
  $: { $: 'd', v: 1 }, '\ud83d': 1, list: [undefined, [new Date(Number.NaN)]], none: undefined,
});

const suite: Suite<Lib> = (t, { root, msgpack }) => {
  const { packReference, packSnapshot, unpackPipelineSnapshot, unpackReference, unpackSnapshot } = msgpack;
  const { Pipeline, PipelineBuilder, PipelineSnapshot, Stage, Workflow, WorkflowSnapshot } = root;

  const approval = () => new Workflow('approval')
    .addStep('ask', [START], (_event, context) => {
      for (const [key, value] of Object.entries(everything())) context.set(key, value as never);
      context.writeEventToStream({ type: 'Told', ...everything() });
      return ask('ok');
    })
    .addStep('answer', [ANSWER], (event, context) => stop([...Object.keys(everything()).map((key) => context.get(key)), event['response']]));

  const waiting = async (runId = RUN) => {
    const handler = await approval().runWithHandler({ topic: 'tides' }, { runId });
    await handler.resting();
    return handler;
  };

  t.test('a packed run goes on elsewhere with every kind of value, its log and its stream', async () => {
    const handler = await waiting();
    const snapshot = await handler.snapshot();
    const bytes = await packSnapshot(snapshot);
    const unpacked = await unpackSnapshot(bytes);
    t.equal(String(unpacked), String(snapshot));
    handler.respondToInput('ok', 'yes');
    const resumed = await approval().resume(unpacked);
    resumed.respondToInput('ok', 'yes');
    t.deepEqual((await resumed.result()).data, (await handler.result()).data);
    t.ok(bytes.length < (await snapshot.toBytes()).length, 'smaller than JSON');
  });

  t.test('a run that was packed is smaller than its JSON, also with little in it', async () => {
    const sizes: Record<string, [json: number, packed: number]> = {};
    const build = (steps: number) => new Workflow('chain')
      .addStep('go', [START, 'Next'], (event, context) => {
        const n = Number(event['n'] ?? 0) + 1;
        context.set('n', n);
        return n < steps ? { type: 'Next', n } : ask('end');
      });
    for (const steps of [1, 10, 500]) {
      const handler = await build(steps).runWithHandler();
      await handler.resting();
      const snapshot = await handler.snapshot();
      sizes[`${steps} steps`] = [(await snapshot.toBytes()).length, (await packSnapshot(snapshot)).length];
      handler.abort();
    }
    // What the guide tells.
    console.log(JSON.stringify(sizes));
    for (const [json, packed] of Object.values(sizes)) t.ok(packed < 0.8 * json, `${packed} of ${json} bytes`);
  });

  t.test('the forms are told apart, and the error says what reads them', async () => {
    const snapshot = await (await waiting()).snapshot();
    const packed = await packSnapshot(snapshot);
    await t.rejects(approval().resume(packed), { type: root.SnapshotError, message: /MessagePack\. Read it with unpackSnapshot of 'blazen-ts\/msgpack'/ });
    await t.rejects(WorkflowSnapshot.from(packed), root.SnapshotError);
    await t.rejects(unpackSnapshot(await snapshot.toBytes()), { type: root.SnapshotError, message: /not the MessagePack of a blazen-ts\.snapshot/ });
    await t.rejects(unpackPipelineSnapshot(packed), { type: root.SnapshotError, message: /not the MessagePack of a blazen-ts\.pipeline-snapshot/ });
    await t.rejects(PipelineSnapshot.from(packed), root.SnapshotError);
    await t.rejects(unpackSnapshot(new TextEncoder().encode(String(snapshot))), { type: root.SnapshotError, message: /not the bytes of one/ });
  });

  t.test('any damage to packed bytes is a SnapshotError', async () => {
    const bytes = await packSnapshot(await (await waiting()).snapshot());
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const bad = new Uint8Array(bytes);
      bad[bit >> 3]! ^= 1 << (bit & 7);
      await t.rejects(unpackSnapshot(bad), root.SnapshotError);
    }
    for (let length = 0; length < bytes.length; length += 13) await t.rejects(unpackSnapshot(bytes.subarray(0, length)), root.SnapshotError);
  });

  t.test('a pipeline is packed too, and tells what reads it', async () => {
    const build = () => new PipelineBuilder('both').stage(new Stage('first', () => ({ at: new Date(7) }))).stage(new Stage('review', approval())).build();
    const handler = await build().start({ n: 1n }, { runId: RUN });
    await handler.resting();
    const snapshot = await handler.snapshot();
    const bytes = await packSnapshot(snapshot);
    await t.rejects(build().resume(bytes), { type: root.SnapshotError, message: /unpackPipelineSnapshot/ });
    const resumed = await Pipeline.resume(build(), unpackPipelineSnapshot(bytes));
    await resumed.resting();
    resumed.respondToInput('ok', 1);
    handler.respondToInput('ok', 1);
    t.deepEqual((await resumed.result()).stageResults.map(({ output }) => output), (await handler.result()).stageResults.map(({ output }) => output));
  });

  t.test('the reference\'s MessagePack goes both ways: bytes are bytes, a run\'s id is 16 of them, names are text', async () => {
    const handler = await waiting();
    const written = root.toReference(await handler.snapshot());
    const bytes = packReference(written);
    const text = String.fromCharCode(...bytes);
    t.ok(text.includes('\xa6run_id\xc4\x10\x0b\x7c\x9a\x6e'), 'the id');
    t.ok(text.includes('\xa5bytes\x81\xa5Bytes\xc4\x03\x00\x80\xff'), 'bytes of the state');
    t.deepEqual(unpackReference(bytes), written);
    const resumed = await approval().resume(await root.fromReference(unpackReference(bytes)));
    resumed.respondToInput('ok', 'yes');
    handler.respondToInput('ok', 'yes');
    t.deepEqual((await resumed.result()).data, (await handler.result()).data);
  });

  t.test('the reference\'s MessagePack as another writer has it: an id as text, bytes as numbers, a pipeline', async () => {
    // {"workflow_name":"w","run_id":"<text>","timestamp":"2026-05-01T10:00:00Z","context_state":{"b":{"Bytes":[1,2]}}}, by hand.
    const str = (text: string) => (text.length < 32 ? [0xa0 | text.length, ...new TextEncoder().encode(text)] : [0xd9, text.length, ...new TextEncoder().encode(text)]);
    const bytes = new Uint8Array([
      0x84, ...str('workflow_name'), ...str('w'), ...str('run_id'), ...str(RUN), ...str('timestamp'), ...str('2026-05-01T10:00:00Z'),
      ...str('context_state'), 0x81, ...str('b'), 0x81, ...str('Bytes'), 0x92, 1, 2,
    ]);
    const snapshot = await root.fromReference(unpackReference(bytes));
    t.deepEqual([snapshot.workflow, snapshot.runId, snapshot.body.state], ['w', RUN, [['b', new Uint8Array([1, 2])]]]);
    const pipeline = await new PipelineBuilder('p').stage(new Stage('review', approval())).build().start(1, { runId: RUN });
    await pipeline.resting();
    const written = root.pipelineToReference(await pipeline.snapshot());
    const read = unpackReference<typeof written>(packReference(written));
    t.deepEqual(read, written);
    t.equal((await root.pipelineFromReference(read)).runId, RUN);
  });

  t.test('MessagePack that lies about its lengths, is too deep, or reaches a prototype is refused before it costs anything', () => {
    const nested = new Uint8Array(5 * 200);
    for (let i = 0; i < nested.length; i += 5) nested.set([0xdd, 0x01, 0xff, 0xff, 0xff], i);
    const bad: [readonly number[] | Uint8Array, RegExp][] = [
      [[], /its end is missing/], [[0xdd, 0xff, 0xff, 0xff, 0xff], /its end is missing/], [[0xdf, 0x7f, 0xff, 0xff, 0xff], /its end is missing/], [nested, /its end is missing/],
      [[0xc6, 0xff, 0xff, 0xff, 0xff, 1], /its end is missing/], [[0xdb, 0, 0, 1], /its end is missing/], [new Uint8Array(4000).fill(0x91), /nested too deep/],
      [[0xc1], /a type that snapshots do not have/], [[0xd4, 1, 1], /a type that snapshots do not have/], [[0xc7, 1, 5, 0], /a type that snapshots do not have/],
      [[1, 1], /something follows it/], [[1], /not an object/], [[0x90], /not an object/], [[0x81, 0x90, 1], /must be string/],
      [[0x81, 0xa9, ...new TextEncoder().encode('__proto__'), 0x81, 0xa1, 0x78, 1], /__proto__/],
    ];
    for (const [bytes, message] of bad) t.throws(() => unpackReference(Uint8Array.from(bytes)), { type: root.SnapshotError, message });
    t.equal(({} as { x?: number }).x, undefined);
  });
};

export default suite;
