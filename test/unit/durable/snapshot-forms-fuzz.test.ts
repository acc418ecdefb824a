import { expect, test } from 'vitest';
import { isBlazenError } from '../../../src/base/errors.ts';
import { decodeJson, encodeJson } from '../../../src/base/json-codec.ts';
import { decodeBase } from '../../../src/durable/base-codec.ts';
import { capture } from '../../../src/durable/capture.ts';
import { foldRun } from '../../../src/durable/fold.ts';
import { createLocalHost, InMemoryCheckpointStore } from '../../../src/durable/index.ts';
import {
  fromReference, pipelineFromReference, PipelineSnapshot, pipelineToReference, StageError, toReference, WorkflowSnapshot,
} from '../../../src/index.ts';
import { checkExact, here, live, queued, there } from '../../helpers/exact.ts';
import { fuzz, pick, reportFuzz, settle } from '../../helpers/fuzz.ts';
import { framed, mutateBytes, mutateJson, repaired } from '../../helpers/mutate.ts';
import { inTheMiddle, samplePipeline, still, waiting, waitingPipeline } from '../../helpers/sample-snapshots.ts';

async function livePipeline(source: object | string | Uint8Array): Promise<void> {
  const handler = await samplePipeline({ here: true }).resume(source as string, { clock: still });
  const ended = handler.result().catch((error: unknown) => error);
  await settle();
  try {
    handler.respondToInput('ok', 'yes');
    await settle();
  } catch (error) {
    if (!isBlazenError(error)) throw error;
  }
  if (handler.status === 'failed') {
    const error = await ended;
    if (!isBlazenError(error) || error instanceof StageError && !isBlazenError(error.cause) && !/Cannot (read|destructure)|not iterable/.test(error.message)) {
      throw new TypeError(`ended with an error without a type: ${String(error)}`, { cause: error });
    }
  } else if (handler.status !== 'completed') await PipelineSnapshot.from(String(await handler.snapshot()));
  handler.abort();
}

test('damaged snapshots of pipelines whose checksum was made right are resumed or refused', { timeout: 300_000 }, async () => {
  const document = (await (await waitingPipeline()).snapshot()).toJSON();
  await fuzz('pipeline', 15_000, (random) => {
    const body = mutateJson(document.body, random);
    const source = random() < 0.7 ? JSON.stringify(repaired(document, body)) : framed(3, body);
    return () => livePipeline(source);
  });
});

test('damaged bytes and texts are the snapshot they were, or refused', { timeout: 300_000 }, async () => {
  const snapshot = await (await inTheMiddle()).snapshot();
  const staged = await (await waitingPipeline()).snapshot();
  const bytes = [await snapshot.toBytes(), new TextEncoder().encode(String(snapshot)), new TextEncoder().encode(snapshot.toJsonPretty())] as const;
  const [sealed, text] = [await staged.toBytes(), new TextEncoder().encode(String(staged))];
  let same = 0;
  await fuzz('bytes', 20_000, (random) => {
    const [source, original, read] = pick([
      ...bytes.map((one, i) => [one, snapshot, (damaged: Uint8Array) => WorkflowSnapshot.from(i === 0 ? damaged : new TextDecoder().decode(damaged))] as const),
      [sealed, staged, (damaged: Uint8Array) => PipelineSnapshot.from(damaged)] as const,
      [text, staged, (damaged: Uint8Array) => PipelineSnapshot.from(new TextDecoder().decode(damaged))] as const,
    ], random);
    const damaged = random() < 0.02 ? source : mutateBytes(source, random);
    return async () => {
      const found = await read(damaged);
      if (String(found) !== String(original)) throw new TypeError('read as another snapshot');
      same++;
    };
  });
  expect(same).toBeGreaterThan(0);
});

test('damaged snapshots in the reference format are resumed or refused', { timeout: 300_000 }, async () => {
  const flow = toReference(await (await waiting()).snapshot());
  const staged = pipelineToReference(await (await waitingPipeline()).snapshot());
  await fuzz('reference', 10_000, (random) => {
    if (random() < 0.6) {
      const source = JSON.stringify(mutateJson(flow, random));
      return async () => live(await here.resume(await fromReference(source), { clock: still }));
    }
    const source = JSON.stringify(mutateJson(staged, random));
    return async () => livePipeline(await pipelineFromReference(source));
  });
});

test('damaged runs in a store go on as they say or are refused', { timeout: 300_000 }, async () => {
  const store = new InMemoryCheckpointStore();
  const host = createLocalHost({ store, workflows: [there], clock: still });
  await host.start(there, { topic: 'tides' }, { runId: 'r' });
  await settle();
  const resting = store.read('r')!;
  // The same run with its changes still beside its first state.
  const whole = new InMemoryCheckpointStore();
  const recording = new Proxy(whole, {
    get: (target, key) => key !== 'commit' ? (Reflect.get(target, key) as (...args: unknown[]) => unknown).bind?.(target) ?? Reflect.get(target, key)
      : (runId: string, commit: { base?: Uint8Array }) => commit.base === undefined ? target.commit(runId, commit as never) : new Promise(() => undefined),
  });
  await createLocalHost({ store: recording, workflows: [there], clock: still }).start(there, { topic: 'tides' }, { runId: 'r' });
  await settle();
  const running = whole.read('r')!;
  expect(running.deltas.length).toBeGreaterThan(5);
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  const damage = (bytes: Uint8Array, random: () => number): Uint8Array => random() < 0.3 ? mutateBytes(bytes, random) : encoder.encode(JSON.stringify(mutateJson(JSON.parse(decoder.decode(bytes)), random)));
  await fuzz('store', 15_000, (random) => {
    const stored = pick([resting, running, running], random);
    const hit = Math.floor(random() * (stored.deltas.length + 1)) - 1;
    const damaged = { ...stored, base: hit < 0 ? damage(stored.base, random) : stored.base, deltas: stored.deltas.map((delta, i) => (i === hit ? damage(delta, random) : delta)) };
    return async () => {
      const run = foldRun(there.definition(), damaged, still, queued);
      // A state alone tells the run whole; what changes add to it, the reducer decides.
      if (stored === resting) checkExact(decodeBase(damaged.base, damaged));
      if (!run.ended) decodeJson(encodeJson(capture(run)));
      else if (run.status !== 'completed' && !(run.value instanceof Error)) throw new TypeError(`ended without an error: ${String(run.value)}`);
    };
  });
});

reportFuzz();
