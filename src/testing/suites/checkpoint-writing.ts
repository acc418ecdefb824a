import type { CheckpointSummary, StoredCheckpoint } from '../../spec/checkpoint.ts';
import { type CheckpointCases, bytes, claimed, commit, fresh, items, show, started, state } from './checkpoint-kit.ts';

/** Commits, claims and fences. */
export function checkpointWriting({ t, test }: CheckpointCases): void {
  test('an empty store has nothing', async (store) => {
    t.equal(await store.claim('r', 'me', 500, 1000), null);
    t.equal(await store.read('r'), null);
    t.equal(await store.status('r'), null);
    t.equal(await store.commit('r', commit({ fence: 1 }, 0)), 'fenced');
    t.equal(await store.renew('r', 1, 500, 1000), false);
    t.equal(await store.release('r', 1, { seenInput: 0 }), false);
    t.equal(await store.putInput('r', 'i', bytes('x')), 'gone');
    t.deepEqual(await store.readInputs('r', 0), []);
    t.deepEqual(await store.readStream('r', 0, 10), []);
    t.deepEqual(await store.due(9e12, 10), []);
    t.deepEqual(await store.list(), { runs: [], cursor: null });
    t.equal(await store.delete('r'), false);
  });

  test('a new run comes back as it was given, and a second one of the same id changes nothing', async (store) => {
    t.equal(await store.create('r', fresh({ workflow: 'w', streamSeq: 7, wakeAt: 2000 })), 'created');
    t.equal(await store.create('r', fresh({ workflow: 'other', base: bytes('other') })), 'exists');
    const summary: CheckpointSummary = { runId: 'r', workflow: 'w', status: 'running', version: 0, streamSeq: 7, createdAt: 1000, updatedAt: 1000, dueAt: 2000 };
    t.deepEqual(await store.status('r'), summary);
    t.deepEqual(await store.read('r'), { ...summary, base: bytes('base'), deltas: [] });
    const claim = await claimed(store);
    t.ok(claim.fence > 0);
    t.deepEqual(claim, { ...summary, dueAt: 1500, base: bytes('base'), deltas: [], inputs: [], fence: claim.fence });
  });

  test('deltas come in the order of their commits, on the base', async (store) => {
    const claim = await started(store);
    for (let v = 0; v < 20; v++) t.equal(await store.commit('r', commit(claim, v, { delta: bytes(String(v)) })), 'ok');
    const run = await store.read('r');
    t.equal(state(run), ['base', ...Array.from({ length: 20 }, (_, v) => String(v))].join('|'));
    t.equal(run?.version, 20);
    t.equal(run?.updatedAt, 1119);
    t.equal(state(await claimed(store)), state(run));
  });

  test('a commit of a new base takes the place of the base and of every delta before it', async (store) => {
    const claim = await started(store);
    await store.commit('r', commit(claim, 0, { delta: bytes('a') }));
    await store.commit('r', commit(claim, 1, { base: bytes('new'), items: items(1, 'kept') }));
    await store.commit('r', commit(claim, 2, { delta: bytes('b') }));
    await store.commit('r', commit(claim, 3));
    const run = await store.read('r');
    t.equal(state(run), 'new|b');
    t.equal(run?.version, 4);
    t.deepEqual(show(await store.readStream('r', 0, 10)), ['1:kept']);
  });

  test('a reader beside a compacting writer always sees one state, never a mix', async (store) => {
    const claim = await started(store);
    let value = 0;
    let writing = true;
    const write = async (): Promise<void> => {
      for (let v = 0; v < 60; v++) {
        value = v + 1;
        const fields = v % 5 === 4 ? { base: bytes(`base ${value}`) } : { delta: bytes(String(value)) };
        t.equal(await store.commit('r', commit(claim, v, fields)), 'ok');
      }
      writing = false;
    };
    const read = async (): Promise<void> => {
      for (let turn = 0; writing || turn === 0; turn++) {
        const run = await store.read('r') as StoredCheckpoint;
        const compacted = run.version - run.version % 5;
        const expected = Array.from({ length: run.version - compacted }, (_, i) => `${compacted + i + 1}`);
        t.equal(state(run), [compacted === 0 ? 'base' : `base ${compacted}`, ...expected].join('|'));
        await Promise.resolve();
      }
    };
    await Promise.all([write(), read(), read()]);
  });

  test('a commit sent again answers ok and changes nothing, while the claim lasts and after it', async (store) => {
    const claim = await started(store);
    const sent = commit(claim, 0, { delta: bytes('d'), items: items(1, 'a', 'b'), consumed: ['i'] });
    t.equal(await store.commit('r', sent), 'ok');
    t.equal(await store.commit('r', sent), 'ok');
    await store.release('r', claim.fence, { seenInput: 0 });
    t.equal(await store.commit('r', sent), 'ok');
    const next = await claimed(store, 'r', 'you');
    t.equal(await store.commit('r', sent), 'ok');
    t.equal(state(next), 'base|d');
    t.deepEqual(show(await store.readStream('r', 0, 10)), ['1:a', '2:b']);
    t.equal(await store.commit('r', commit(next, 1, { delta: bytes('e') })), 'ok');
    t.equal(await store.commit('r', sent), 'fenced');
    t.equal(state(await store.read('r')), 'base|d|e');
  });

  test('a final commit sent again answers ok', async (store) => {
    const claim = await started(store);
    const last = commit(claim, 0, { base: bytes('end'), status: 'failed' });
    t.deepEqual([await store.commit('r', last), await store.commit('r', last)], ['ok', 'ok']);
    t.equal((await store.read('r'))?.version, 1);
  });

  test('a commit on another version or stream number is a conflict and leaves no trace', async (store) => {
    const claim = await started(store);
    t.equal(await store.commit('r', commit(claim, 0, { items: items(1, 'a') })), 'ok');
    const before = await store.read('r');
    const wrong = { commitId: 'x', delta: bytes('d'), base: undefined, consumed: ['i'], status: 'completed' as const, wakeAt: 1 };
    for (const bad of [commit(claim, 0), commit(claim, 2), commit(claim, 1, { items: items(3, 'c') }), commit(claim, 1, { items: items(1, 'a') })]) {
      const { base: _, ...fields } = wrong;
      t.equal(await store.commit('r', { ...bad, ...fields }), 'conflict');
    }
    t.deepEqual(await store.read('r'), before);
    t.deepEqual(show(await store.readStream('r', 0, 10)), ['1:a']);
    t.equal(await store.putInput('r', 'i', bytes('x')), 'stored');
  });

  test('a writer whose lease ended and whose run another has claimed is refused everything', async (store) => {
    const old = await started(store);
    t.equal(await store.claim('r', 'you', 500, 1499), null);
    const next = await claimed(store, 'r', 'you', 1500);
    t.ok(next.fence > old.fence);
    t.equal(await store.commit('r', commit(old, 0, { delta: bytes('late'), items: items(1, 'late'), consumed: ['i'] })), 'fenced');
    t.equal(await store.renew('r', old.fence, 500, 1600), false);
    t.equal(await store.release('r', old.fence, { seenInput: 0, wakeAt: 1 }), false);
    t.equal(await store.commit('r', commit(next, 0, { delta: bytes('good') })), 'ok');
    t.equal(state(await store.read('r')), 'base|good');
    t.deepEqual(await store.readStream('r', 0, 10), []);
    t.equal((await store.status('r'))?.dueAt, 2000);
  });

  test('a lease that ended unnoticed is still good while nobody else has claimed', async (store) => {
    const claim = await started(store);
    t.deepEqual(await store.due(1500, 10), ['r']);
    t.equal(await store.commit('r', commit(claim, 0, { now: 99_000 })), 'ok');
    t.equal(await store.renew('r', claim.fence, 500, 99_000), true);
    t.deepEqual(await store.due(99_499, 10), []);
    t.equal(await store.claim('r', 'you', 500, 99_499), null);
    t.equal((await claimed(store, 'r', 'you', 99_500)).version, 1);
  });

  test('the same owner claims again at once and its earlier claim ends', async (store) => {
    const first = await started(store);
    const second = await claimed(store);
    t.ok(second.fence > first.fence);
    t.equal(await store.commit('r', commit(first, 0)), 'fenced');
    t.equal(await store.commit('r', commit(second, 0)), 'ok');
  });

  test('of claims made at the same time exactly one wins', async (store) => {
    await store.create('r', fresh());
    const claims = await Promise.all(Array.from({ length: 20 }, async (_, i) => store.claim('r', `owner ${i}`, 500, 1000)));
    t.equal(claims.filter((claim) => claim !== null).length, 1);
  });

  test('of different commits on one version made at the same time exactly one is stored', async (store) => {
    const claim = await started(store);
    const outcomes = await Promise.all(Array.from({ length: 10 }, async (_, i) => store.commit('r', commit(claim, 0, { commitId: `c${i}`, delta: bytes(`d${i}`), items: items(1, `s${i}`) }))));
    t.deepEqual(outcomes.toSorted(), [...Array<string>(9).fill('conflict'), 'ok']);
    const winner = outcomes.indexOf('ok');
    t.equal(state(await store.read('r')), `base|d${winner}`);
    t.deepEqual(show(await store.readStream('r', 0, 10)), [`1:s${winner}`]);
  });

  test('after a release nothing of that claim is taken, and the run can be claimed at once', async (store) => {
    const claim = await started(store);
    t.equal(await store.release('r', claim.fence, { seenInput: 0, wakeAt: null }), true);
    t.equal(await store.release('r', claim.fence, { seenInput: 0 }), false);
    t.equal(await store.commit('r', commit(claim, 0)), 'fenced');
    t.equal(await store.renew('r', claim.fence, 500, 1000), false);
    t.deepEqual(await store.due(9e12, 10), []);
    t.ok((await claimed(store, 'r', 'you')).fence > claim.fence);
  });
}
