import type { CheckpointItem, CheckpointStore } from '../../spec/checkpoint.ts';
import { type CheckpointCases, bytes, claimed, commit, fresh, items, show, started, state, text } from './checkpoint-kit.ts';

/** Wake times, inputs, streams, lists and deleting. */
export function checkpointWorking({ t, test }: CheckpointCases): void {
  test('a run that has ended is read but never claimed, never due and takes no input', async (store) => {
    const claim = await started(store);
    await store.putInput('r', 'early', bytes('x'));
    t.equal(await store.commit('r', commit(claim, 0, { base: bytes('result'), status: 'completed', wakeAt: 1 })), 'ok');
    t.equal(await store.commit('r', commit(claim, 1)), 'fenced');
    t.equal(await store.release('r', claim.fence, { seenInput: 0 }), false);
    t.equal(await store.claim('r', 'me', 500, 9000), null);
    t.deepEqual(await store.due(9e12, 10), []);
    t.equal(await store.putInput('r', 'late', bytes('x')), 'gone');
    t.equal(await store.putInput('r', 'early', bytes('x')), 'already');
    t.equal(state(await store.read('r')), 'result');
    t.equal((await store.status('r'))?.status, 'completed');
    t.equal((await store.status('r'))?.dueAt, null);
  });

  test('due names runs without a writer whose time has come, longest due first, and respects the limit', async (store) => {
    for (const [id, wakeAt] of [['c', 30], ['a', 10], ['b', 20], ['never', null], ['later', 41]] as const) await store.create(id, fresh({ wakeAt }));
    t.deepEqual(await store.due(40, 10), ['a', 'b', 'c']);
    t.deepEqual(await store.due(20, 10), ['a', 'b']);
    t.deepEqual(await store.due(19, 10), ['a']);
    t.deepEqual(await store.due(40, 2), ['a', 'b']);
    t.ok(await store.claim('a', 'me', 5, 15) !== null);
    t.deepEqual(await store.due(19, 10), []);
    t.deepEqual([...await store.due(20, 10)].toSorted(), ['a', 'b']);
  });

  test('wake times come from commits and from the release, the last one counts', async (store) => {
    const claim = await started(store);
    await store.commit('r', commit(claim, 0, { wakeAt: 5000, status: 'waiting' }));
    await store.release('r', claim.fence, { seenInput: 0 });
    t.equal((await store.status('r'))?.dueAt, 5000);
    const again = await claimed(store);
    t.equal(again.status, 'waiting');
    await store.commit('r', commit(again, 1, { wakeAt: 6000 }));
    await store.release('r', again.fence, { seenInput: 0, wakeAt: 7000 });
    t.deepEqual([await store.due(6999, 10), await store.due(7000, 10)], [[], ['r']]);
    const third = await claimed(store);
    await store.commit('r', commit(third, 2, { wakeAt: null }));
    await store.release('r', third.fence, { seenInput: 0 });
    t.equal((await store.status('r'))?.dueAt, null);
  });

  test('the first input of an id counts, before and after it is consumed', async (store) => {
    const claim = await started(store);
    t.equal(await store.putInput('r', 'i', bytes('one')), 'stored');
    t.equal(await store.putInput('r', 'i', bytes('two')), 'already');
    t.deepEqual((await store.readInputs('r', 0)).map(({ id, data }) => `${id}=${text(data)}`), ['i=one']);
    t.equal(await store.commit('r', commit(claim, 0, { consumed: ['i', 'direct'] })), 'ok');
    t.deepEqual(await store.readInputs('r', 0), []);
    t.equal(await store.putInput('r', 'i', bytes('three')), 'already');
    t.equal(await store.putInput('r', 'direct', bytes('x')), 'already');
    t.deepEqual((await claimed(store)).inputs, []);
  });

  test('inputs come in order of arrival with a claim, and those after the last seen when asked for', async (store) => {
    await store.create('r', fresh());
    for (const id of ['z', 'a', 'm']) await store.putInput('r', id, bytes(id));
    const claim = await claimed(store);
    t.deepEqual(claim.inputs.map(({ id }) => id), ['z', 'a', 'm']);
    const seen = claim.inputs[2]?.seq ?? 0;
    t.deepEqual((await store.readInputs('r', claim.inputs[0]?.seq ?? 0)).map(({ id }) => id), ['a', 'm']);
    await store.putInput('r', 'b', bytes('b'));
    await store.commit('r', commit(claim, 0, { consumed: ['a'] }));
    t.deepEqual((await store.readInputs('r', seen)).map(({ id }) => id), ['b']);
    t.deepEqual((await claimed(store)).inputs.map(({ id }) => id), ['z', 'm', 'b']);
  });

  test('an input makes a run without a writer due at once, also when it comes just before the release', async (store) => {
    const claim = await started(store);
    await store.release('r', claim.fence, { seenInput: 0, wakeAt: null });
    t.deepEqual(await store.due(1, 10), []);
    await store.putInput('r', 'i', bytes('x'));
    t.deepEqual(await store.due(1, 10), ['r']);
    const again = await claimed(store);
    t.deepEqual(await store.due(1, 10), []);
    await store.putInput('r', 'j', bytes('x'));
    t.deepEqual(await store.due(1, 10), []);
    const seen = again.inputs[0]?.seq ?? 0;
    await store.release('r', again.fence, { seenInput: seen, wakeAt: null });
    t.deepEqual(await store.due(1, 10), ['r']);
    const third = await claimed(store);
    await store.release('r', third.fence, { seenInput: third.inputs[1]?.seq ?? 0, wakeAt: null });
    t.deepEqual(await store.due(9e12, 10), []);
  });

  test('of inputs with one id put at the same time exactly one is stored', async (store) => {
    await store.create('r', fresh());
    const outcomes = await Promise.all(Array.from({ length: 10 }, async (_, i) => store.putInput('r', 'i', bytes(String(i)))));
    t.deepEqual(outcomes.toSorted(), [...Array<string>(9).fill('already'), 'stored']);
    t.equal(text((await store.readInputs('r', 0))[0]?.data ?? bytes('')), String(outcomes.indexOf('stored')));
  });

  test('inputs put while the writer commits are all there afterwards', async (store) => {
    const claim = await started(store);
    const write = async (): Promise<void> => {
      for (let v = 0; v < 20; v++) t.equal(await store.commit('r', commit(claim, v, { delta: bytes('d') })), 'ok');
    };
    await Promise.all([write(), ...Array.from({ length: 20 }, async (_, i) => store.putInput('r', `i${i}`, bytes('x')))]);
    const inputs = await store.readInputs('r', 0);
    t.equal(new Set(inputs.map(({ id }) => id)).size, 20);
    t.deepEqual(inputs.map(({ seq }) => seq), inputs.map(({ seq }) => seq).toSorted((a, b) => a - b));
    t.equal((await store.status('r'))?.version, 20);
  });

  test('the stream is read in pages from any place, each item once', async (store) => {
    await store.create('r', fresh({ streamSeq: 5 }));
    const claim = await claimed(store);
    for (let v = 0; v < 30; v++) t.equal(await store.commit('r', commit(claim, v, { items: items(6 + v * 3, 'a', 'b', 'c') })), 'ok');
    t.equal((await store.status('r'))?.streamSeq, 95);
    const all: CheckpointItem[] = [];
    for (let after = 0; ;) {
      const page = await store.readStream('r', after, 7);
      if (page.length === 0) break;
      t.ok(page.length <= 7);
      all.push(...page);
      after = page.at(-1)?.seq ?? 0;
    }
    t.deepEqual(all.map(({ seq }) => seq), Array.from({ length: 90 }, (_, i) => i + 6));
    t.deepEqual(show(await store.readStream('r', 94, 10)), ['95:c']);
    t.deepEqual(await store.readStream('r', 95, 10), []);
  });

  test('a list gives each of many runs once, in pages, narrowed by status and workflow', async (store) => {
    for (let i = 0; i < 45; i++) await store.create(`run ${i}`, fresh({ workflow: i % 3 === 0 ? 'x' : 'y', status: i % 2 === 0 ? 'waiting' : 'completed' }));
    const list = async (query: Parameters<CheckpointStore['list']>[0]): Promise<string[]> => {
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<CheckpointStore['list']>> = await store.list({ ...query, cursor });
        found.push(...page.runs.map((run) => run.runId));
        ({ cursor } = page);
      } while (cursor !== null);
      return found;
    };
    const all = await list({ limit: 10 });
    t.equal(all.length, 45);
    t.equal(new Set(all).size, 45);
    t.deepEqual(await list({}), all);
    t.equal((await list({ status: 'waiting', limit: 4 })).length, 23);
    t.equal((await list({ workflow: 'x' })).length, 15);
    t.equal((await list({ workflow: 'x', status: 'completed' })).length, 7);
    t.deepEqual(await list({ workflow: 'z' }), []);
    const [first] = (await store.list({ limit: 1 })).runs;
    t.deepEqual(first, await store.status(first?.runId ?? ''));
  });

  test('a run deleted while it is claimed is gone, and its writer cannot reach a new run of the same id', async (store) => {
    const old = await started(store);
    await store.commit('r', commit(old, 0, { delta: bytes('d'), items: items(1, 'a') }));
    await store.putInput('r', 'i', bytes('x'));
    t.equal(await store.delete('r'), true);
    t.equal(await store.delete('r'), false);
    t.equal(await store.commit('r', commit(old, 1, { delta: bytes('late') })), 'fenced');
    t.equal(await store.read('r'), null);
    t.deepEqual(await store.readStream('r', 0, 10), []);
    t.deepEqual(await store.due(9e12, 10), []);
    const next = await started(store);
    t.ok(next.fence !== old.fence);
    t.deepEqual(next.inputs, []);
    t.equal(await store.commit('r', commit(old, 0, { commitId: 'other', delta: bytes('late') })), 'fenced');
    t.equal(await store.putInput('r', 'i', bytes('y')), 'stored');
    t.equal(state(await store.read('r')), 'base');
  });
}
