import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createLocalHost, InMemoryCheckpointStore } from '../../../src/durable/index.ts';
import { fromReference, pipelineFromReference, PipelineSnapshot, WorkflowSnapshot } from '../../../src/index.ts';
import { PIPELINE_RESULT, RUN_ID, sample, SAMPLE_RESULT, samplePipeline, still } from '../../helpers/sample-snapshots.ts';

// Snapshots of every version of the formats that was released, as that release wrote them: none of them may be lost to an
// update. test/fixtures/snapshots/README.md tells how those of a release are added; files are never changed.

const folder = new URL('../../fixtures/snapshots/', import.meta.url);
const versions = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
const read = (version: string, name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${version}/${name}`, folder)));
const text = (version: string, name: string): string => new TextDecoder().decode(read(version, name));

test('there are snapshots of the version of today', () => {
  expect(versions.length).toBeGreaterThan(0);
});

for (const version of versions) {
  test(`a workflow's snapshots of ${version} are resumed to the right end`, async () => {
    for (const state of ['waiting', 'in-the-middle', 'paused']) {
      const sources = [text(version, `${state}.json`), read(version, `${state}.bin`), ...(state === 'waiting' ? [await fromReference(text(version, 'reference.json'))] : [])];
      for (const source of sources) {
        const handler = await sample({ here: true }).resume(source, { clock: still });
        expect(handler.runId()).toBe(RUN_ID);
        await handler.resting();
        handler.respondToInput('ok', 'yes');
        expect((await handler.result()).data).toEqual(SAMPLE_RESULT);
      }
    }
  });

  test(`a pipeline's snapshots of ${version} are resumed to the right end`, async () => {
    for (const source of [text(version, 'pipeline.json'), read(version, 'pipeline.bin'), await pipelineFromReference(text(version, 'reference-pipeline.json'))]) {
      const handler = await samplePipeline({ here: true }).resume(source, { clock: still });
      await handler.resting();
      handler.respondToInput('ok', 'yes');
      expect((await handler.result()).finalOutput).toEqual(PIPELINE_RESULT);
    }
  });

  test(`a store's runs of ${version} are recovered to the right end`, async () => {
    for (const name of ['stored-changes', 'stored-state']) {
      const { create, commits } = JSON.parse(text(version, `${name}.json`)) as { create: { base: string; streamSeq: number }; commits: { base?: string; delta?: string; items: string[] }[] };
      const store = new InMemoryCheckpointStore();
      const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
      store.create(RUN_ID, { workflow: 'sample', base: bytes(create.base), now: still.now() });
      const { fence } = store.claim(RUN_ID, 'fixture', 1000, 0)!;
      let seq = 0;
      for (const [at, { base, delta, items }] of commits.entries()) {
        expect(store.commit(RUN_ID, {
          fence, version: at, commitId: `${fence}.${at}`, now: still.now(), ...(base === undefined ? undefined : { base: bytes(base) }), ...(delta === undefined ? undefined : { delta: bytes(delta) }),
          items: items.map((data) => ({ seq: ++seq, data: bytes(data) })),
        })).toBe('ok');
      }
      store.release(RUN_ID, fence, { seenInput: 0, wakeAt: 0 });
      const host = createLocalHost({ store, workflows: [sample({ here: true })], clock: still });
      expect(await host.recover()).toEqual([RUN_ID]);
      expect(await host.deliver(RUN_ID, 'ok', 'yes')).toBe('stored');
      expect(await host.result(RUN_ID)).toEqual(SAMPLE_RESULT);
    }
  });
}

test('every cut and every flipped bit of a framed snapshot is refused', async () => {
  const bytes = read(versions.at(-1) as string, 'small.bin');
  const refused = async (damaged: Uint8Array): Promise<boolean> => WorkflowSnapshot.from(damaged).then(() => false, (error: unknown) => (error as Error).name.startsWith('Snapshot'));
  await WorkflowSnapshot.from(bytes);
  for (let length = 0; length < bytes.length; length++) expect(await refused(bytes.subarray(0, length))).toBe(true);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    if (!await refused(damaged)) expect.fail(`bit ${bit} is not noticed`);
  }
  const staged = read(versions.at(-1) as string, 'pipeline.bin');
  for (let bit = 0; bit < 48 * 8; bit++) {
    const damaged = staged.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    await expect(PipelineSnapshot.from(damaged)).rejects.toThrow();
  }
});
