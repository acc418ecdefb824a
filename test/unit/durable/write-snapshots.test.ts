import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createLocalHost, InMemoryCheckpointStore } from '../../../src/durable/index.ts';
import { pipelineToReference, toReference, Workflow } from '../../../src/index.ts';
import type { CheckpointCommit, NewCheckpoint } from '../../../src/spec/checkpoint.ts';
import { inTheMiddle, paused, RUN_ID, sample, still, waiting, waitingPipeline } from '../../helpers/sample-snapshots.ts';

// Writes the fixtures of a version of the formats: see test/fixtures/snapshots/README.md. Without WRITE_SNAPSHOTS it only
// checks that they can be written.

const version = process.env['WRITE_SNAPSHOTS'];
const folder = new URL(`../../fixtures/snapshots/${version}/`, import.meta.url);

function write(name: string, content: string | Uint8Array): void {
  if (version === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(name, folder), content, { flag: 'wx' });
}

/** What a store is given for a run that comes to rest; without its compaction unless `whole`. */
async function stored(whole: boolean): Promise<string> {
  const store = new InMemoryCheckpointStore();
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  let create: unknown;
  const commits: unknown[] = [];
  const host = createLocalHost({
    workflows: [sample({ here: false })], clock: still,
    store: new Proxy(store, {
      get(target, key) {
        if (key === 'create') return (runId: string, run: NewCheckpoint) => { create = { base: base64(run.base) }; return target.create(runId, run); };
        if (key === 'commit') return (runId: string, commit: CheckpointCommit) => {
          const { base, delta, items = [] } = commit;
          if (base === undefined || whole) commits.push({ ...(base && { base: base64(base) }), ...(delta && { delta: base64(delta) }), items: items.map(({ data }) => base64(data)) });
          return target.commit(runId, commit);
        };
        const member = Reflect.get(target, key) as unknown;
        return typeof member === 'function' ? member.bind(target) as unknown : member;
      },
    }),
  });
  await host.start(sample({ here: false }), { topic: 'tides' }, { runId: RUN_ID });
  while (host.active.length > 0) await Promise.resolve();
  await host.close();
  return JSON.stringify({ create, commits }, null, 1);
}

test('the snapshots of a release can be written', async () => {
  for (const [name, make] of Object.entries({ waiting, 'in-the-middle': inTheMiddle, paused })) {
    const snapshot = await (await make()).snapshot();
    write(`${name}.json`, snapshot.toJsonPretty());
    write(`${name}.bin`, await snapshot.toBytes());
    if (name === 'waiting') write('reference.json', JSON.stringify(toReference(snapshot), null, 1));
  }
  const small = await new Workflow('small').addStep('ask', ['blazen::StartEvent'], () => ({ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' })).runWithHandler(undefined, { runId: RUN_ID, clock: still });
  await small.resting();
  write('small.bin', await (await small.snapshot()).toBytes());
  const pipeline = await (await waitingPipeline()).snapshot();
  write('pipeline.json', pipeline.toJsonPretty());
  write('pipeline.bin', await pipeline.toBytes());
  write('reference-pipeline.json', JSON.stringify(pipelineToReference(pipeline), null, 1));
  write('stored-changes.json', await stored(false));
  write('stored-state.json', await stored(true));
  expect(pipeline.currentStageIndex).toBe(1);
});
