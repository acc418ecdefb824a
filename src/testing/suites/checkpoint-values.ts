import { type CheckpointCases, bytes, claimed, commit, fresh, items, show, started, text } from './checkpoint-kit.ts';

/** One megabyte that no codec can guess: every byte value, and no text. */
function megabyte(salt: number): Uint8Array {
  const data = new Uint8Array(1024 * 1024);
  let x = salt;
  for (let i = 0; i < data.length; i++) data[i] = (x = (x * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16;
  return data;
}

function same(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Bytes, ids and arguments. */
export function checkpointValues({ t, test }: CheckpointCases): void {
  const refuses = async (call: () => unknown, message: string): Promise<void> => {
    let error: unknown = null;
    try {
      await call();
    } catch (caught) {
      error = caught;
    }
    t.equal((error as Error | null)?.name, 'ValidationError', message);
  };

  test('values of a megabyte come back byte for byte', async (store) => {
    const [base, delta, item, input] = [megabyte(1), megabyte(2), megabyte(3), megabyte(4)];
    await store.create('r', fresh({ base }));
    const claim = await claimed(store);
    t.equal(await store.commit('r', commit(claim, 0, { delta, items: [{ seq: 1, data: item }] })), 'ok');
    t.equal(await store.putInput('r', 'i', input), 'stored');
    const run = await claimed(store);
    t.ok(same(run.base, base) && same(run.deltas[0], delta), 'base or delta differ');
    t.ok(same(run.inputs[0]?.data, input) && same((await store.readStream('r', 0, 1))[0]?.data, item), 'input or item differ');
    t.equal(await store.commit('r', commit(run, 1, { base: delta })), 'ok');
    t.ok(same((await store.read('r'))?.base, delta), 'the new base differs');
  });

  test('empty bytes are stored as such', async (store) => {
    await store.create('r', fresh({ base: bytes('') }));
    const claim = await claimed(store);
    await store.commit('r', commit(claim, 0, { delta: bytes(''), items: items(1, '') }));
    await store.putInput('r', 'i', bytes(''));
    t.deepEqual((await store.read('r'))?.deltas, [bytes('')]);
    t.deepEqual(show(await store.readStream('r', 0, 5)), ['1:']);
    t.equal((await store.readInputs('r', 0))[0]?.data.length, 0);
  });

  test('bytes changed by the caller after a call, or after they were given out, change nothing stored', async (store) => {
    for (const size of [4, 5000]) {
      const runId = `run ${size}`;
      const base = new Uint8Array(size).fill(7);
      const delta = new Uint8Array(size).fill(8);
      await store.create(runId, fresh({ base: base.subarray(1, 3) }));
      const claim = await claimed(store, runId);
      await store.commit(runId, commit(claim, 0, { base }));
      await store.commit(runId, commit(claim, 1, { delta }));
      base.fill(0);
      delta.fill(0);
      const run = await store.read(runId);
      run?.base.fill(1);
      run?.deltas[0]?.fill(1);
      const again = await store.read(runId);
      t.ok(same(again?.base, new Uint8Array(size).fill(7)) && same(again?.deltas[0], new Uint8Array(size).fill(8)));
    }
  });

  test('ids are any text: unicode, slashes, dots, long ones, look-alikes', async (store) => {
    const ids = [
      '../../etc/passwd', '..', '.', '/', 'a/b', 'a\\b', 'CON', 'a:b', 'a*b?[c]', '%2e%2e%2f', ' ', ' a', 'a ', 'a\nb', '\u0001', '__proto__', 'constructor',
      'é', 'e\u0301', 'É', 'ß', '😀', '日本語', 'ﬁ', '\ufeff', '\uffff', 'x'.repeat(512), 'x'.repeat(511), '語'.repeat(170), '{a}', '{b}', '\u202e', "'", '"', 'A', 'a',
    ];
    for (const id of ids) t.equal(await store.create(id, fresh({ workflow: id, base: bytes(id) })), 'created', id);
    for (const id of ids) {
      const claim = await claimed(store, id, id);
      t.equal(text(claim.base), id);
      t.equal(await store.putInput(id, id, bytes(id)), 'stored');
      t.equal(await store.commit(id, commit(claim, 0, { commitId: id, consumed: [id], items: items(1, id) })), 'ok', id);
      t.equal(await store.putInput(id, id, bytes(id)), 'already');
    }
    t.deepEqual((await store.due(9e12, 1000)).toSorted(), ids.toSorted());
    for (const id of ids) {
      t.equal((await store.list({ workflow: id })).runs[0]?.runId ?? (await store.status(id))?.runId, id);
      t.equal(await store.delete(id), true);
    }
    t.deepEqual(await store.list(), { runs: [], cursor: null });
  });

  test('arguments that break the rules are refused before anything happens', async (store) => {
    const claim = await started(store);
    for (const id of ['', 'a\0b', '\ud800', 'x'.repeat(513), '語'.repeat(171)]) {
      await refuses(() => store.create(id, fresh()), `runId ${JSON.stringify(id)}`);
      await refuses(() => store.putInput('r', id, bytes('x')), 'inputId');
      await refuses(() => store.claim('r', id, 500, 1000), 'owner');
      await refuses(() => store.commit('r', commit(claim, 0, { commitId: id })), 'commitId');
    }
    await refuses(() => store.create('s', fresh({ base: 'text' as unknown as Uint8Array })), 'base');
    await refuses(() => store.create('s', fresh({ now: -1 })), 'now');
    await refuses(() => store.create('s', fresh({ status: 'done' as 'running' })), 'status');
    await refuses(() => store.commit('r', commit(claim, 0, { base: bytes('b'), delta: bytes('d') })), 'base and delta');
    await refuses(() => store.commit('r', commit(claim, 0, { items: [...items(1, 'a'), ...items(3, 'c')] })), 'a gap in the items');
    await refuses(() => store.commit('r', commit(claim, Number.NaN)), 'version');
    await refuses(() => store.claim('r', 'me', 0.5, 1000), 'leaseMs');
    await refuses(() => store.release('r', claim.fence, { seenInput: -1 }), 'seenInput');
    await refuses(() => store.due(1000, 0), 'limit');
    await refuses(() => store.list({ limit: 0 }), 'limit of a list');
    t.equal((await store.status('r'))?.version, 0);
    t.equal(await store.commit('r', commit(claim, 0)), 'ok');
  });
}
