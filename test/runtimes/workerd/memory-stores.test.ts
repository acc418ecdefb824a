import { env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { Memory } from '../../../src/memory/index.ts';
import { createDurableObjectMemory, createKvMemory, type DurableObjectSqlStorage, type KvNamespace } from '../../../src/platform/workers/index.ts';
import { memoryBackendSuite, type SuiteApi } from '../../../src/testing/index.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

interface Bindings {
  readonly TEST_KV: KvNamespace;
  readonly TEST_OBJECT: { get(id: unknown): unknown; idFromName(name: string): unknown };
}
const { TEST_KV, TEST_OBJECT } = env as Bindings;

let stores = 0;
let current = '';
const fresh = (): string => (current = `memory-${stores++}/`);

describe('a memory in Workers KV', () => {
  memoryBackendSuite(createTestApi((name, run) => it(name, run)), {
    create: () => Promise.resolve(createKvMemory(TEST_KV, { prefix: fresh() })),
    reopen: () => Promise.resolve(createKvMemory(TEST_KV, { prefix: current })),
    damage: async () => {
      const [key = ''] = (await TEST_KV.list({ prefix: `${current}segment-` })).keys.map(({ name }) => name);
      const bytes = new Uint8Array(await TEST_KV.get(key, 'arrayBuffer') as ArrayBuffer);
      await TEST_KV.put(key, bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte)));
    },
  });

  it('drops what a crash left behind with the next change', async () => {
    const prefix = fresh();
    await TEST_KV.put(`${prefix}segment-lost`, new Uint8Array([1]));
    await new Memory(null, createKvMemory(TEST_KV, { prefix })).add('a', 'text');
    expect(await TEST_KV.get(`${prefix}segment-lost`, 'arrayBuffer')).toBeNull();
    expect(await new Memory(null, createKvMemory(TEST_KV, { prefix })).count()).toBe(1);
  });
});

describe('a memory in the SQLite database of a Durable Object', () => {
  // Storage may only be touched inside its object.
  const inside = (run: (storage: DurableObjectSqlStorage) => Promise<void>): Promise<void> => (
    runInDurableObject(TEST_OBJECT.get(TEST_OBJECT.idFromName('memory')), (_, state) => run(state.storage as DurableObjectSqlStorage)));
  let storage: DurableObjectSqlStorage;
  const api: SuiteApi = createTestApi((name, run) => it(name, () => inside(async (given) => {
    storage = given;
    await run();
  })));

  memoryBackendSuite(api, {
    create: () => Promise.resolve(createDurableObjectMemory(storage, { table: fresh() })),
    reopen: () => Promise.resolve(createDurableObjectMemory(storage, { table: current })),
    damage: () => {
      const table = current.replaceAll(/\W/g, '_');
      const [row] = [...storage.sql.exec(`SELECT key, bytes FROM "${table}" WHERE key LIKE 'segment-%'`)] as { key: string; bytes: ArrayBuffer }[];
      const bytes = new Uint8Array(row?.bytes ?? new ArrayBuffer(0));
      storage.sql.exec(`UPDATE "${table}" SET bytes = ? WHERE key = ?`, bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte)), row?.key);
      return Promise.resolve();
    },
  });

  it('keeps every row below the limit of SQLite there', () => inside(async (given) => {
    const memory = new Memory(null, createDurableObjectMemory(given, { table: 'large' }));
    await memory.addMany(Array.from({ length: 1024 }, (_, i) => ({ id: `e${i}`, text: `entry ${i} ${'word '.repeat(200)}` })), { batchSize: 1024 });
    const sizes = [...given.sql.exec('SELECT length(bytes) AS size FROM large')].map((row) => Number(row['size']));
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThan(2_000_000);
    expect(await new Memory(null, createDurableObjectMemory(given, { table: 'large' })).count()).toBe(1024);
  }));
});
