import { copyFile, cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PersistCorruptError } from '../../../src/base/error-classes.ts';
import { createFileCheckpointStore } from '../../../src/platform/node/index.ts';
import type { CheckpointStore, ClaimedCheckpoint } from '../../../src/spec/checkpoint.ts';
import { checkpointStoreSuite } from '../../../src/testing/index.ts';
import { checkHistory } from '../../helpers/checkpoint-load.ts';
import { buildWriter, killWriters } from '../../helpers/killed-writers.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

let root = '';
let folders = 0;
const fresh = (): string => join(root, `store-${folders++}`);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

beforeAll(async () => { root = await mkdtemp(join(tmpdir(), 'checkpoints-')); });
afterAll(() => rm(root, { recursive: true, force: true }));

async function claimed(store: CheckpointStore): Promise<ClaimedCheckpoint> {
  await store.create('r', { workflow: 'w', base: bytes('base'), now: 1 });
  return await store.claim('r', 'me', 100, 1) as ClaimedCheckpoint;
}

function commit(store: CheckpointStore, { fence }: ClaimedCheckpoint, version: number, data = `d${version}`): unknown {
  return store.commit('r', { fence, version, commitId: `c${version}`, now: 1, delta: bytes(data), items: [{ seq: version + 1, data: bytes(data) }] });
}

/** The record files of the only run, by number, as paths. */
async function records(folder: string): Promise<string[]> {
  const paths = (await readdir(join(folder, 'runs'), { recursive: true })).filter((path) => /\/\d+$/.test(path) && path.split('/').length === 3);
  return paths.sort((a, b) => Number(a.split('/')[2]) - Number(b.split('/')[2])).map((path) => join(folder, 'runs', path));
}

describe('checkpoints in files', () => {
  let current = '';
  checkpointStoreSuite(createTestApi((name, run) => it(name, run)), {
    create: () => createFileCheckpointStore(current = fresh()),
    reopen: () => createFileCheckpointStore(current),
  });

  it('keep every acknowledged commit once when their writers are killed, three at a time on the same runs', { timeout: 180_000 }, async () => {
    const folder = fresh();
    const program = await buildWriter(root);
    const runIds = ['a', 'b', 'c'];
    const lines = await killWriters({ command: (n) => [process.execPath, program, 'file', folder, `w${n}`, runIds.join()], writers: 3, kills: 15 });
    const { problems, commits } = await checkHistory(createFileCheckpointStore(folder), runIds, lines);
    expect(problems).toEqual([]);
    expect(commits).toBeGreaterThan(100);
  });

  it('go on without a last record whose end was never written, and say so once', async () => {
    const folder = fresh();
    const claim = await claimed(createFileCheckpointStore(folder));
    const store = createFileCheckpointStore(folder);
    for (let v = 0; v < 3; v++) commit(store, claim, v);
    const last = (await records(folder)).at(-1) as string;
    const whole = await readFile(last);
    for (const length of [0, 1, 8, 30, 50, 51, whole.length - 1]) {
      await writeFile(last, whole.subarray(0, length));
      const torn: string[] = [];
      const again = createFileCheckpointStore(folder, { onTornRecord: (path) => torn.push(path) });
      expect([(await again.read('r'))?.version, (await again.read('r'))?.deltas.length, torn]).toEqual([2, 2, [last]]);
    }
    await writeFile(last, new Uint8Array(whole.length));
    const again = createFileCheckpointStore(folder);
    expect(commit(again, claim, 2, 'other')).toBe('ok');
    expect(commit(again, claim, 3)).toBe('ok');
    const run = await createFileCheckpointStore(folder).read('r');
    expect(run?.deltas.map((delta) => new TextDecoder().decode(delta))).toEqual(['d0', 'd1', 'other', 'd3']);
    // A reader that had seen the state before the power cut agrees.
    expect(await store.status('r')).toEqual(await again.status('r'));
  });

  it('are refused with a typed error when a byte of any record has changed, or an earlier one is cut or missing', async () => {
    const folder = fresh();
    const store = createFileCheckpointStore(folder);
    const claim = await claimed(store);
    for (let v = 0; v < 3; v++) commit(store, claim, v);
    const paths = await records(folder);
    expect(paths).toHaveLength(5);
    const read = (): unknown => createFileCheckpointStore(folder).read('r');
    for (const path of paths) {
      const whole = await readFile(path);
      for (let at = 0; at < whole.length; at++) {
        // A changed length in the prefix of the last record reads as a torn one: it says that more should follow.
        if (path === paths.at(-1) && at >= 10 && at < 18) continue;
        const damaged = Uint8Array.from(whole);
        damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
        await writeFile(path, damaged);
        expect(read, `byte ${at}`).toThrow(PersistCorruptError);
      }
      if (path !== paths.at(-1)) {
        await truncate(path, whole.length - 1);
        expect(read).toThrow(PersistCorruptError);
        await rm(path);
        expect(read).toThrow(PersistCorruptError);
      }
      await writeFile(path, whole);
    }
    expect((await createFileCheckpointStore(folder).read('r'))?.version).toBe(3);
  });

  it('stay few files however many commits there are, and keep the whole stream', async () => {
    const folder = fresh();
    const store = createFileCheckpointStore(folder);
    const other = createFileCheckpointStore(folder);
    const claim = await claimed(store);
    for (let v = 0; v < 600; v++) expect(commit(v % 2 === 0 ? store : other, claim, v)).toBe('ok');
    expect((await records(folder)).length).toBeLessThan(260);
    const run = await createFileCheckpointStore(folder).read('r');
    expect(run?.deltas.map((delta) => new TextDecoder().decode(delta))).toEqual(Array.from({ length: 600 }, (_, v) => `d${v}`));
    expect((await store.readStream('r', 0, 1000)).map((item) => item.seq)).toEqual(Array.from({ length: 600 }, (_, v) => v + 1));
    expect((await other.readStream('r', 250, 2)).map((item) => item.seq)).toEqual([251, 252]);
  });

  it('keep the stream when a writer dies between a compaction and the tidying after it', async () => {
    const [folder, died] = [fresh(), fresh()];
    const store = createFileCheckpointStore(folder);
    const claim = await claimed(store);
    for (let v = 0; v < 3; v++) commit(store, claim, v);
    await cp(folder, died, { recursive: true });
    const compact = (at: CheckpointStore, version: number): unknown => at.commit('r', { fence: claim.fence, version, commitId: `b${version}`, now: 1, base: bytes('new') });
    compact(store, 3);
    const [full] = await records(folder) as [string];
    await copyFile(full, full.replace(folder, died));
    const again = createFileCheckpointStore(died);
    const seqs = async (): Promise<number[]> => (await again.readStream('r', 0, 10)).map(({ seq }) => seq);
    expect([await records(died), await seqs()]).toEqual([expect.objectContaining({ length: 6 }), [1, 2, 3]]);
    await again.commit('r', { fence: claim.fence, version: 4, commitId: 'x', now: 1, items: [{ seq: 4, data: bytes('four') }] });
    compact(again, 5);
    expect([(await records(died)).length, await seqs()]).toEqual([1, [1, 2, 3, 4]]);
  });

  it('lie in the folder given and nowhere else, whatever the ids', async () => {
    const folder = fresh();
    const before = await readdir(root);
    const store = createFileCheckpointStore(folder);
    for (const runId of ['../../escape', '/tmp/escape', '..', 'a/../../../escape']) {
      await store.create(runId, { workflow: '../w', base: bytes(runId), now: 1 });
      await store.putInput(runId, '../../input', bytes('x'));
    }
    expect(new Set(await readdir(root))).toEqual(new Set([...before, folder.split('/').at(-1)]));
    const names = await readdir(folder, { recursive: true });
    expect(names.filter((name) => !/^(new|trash|runs(\/[0-9a-f]{64}(\/\d+(\/\d+)?)?)?)$/.test(name))).toEqual([]);
  });

  it('do not share memory with a Buffer that was given', async () => {
    const store = createFileCheckpointStore(fresh());
    const claim = await claimed(store);
    const data = Buffer.from('input');
    await store.putInput('r', 'i', data);
    data.fill(0);
    expect(new TextDecoder().decode((await store.readInputs('r', 0))[0]?.data)).toBe('input');
    expect(claim.version).toBe(0);
  });

  it('are not disturbed by what dead processes left behind', async () => {
    const folder = fresh();
    const store = createFileCheckpointStore(folder);
    const claim = await claimed(store);
    const [first] = await records(folder) as [string];
    await copyFile(first, first.replace(/1$/, 't0123'));
    commit(store, claim, 0);
    await store.commit('r', { fence: claim.fence, version: 1, commitId: 'base', now: 1, base: bytes('new') });
    expect((await readdir(join(first, '..'))).filter((name) => name.startsWith('t'))).toEqual([]);
    await store.create('s', { workflow: 'w', base: bytes(''), now: 1 });
    expect((await createFileCheckpointStore(folder).read('r'))?.version).toBe(2);
  });
});
