import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  elsewhere, fromReference, isBlazenError, ParallelStage, pipelineFromReference, PipelineBuilder, PipelineSnapshot, pipelineToReference, Stage, StageError, toReference, Workflow,
  type PipelineHandler, type WorkflowHandler,
} from '../../../src/index.ts';

const RUN = '0b7c9a6e-52a1-4c7e-9c3e-7b0f3a5d1e11';
const START = 'blazen::StartEvent';

const parked = (state: Record<string, unknown> = {}): Workflow => new Workflow('parked')
  .addStep('ask', [START], (_event, context) => {
    for (const [key, value] of Object.entries(state)) context.set(key, value as never);
    return [{ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' }, { type: 'Away', n: 1 }, { type: 'Gather', n: 2 }];
  })
  .addStep('away', ['Away'], () => null, elsewhere())
  .addStep('answer', ['blazen::InputResponseEvent'], () => ({ type: 'blazen::StopEvent', result: 1 }));

const pipeline = () => new PipelineBuilder('p')
  .stage(new Stage('first', () => ({ n: 1 })))
  .parallel(new ParallelStage('both', [new Stage('left', parked({ k: [1] })), new Stage('right', () => 'done'), new Stage('off', () => 0, null, () => false)]))
  .stage(new Stage('last', () => 2)).build();

const storable = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.bigInt(), fc.date(), fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }), fc.array(fc.tuple(fc.string(), tie('value'))).map((entries) => new Map(entries)),
  ),
})).value;

const safe = (key: string): boolean => !['__proto__', 'constructor', 'prototype'].includes(key);

it('any state that a snapshot holds comes back from the reference format as it was', async () => {
  await fc.assert(fc.asyncProperty(fc.dictionary(fc.string().filter(safe), storable.filter((value) => value !== undefined), { maxKeys: 5 }), async (state) => {
    const handler = await parked(state).runWithHandler(undefined, { runId: RUN });
    await handler.resting();
    const snapshot = await handler.snapshot();
    handler.abort();
    const again = await fromReference(JSON.stringify(toReference(snapshot)));
    expect(again.body.state).toEqual(snapshot.body.state);
    expect(again.body.routed).toBe(snapshot.body.routed);
  }), { numRuns: 300 });
});

type Json = unknown[] | Record<string, unknown>;

/** Every place in a JSON value: the object or list it lies in, and its key. */
function places(value: unknown): [Json, string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]): [Json, string][] => [[value as Json, key], ...places(item)]);
}

const hostile = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(-1, 1e308, 2 ** 53, '', '__proto__', START, 'blazen::CollectedEvent', 'blazen::Lagged', RUN, 'active', 'done'),
  fc.constant({ __proto__: null, constructor: { prototype: { polluted: 1 } } }),
);
const mutations = fc.array(fc.record({ place: fc.nat(), value: hostile, how: fc.constantFrom('set', 'delete', 'add', 'swap') }), { minLength: 1, maxLength: 3 });

function mutate<T>(original: T, list: readonly { place: number; value: unknown; how: string }[]): T {
  const copy = structuredClone(original);
  for (const { place, value, how } of list) {
    const all = places(copy);
    if (all.length === 0) break;
    const [owner, key] = all[place % all.length]!;
    const [other, otherKey] = all[(place * 31 + 7) % all.length] ?? [owner, key];
    if (how === 'delete') Reflect.deleteProperty(owner, key);
    else if (how === 'swap') Reflect.set(owner, key, structuredClone(Reflect.get(other, otherKey)));
    else Reflect.set(owner, how === 'add' ? `${key}x` : key, structuredClone(value));
  }
  return copy;
}

/** Read and resume; anything but a run that rests or a typed error is a failure. */
async function survives(resume: () => Promise<WorkflowHandler | PipelineHandler>): Promise<boolean> {
  try {
    const handler = await resume();
    const failed = handler.result().catch((error: unknown) => error);
    const status = await handler.resting();
    handler.abort();
    const error = await failed;
    const cause = error instanceof StageError ? error.cause : error;
    if (status === 'failed' && !isBlazenError(cause)) throw new TypeError(`not typed: ${String(cause)}`, { cause });
    return true;
  } catch (error) {
    if (!isBlazenError(error)) throw error;
    return false;
  } finally {
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }
}

it('a damaged reference snapshot of a workflow is resumed or refused with a typed error', async () => {
  const handler = await parked({ k: [1], m: new Map([[1, 2]]), b: new Uint8Array([1]) }).runWithHandler(undefined, { runId: RUN });
  await handler.resting();
  const written = toReference(await handler.snapshot());
  handler.abort();
  let resumed = 0;
  await fc.assert(fc.asyncProperty(mutations, async (list) => {
    if (await survives(async () => parked().resume(await fromReference(JSON.stringify(mutate(written, list)))))) resumed++;
  }), { numRuns: 3000 });
  expect(resumed).toBeGreaterThan(100);
  expect(resumed).toBeLessThan(2900);
});

it('a damaged snapshot of a pipeline, ours with its checksum made right or the reference\'s, is resumed or refused with a typed error', async () => {
  const handler = await pipeline().start({ in: 1 }, { runId: RUN });
  await handler.resting();
  const snapshot = await handler.snapshot();
  const written = pipelineToReference(snapshot);
  handler.abort();
  const counts = { ours: 0, reference: 0 };
  await fc.assert(fc.asyncProperty(mutations, async (list) => {
    if (await survives(async () => pipeline().resume(await pipelineFromReference(JSON.stringify(mutate(written, list)))))) counts.reference++;
    const body = mutate(snapshot.toJSON().body, list);
    const sha256 = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    if (await survives(async () => pipeline().resume(await PipelineSnapshot.from(JSON.stringify({ ...snapshot.toJSON(), sha256, body }))))) counts.ours++;
  }), { numRuns: 2000 });
  for (const count of Object.values(counts)) {
    expect(count).toBeGreaterThan(50);
    expect(count).toBeLessThan(1950);
  }
});
