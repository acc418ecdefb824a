import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryEmbedderChangedError, MemoryError, UnsupportedError, ValidationError } from '../../../src/base/error-classes.ts';
import { DatabaseMemory } from '../../../src/memory/database/index.ts';
import { HashEmbedder, Memory, type MemoryFilter } from '../../../src/memory/index.ts';
import { createPgvectorMemory } from '../../../src/stores/pgvector/index.ts';
import { memoryBackendSuite } from '../../../src/testing/index.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

let db: PGlite;
let tables = 0;
let table = '';
const fresh = (): string => (table = `memory_${tables++}`);

beforeAll(async () => { db = await PGlite.create({ extensions: { vector } }); }, 60_000);
afterAll(() => db.close());

describe('a memory in Postgres with pgvector', () => {
  memoryBackendSuite(createTestApi((name, run) => it(name, run)), {
    create: () => Promise.resolve(createPgvectorMemory(db, { table: fresh() })),
    reopen: () => Promise.resolve(createPgvectorMemory(db, { table })),
    damage: async () => { await db.query(`UPDATE ${table} SET entry = left(entry, 20)`); },
  });

  it('finds in the database what a memory finds in this process, in the same order, for every metric', async () => {
    // The embedder of `new Memory()` weighs a query's words by their rarity in the memory, which a database does not know.
    const model = { modelId: 'hash', dimensions: 512, embed: (all: string[]) => new HashEmbedder().doEmbed(all) };
    const entries = Array.from({ length: 120 }, (_, i) => ({
      id: `p${i}`, text: `paragraph ${i} on ${['harbours', 'lamps', 'tides', 'oil', 'fog'][i % 5]} and ${['ships', 'keepers', 'rocks'][i % 3]}`, metadata: { i, even: i % 2 === 0 },
    }));
    for (const metric of ['cosine', 'dot', 'euclidean'] as const) {
      const backend = createPgvectorMemory(db, { table: fresh(), metric });
      const inDatabase = new DatabaseMemory(model, backend);
      expect(await inDatabase.addMany(entries)).toBe(120);
      const inProcess = new Memory(model, backend, { metric });
      for (const [query, filter] of [['fog and rocks', null], ['lamp keepers', { even: true }], ['tide', { i: { $lt: 20 } }]] as const) {
        const here = await inProcess.search(query, { limit: 7, mode: 'semantic', filter });
        const there = await inDatabase.search(query, { limit: 7, filter });
        expect(there).toHaveLength(7);
        expect(there.map(({ score }) => score.toFixed(5))).toEqual(here.map(({ score }) => score.toFixed(5)));
        // Equal scores are ordered by id here, and as it comes there.
        const best = (hits: typeof here): string[] => hits.filter(({ score }) => score > (here.at(-1)?.score ?? 0) + 1e-5).map(({ id }) => id).toSorted();
        expect(best(there)).toEqual(best(here));
      }
    }
  }, 60_000);

  it('lets the same entries through its filters as a memory does', async () => {
    const backend = createPgvectorMemory(db, { table: fresh() });
    const value = fc.oneof({ arbitrary: fc.constantFrom<unknown>(0, 1, 2, 'a', 'b', true), weight: 4 },
      fc.constantFrom<unknown>(null, false, -1.5, 1e21, '', 'ä', '\u0000', '10', [], [1, 'a'], { x: 1 }, { y: [null], x: 'a' }), fc.string({ maxLength: 3 }));
    const metadata = fc.dictionary(fc.constantFrom('a', "it's größer"), value, { maxKeys: 2 });
    const documents = fc.sample(metadata, { numRuns: 80, seed: 7 });
    const entries = documents.map((fields, i) => ({ id: `d${i}`, text: `text ${i}`, metadata: fields, vector: [1, i] }));
    const model = { modelId: 'm', dimensions: 2, embed: (all: string[]) => Promise.resolve(all.map(() => [1, 1])) };
    const database = new DatabaseMemory(model, backend);
    const memory = new Memory(model);
    await Promise.all([database.addMany(entries), memory.addMany(entries)]);
    const field = fc.constantFrom('a', "it's größer", 'none');
    const bound = fc.oneof(fc.integer({ min: -2, max: 3 }), fc.constantFrom('', 'a', 'b', 'ä', '10'));
    const tests = fc.oneof(
      value.filter((item) => typeof item !== 'object' || item === null || Array.isArray(item) || !Object.keys(item).some((key) => key.startsWith('$'))),
      fc.record({ $eq: value, $ne: value, $in: fc.array(value, { maxLength: 3 }), $nin: fc.array(value, { maxLength: 3 }), $gt: bound, $gte: bound, $lt: bound, $lte: bound, $exists: fc.boolean() }, { requiredKeys: [] })
        .filter((record) => Object.keys(record).length > 0 && Object.keys(record).length < 3),
    );
    const { filter } = fc.letrec<{ filter: MemoryFilter }>((tie) => ({
      filter: fc.oneof({ maxDepth: 2 }, fc.dictionary(field, tests, { minKeys: 1, maxKeys: 2 }),
        fc.record({ $and: fc.array(tie('filter'), { minLength: 1, maxLength: 2 }) }), fc.record({ $or: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }), fc.record({ $not: tie('filter') })),
    }));
    let selective = 0;
    await fc.assert(fc.asyncProperty(filter, async (given) => {
      const options = { limit: 200, filter: given, mode: 'semantic' } as const;
      const expected = (await memory.search('x', options)).map(({ id }) => id).toSorted();
      if (expected.length > 0 && expected.length < documents.length) selective++;
      expect((await database.search('x', options)).map(({ id }) => id).toSorted()).toEqual(expected);
    }), { numRuns: 100, seed: 11 });
    expect(selective).toBeGreaterThan(25);
  }, 60_000);

  it('uses an index where one was made, and finds the same', async () => {
    const backend = createPgvectorMemory(db, { table: fresh() });
    await backend.putMany(Array.from({ length: 500 }, (_, i) => ({ id: `e${i}`, text: `t ${i}`, metadata: null, vector: Float32Array.from([Math.cos(i), Math.sin(i), 1]) })));
    // Vectors of another length live in the same table.
    await backend.putMany([{ id: 'other', text: 'of another model', metadata: null, vector: Float32Array.from([1, 2]) }]);
    const query = { vector: Float32Array.from([1, 0, 1]), limit: 5, namespace: '', filter: null, now: 0 };
    const exact = await backend.query(query);
    await backend.createIndex(3);
    await db.query('ANALYZE');
    await db.query('SET enable_seqscan = off');
    await db.query('SET enable_bitmapscan = off');
    const { rows } = await db.query<{ 'QUERY PLAN': string }>(`EXPLAIN SELECT entry FROM ${table} WHERE namespace = '' AND vector_dims(vector) = 3 ORDER BY vector::vector(3) <=> '[1,0,1]'::vector(3) LIMIT 5`);
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(`${table}_cosine_3`);
    expect((await backend.query(query)).map(({ entry }) => entry.id)).toEqual(exact.map(({ entry }) => entry.id));
    await db.query('SET enable_seqscan = on');
    await db.query('SET enable_bitmapscan = on');
    await expect(backend.createIndex(5000)).rejects.toBeInstanceOf(ValidationError);
  });

  it('serves namespaces, expiry, unchanged entries and another model as a memory does', async () => {
    let now = 1000;
    const model = (modelId: string) => {
      const calls: string[] = [];
      return { modelId, dimensions: 2, calls, embed: (all: string[]) => { calls.push(...all); return Promise.resolve(all.map((text) => [text.length, 1])); } };
    };
    const first = model('first');
    const backend = createPgvectorMemory(db, { table: fresh() });
    const memory = new DatabaseMemory(first, backend, { clock: { now: () => now } });
    expect(await memory.addMany([{ id: 'a', text: 'one', ttlMs: 500 }, { id: 'b', text: 'three', docId: 'd', start: 3, end: 8 }])).toBe(2);
    expect(await memory.addMany([{ id: 'b', text: 'three', docId: 'd', start: 3, end: 8 }, { id: 'c', text: 'four' }])).toBe(1);
    expect(first.calls).toEqual(['one', 'three', 'four']);
    const user = memory.namespace('user-7');
    await user.add('b', 'somebody else\'s');
    expect((await memory.search('x', 9)).map(({ id }) => id).toSorted()).toEqual(['a', 'b', 'c']);
    expect((await user.query('x', 9)).map(({ id, text }) => `${id} ${text}`)).toEqual(["b somebody else's"]);
    expect((await memory.search('three', 1))[0]).toMatchObject({ id: 'b', content: 'three', docId: 'd', start: 3, end: 8 });
    now = 1500;
    expect((await memory.search('x', 9)).map(({ id }) => id).toSorted()).toEqual(['b', 'c']);
    expect([await memory.get('a'), (await memory.get('b'))?.text, await memory.delete('b'), await memory.delete('b'), (await user.get('b'))?.id]).toEqual([null, 'three', true, false, 'b']);
    await expect(memory.search('x', { mode: 'keyword' })).rejects.toBeInstanceOf(UnsupportedError);
    await expect(memory.search('x', 1, { a: { $near: 1 } })).rejects.toBeInstanceOf(ValidationError);
    await expect(new DatabaseMemory(model('second'), backend).search('x')).rejects.toBeInstanceOf(MemoryEmbedderChangedError);
  });

  it('tells what is wrong with a database, and makes its table once however many ask at once', async () => {
    fresh();
    const many = Array.from({ length: 8 }, (_, i) => createPgvectorMemory(db, { table }).putMany([{ id: `e${i}`, text: 't', metadata: null }]));
    await Promise.all(many);
    expect(await createPgvectorMemory(db, { table }).revision?.()).toBe(8);
    const gone = createPgvectorMemory({ query: () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })) });
    await expect(gone.count()).rejects.toMatchObject({ code: 'memory', retryable: true });
    await db.query(`DROP TABLE ${table}`);
    await expect(createPgvectorMemory({ query: async (text, values) => db.query(text.startsWith('DO') ? 'SELECT 1' : text, values) }, { table }).count()).rejects.toMatchObject({ retryable: false });
    await expect(gone.count()).rejects.toBeInstanceOf(MemoryError);
    expect(() => createPgvectorMemory(db, { table: 'x"; DROP TABLE y; --' })).toThrow(ValidationError);
  });
});
