import { env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { MemoryError, MemoryQuotaError } from '../../../src/base/error-classes.ts';
import { Memory } from '../../../src/memory/index.ts';
import { createDurableObjectMemory, createKvMemory, type DurableObjectSqlStorage, type KvNamespace } from '../../../src/platform/workers/index.ts';
import { memoryBackendSuite, type SuiteApi } from '../../../src/testing/index.ts';
import { badInputSuite } from '../../helpers/memory-bad-input.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

interface Bindings {
  readonly TEST_KV: KvNamespace;
  readonly TEST_OBJECT: { get(id: unknown): unknown; idFromName(name: string): unknown };
}
const { TEST_KV, TEST_OBJECT } = env as Bindings;

const bound = (kv: KvNamespace): KvNamespace => ({ get: kv.get.bind(kv), put: kv.put.bind(kv), delete: kv.delete.bind(kv), list: kv.list.bind(kv) });

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

  badInputSuite(createTestApi((name, run) => it(name, run)), {
    create: () => Promise.resolve(createKvMemory(TEST_KV, { prefix: fresh() })),
    reopen: () => Promise.resolve(createKvMemory(TEST_KV, { prefix: current })),
  });

  it('tells a write that the namespace refuses as a typed error, and keeps what was there', async () => {
    const prefix = 'k'.repeat(600);
    await expect(new Memory(null, createKvMemory(TEST_KV, { prefix })).add('a', 'text')).rejects.toBeInstanceOf(MemoryError);
    const full = { ...bound(TEST_KV), put: () => Promise.reject(new Error('KV PUT failed: 429 Too Many Requests')) };
    await new Memory(null, createKvMemory(TEST_KV, { prefix: fresh() })).add('a', 'text');
    const memory = new Memory(null, createKvMemory(full, { prefix: current }));
    const error = await memory.add('b', 'text').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MemoryError);
    expect((error as Error).cause).toMatchObject({ message: 'KV PUT failed: 429 Too Many Requests' });
    expect([await memory.count(), (await memory.get('a'))?.text]).toEqual([1, 'text']);
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

  badInputSuite(createTestApi((name, run) => api.test(name, run)), {
    create: () => Promise.resolve(createDurableObjectMemory(storage, { table: fresh() })),
    reopen: () => Promise.resolve(createDurableObjectMemory(storage, { table: current })),
  });

  it('refuses an entry that no row can hold with a typed error, and keeps the rest', () => inside(async (given) => {
    const memory = new Memory(null, createDurableObjectMemory(given, { table: 'limits' }));
    await memory.add('a', 'one');
    await expect(memory.addMany([{ id: 'b', text: 'two' }, { id: 'wide', text: '東'.repeat(900_000) }])).rejects.toThrow(/Cannot store entry 'wide'/);
    expect([await memory.count(), await new Memory(null, createDurableObjectMemory(given, { table: 'limits' })).count()]).toEqual([1, 1]);
    const full: DurableObjectSqlStorage = { ...given, sql: given.sql, transactionSync: () => { throw new Error('database or disk is full: SQLITE_FULL'); } };
    await expect(new Memory(null, createDurableObjectMemory(full, { table: 'limits' })).add('c', 'three')).rejects.toBeInstanceOf(MemoryQuotaError);
    const broken: DurableObjectSqlStorage = { ...given, sql: given.sql, transactionSync: () => { throw new Error('disk I/O error: SQLITE_IOERR'); } };
    await expect(new Memory(null, createDurableObjectMemory(broken, { table: 'limits' })).add('c', 'three')).rejects.toBeInstanceOf(MemoryError);
    expect(await new Memory(null, createDurableObjectMemory(given, { table: 'limits' })).count()).toBe(1);
  }));

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
