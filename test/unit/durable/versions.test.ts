import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { JSON_CONTENT, seal } from '../../../src/durable/envelope.ts';
import {
  fromReference, pipelineFromReference, PipelineBuilder, PipelineSnapshot, pipelineToReference, SnapshotError, SnapshotVersionMismatchError, Stage, toReference, Workflow, WorkflowSnapshot,
} from '../../../src/index.ts';

const START = 'blazen::StartEvent';
const build = (): Workflow => new Workflow('versions')
  .addStep('ask', [START], () => ({ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' }))
  .addStep('answer', ['blazen::InputResponseEvent'], () => ({ type: 'blazen::StopEvent', result: 1 }));
const sha256 = (body: unknown): string => createHash('sha256').update(JSON.stringify(body)).digest('hex');

async function waiting() {
  const handler = await build().runWithHandler();
  await handler.resting();
  return handler.snapshot();
}

it('a snapshot of an unknown newer version says so in every form, and is not mistaken for a damaged one', async () => {
  const snapshot = await waiting();
  const json = snapshot.toJSON();
  const newer = { ...json.body as object, v: 99 };
  const header = (await snapshot.toBytes()).slice();
  header[9] = 99;
  const pipeline = await new PipelineBuilder('p').stage(new Stage('s', build())).build().start();
  await pipeline.resting();
  const whole = await pipeline.snapshot();
  const forms: [name: string, read: () => Promise<unknown>][] = [
    ['JSON text', () => WorkflowSnapshot.from(JSON.stringify({ ...json, v: 99 }))],
    ['JSON data', () => build().resume({ ...json, v: 99 })],
    ['the body of JSON', () => WorkflowSnapshot.from({ ...json, body: newer, sha256: sha256(newer) })],
    ['the frame of bytes', () => build().resume(header)],
    ['the body of bytes', async () => build().resume(await seal(JSON_CONTENT, new TextEncoder().encode(JSON.stringify(newer))))],
    ['the reference\'s JSON', () => fromReference({ ...toReference(snapshot), version: 2 })],
    ['a pipeline\'s JSON', () => PipelineSnapshot.from({ ...whole.toJSON(), v: 99 })],
    ['a workflow in the reference\'s JSON of a pipeline', async () => {
      const { active_snapshots: active, ...rest } = pipelineToReference(whole);
      return pipelineFromReference({ ...rest, active_snapshots: active.map((member) => ({ ...member, workflow_snapshot: { ...member.workflow_snapshot, version: 2 } })) });
    }],
  ];
  for (const [name, read] of forms) {
    const error: unknown = await read().catch((cause: unknown) => cause);
    expect(error, name).toBeInstanceOf(SnapshotVersionMismatchError);
    expect((error as Error).message, name).toMatch(/its version is (99|2), this package knows [12]/);
  }
});

it('a changed graph is an error that names the first difference, whatever changed', async () => {
  const snapshot = await waiting();
  const step = (name: string, ...types: string[]) => (workflow: Workflow) => workflow.addStep(name, types, () => null);
  const graphs: [message: RegExp, steps: readonly ReturnType<typeof step>[]][] = [
    [/step 'answer' is gone/, [step('ask', START)]],
    [/step 'more' is new/, [step('ask', START), step('answer', 'blazen::InputResponseEvent'), step('more', 'M')]],
    [/step 1 is 'answer' and was 'ask'/, [step('answer', 'blazen::InputResponseEvent'), step('ask', START)]],
    [/step 'answer' accepts blazen::InputResponseEvent, Extra and accepted blazen::InputResponseEvent/, [step('ask', START), step('answer', 'blazen::InputResponseEvent', 'Extra')]],
  ];
  for (const [message, steps] of graphs) {
    const changed = new Workflow('versions');
    for (const add of steps) add(changed);
    await expect(changed.resume(snapshot)).rejects.toThrow(message);
    await expect(changed.resume(snapshot)).rejects.toBeInstanceOf(SnapshotError);
    await expect(changed.resume(snapshot, { allowChanged: true })).resolves.toBeDefined();
  }
  await expect(new Workflow('other').resume(snapshot)).rejects.toThrow(/'versions' with workflow 'other'/);
});
