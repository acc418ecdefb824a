import type { CheckpointStore, ClaimedCheckpoint } from '../../spec/checkpoint.ts';
import { type CheckpointCases, bytes, claimed, commit, fresh, items, show, started, state } from './checkpoint-kit.ts';
import { randomCalls } from './checkpoint-random.ts';
import { checkpointValues } from './checkpoint-values.ts';
import { checkpointWorking } from './checkpoint-working.ts';
import { checkpointWriting } from './checkpoint-writing.ts';
import type { SuiteApi } from './suite-api.ts';

/** How the suite gets the stores it tests. */
export interface CheckpointStoreSetup {
  /** A new, empty store. */
  readonly create: () => CheckpointStore | Promise<CheckpointStore>;
  /** Another store over what the last `create` holds; leave it out when that dies with its store. */
  readonly reopen?: () => CheckpointStore | Promise<CheckpointStore>;
  /** Releases what the last `create` and `reopen` took. */
  readonly cleanUp?: () => void | Promise<void>;
  /** Sequences of random calls that are compared with the model. Default 25. */
  readonly sequences?: number;
  /** Seed of the first of them. Default 1. */
  readonly seed?: number;
}

/** What every checkpoint store must do. Call it once per store, with the real thing behind it. */
export function checkpointStoreSuite(t: SuiteApi, setup: CheckpointStoreSetup): void {
  const test: CheckpointCases['test'] = (name, run) => t.test(name, async () => {
    const store = await setup.create();
    try {
      await run(store);
    } finally {
      await store.close?.();
      await setup.cleanUp?.();
    }
  });
  checkpointWriting({ t, test });
  checkpointWorking({ t, test });
  checkpointValues({ t, test });

  for (let i = 0; i < (setup.sequences ?? 25); i++) {
    const seed = (setup.seed ?? 1) + i;
    test(`random calls with seed ${seed} give what the model gives`, (store) => randomCalls(t, store, seed));
  }

  const { reopen } = setup;
  if (reopen === undefined) return;

  test('what was acknowledged is there when the store is opened again', async (store) => {
    const claim = await started(store);
    await store.commit('r', commit(claim, 0, { base: bytes('new'), items: items(1, 'a') }));
    await store.commit('r', commit(claim, 1, { delta: bytes('d'), items: items(2, 'b'), consumed: ['used'] }));
    await store.putInput('r', 'i', bytes('x'));
    await store.create('gone', fresh());
    await store.delete('gone');
    const before = await store.read('r');
    await store.close?.();
    const again = await reopen();
    t.deepEqual(await again.read('r'), before);
    t.equal(await again.read('gone'), null);
    t.deepEqual(show(await again.readStream('r', 0, 10)), ['1:a', '2:b']);
    t.equal(await again.putInput('r', 'used', bytes('x')), 'already');
    t.equal(await again.commit('r', commit(claim, 1, { delta: bytes('d'), items: items(2, 'b') })), 'ok');
    t.equal(await again.commit('r', commit(claim, 2, { delta: bytes('e') })), 'ok');
    const next = await claimed(again, 'r', 'you', 1500);
    t.ok(next.fence > claim.fence);
    t.deepEqual(next.inputs.map(({ id }) => id), ['i']);
    t.equal(state(next), 'new|d|e');
    await again.close?.();
  });

  test('two stores that are open at once agree on claims, inputs and commits', async (store) => {
    if (!store.capabilities.shared) return;
    const other = await reopen();
    const pair = [store, other];
    const created = await Promise.all(pair.flatMap((one) => [1, 2, 3].map(async () => one.create('r', fresh()))));
    t.equal(created.filter((outcome) => outcome === 'created').length, 1);
    for (let round = 0; round < 5; round++) {
      const now = 1000 + round * 1000;
      const claims = await Promise.all(pair.map(async (one, i) => one.claim('r', `owner ${round}.${i}`, 500, now)));
      const winner = claims.findIndex((claim) => claim !== null);
      t.equal(claims.filter((claim) => claim !== null).length, 1, 'writers');
      const claim = claims[winner] as ClaimedCheckpoint;
      t.equal(claim.version, round * 2);
      t.equal(claim.inputs.length, round);
      const [mine, theirs] = [pair[winner], pair[1 - winner]] as [CheckpointStore, CheckpointStore];
      t.equal(await mine.commit('r', commit(claim, round * 2, { delta: bytes(`${round}`), items: items(round + 1, `${round}`) })), 'ok');
      const put = await Promise.all(pair.map(async (one, i) => one.putInput('r', `i${round}`, bytes(String(i)))));
      t.deepEqual(put.toSorted(), ['already', 'stored']);
      // The claim is what counts, not the connection it came over.
      t.equal(await theirs.commit('r', commit(claim, round * 2 + 1)), 'ok');
      t.deepEqual(await theirs.read('r'), await mine.read('r'));
    }
    t.deepEqual(show(await other.readStream('r', 0, 10)), ['1:0', '2:1', '3:2', '4:3', '5:4']);
    await other.close?.();
  });
}
