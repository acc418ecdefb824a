import { env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { PersistError } from '../../../src/base/error-classes.ts';
import { createDurableObjectCheckpointStore, type DurableObjectSqlStorage } from '../../../src/platform/workers/index.ts';
import { checkpointStoreSuite, type SuiteApi } from '../../../src/testing/index.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

const { TEST_OBJECT } = env as { readonly TEST_OBJECT: { get(id: unknown): unknown; idFromName(name: string): unknown } };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let objects = 0;
/** Storage may only be touched inside its object; each test has one of its own. */
const inside = (run: (storage: DurableObjectSqlStorage) => Promise<void>): Promise<void> => (
  runInDurableObject(TEST_OBJECT.get(TEST_OBJECT.idFromName(`runs ${objects++}`)), (_, state) => run(state.storage as DurableObjectSqlStorage)));

describe('checkpoints in the SQLite database of a Durable Object', () => {
  let storage: DurableObjectSqlStorage;
  const api: SuiteApi = createTestApi((name, run) => it(name, () => inside(async (given) => {
    storage = given;
    await run();
  })));

  checkpointStoreSuite(api, {
    create: () => createDurableObjectCheckpointStore(storage),
    reopen: () => createDurableObjectCheckpointStore(storage),
  });

  it('keep a base of several megabytes, longer than a row may be', () => inside(async (given) => {
    const store = createDurableObjectCheckpointStore(given);
    const base = new Uint8Array(5_000_000).map((_, i) => i % 251);
    await store.create('r', { workflow: 'w', base, now: 1 });
    expect((await store.read('r'))?.base.length).toBe(base.length);
    expect((await store.read('r'))?.base.every((byte, i) => byte === i % 251)).toBe(true);
    const sizes = [...given.sql.exec('SELECT length(data) AS size FROM blazen_run_values')].map((row) => Number(row['size']));
    expect(Math.max(...sizes)).toBeLessThan(2_000_000);
  }));

  it('keep nothing of a commit that the database refuses half way', () => inside(async (given) => {
    const store = createDurableObjectCheckpointStore(given);
    await store.create('r', { workflow: 'w', base: bytes('base'), now: 1 });
    const claim = await store.claim('r', 'me', 100, 1);
    const sent = { fence: claim?.fence ?? 0, version: 0, commitId: 'c', now: 1, delta: bytes('d'), items: [{ seq: 1, data: bytes('x') }] };
    given.sql.exec("CREATE TRIGGER full BEFORE INSERT ON blazen_run_values WHEN NEW.kind = 'item' BEGIN SELECT RAISE(ABORT, 'no room'); END");
    expect(() => store.commit('r', sent)).toThrow(PersistError);
    expect([(await store.read('r'))?.version, (await store.read('r'))?.deltas]).toEqual([0, []]);
    given.sql.exec('DROP TRIGGER full');
    expect(await store.commit('r', sent)).toBe('ok');
  }));
});
