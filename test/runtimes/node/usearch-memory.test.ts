import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryError, ValidationError } from '../../../src/base/error-classes.ts';
import { DatabaseMemory } from '../../../src/memory/database/index.ts';
import { InMemoryBackend, Memory } from '../../../src/memory/index.ts';
import { JsonlBackend } from '../../../src/platform/node/index.ts';
import { openUsearchMemory } from '../../../src/stores/usearch/index.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'usearch-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

// The same numbers everywhere and always.
function vectors(count: number, dimensions: number): number[][] {
  let state = 7;
  const next = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return (state >>> 0) / 2 ** 32 - 0.5;
  };
  return Array.from({ length: count }, () => Array.from({ length: dimensions }, next));
}
const model = { modelId: 'given', dimensions: 32, embed: (texts: string[]) => Promise.resolve(texts.map((text) => JSON.parse(text) as number[])) };

describe('a memory ranked by usearch', () => {
  it('finds what exact search finds, but for a few, for every metric, with filters and namespaces', async () => {
    const rows = vectors(2000, 32);
    const entries = rows.map((vector, i) => ({ id: `e${i}`, text: `entry ${i}`, metadata: { part: i % 10, i }, vector }));
    for (const metric of ['cosine', 'euclidean', 'dot'] as const) {
      const memory = new DatabaseMemory(model, await openUsearchMemory(new InMemoryBackend(), { dimensions: 32, metric }));
      const exact = new Memory(model, null, { metric });
      expect(await memory.addMany(entries, { batchSize: 500 })).toBe(2000);
      await exact.addMany(entries, { batchSize: 500 });
      await memory.namespace('other').addMany(entries.slice(0, 100));
      let [shared, wanted] = [0, 0];
      for (const query of vectors(2020, 32).slice(2000)) {
        for (const filter of [null, { part: 3 }, { part: 3, i: { $lt: 200 } }]) {
          const options = { limit: 10, filter, mode: 'semantic' } as const;
          const [found, expected] = [await memory.search(JSON.stringify(query), options), await exact.search(JSON.stringify(query), options)];
          expect(found).toHaveLength(10);
          wanted += 10;
          shared += found.filter(({ id }) => expected.some((hit) => hit.id === id)).length;
          const [best] = found;
          const same = expected.find(({ id }) => id === best?.id);
          if (same !== undefined) expect(best?.score).toBeCloseTo(same.score, 4);
        }
      }
      expect(shared / wanted).toBeGreaterThan(0.95);
      expect((await memory.namespace('other').search(JSON.stringify(rows[5]), 1))[0]?.id).toBe('e5');
    }
  }, 60_000);

  it('follows updates and deletions, and never returns what is gone', async () => {
    const index = await openUsearchMemory(new InMemoryBackend(), { dimensions: 32 });
    const memory = new DatabaseMemory(model, index);
    const [a, b, c] = vectors(3, 32) as [number[], number[], number[]];
    await memory.addMany([{ id: 'a', text: 'one', vector: a }, { id: 'b', text: 'two', vector: b }]);
    await memory.add('c', JSON.stringify(c));
    await memory.addMany([{ id: 'a', text: 'moved', vector: c }]);
    expect((await memory.search(JSON.stringify(a), 9)).map(({ id }) => id).toSorted()).toEqual(['a', 'b', 'c']);
    expect((await memory.search(JSON.stringify(c), 2)).map(({ id }) => id).toSorted()).toEqual(['a', 'c']);
    expect([await memory.delete('a'), await memory.delete('a'), index.size]).toEqual([true, false, 2]);
    expect((await memory.search(JSON.stringify(c), 9)).map(({ id }) => id)).toEqual(['c', 'b']);
    await memory.deleteMany(['b', 'c']);
    expect(await memory.search(JSON.stringify(c), 9)).toEqual([]);
  });

  it('opens from its file, adds what the file lacks and ignores what the backend has no more', async () => {
    const [store, path] = [join(folder, 'notes.jsonl'), join(folder, 'notes.usearch')];
    const rows = vectors(300, 32);
    const first = await openUsearchMemory(await JsonlBackend.create(store), { dimensions: 32, path });
    const memory = new DatabaseMemory(model, first);
    await memory.addMany(rows.slice(0, 250).map((vector, i) => ({ id: `e${i}`, text: `entry ${i}`, vector })));
    first.save();
    expect((await stat(path)).size).toBeGreaterThan(250 * 32 * 4);
    // Not in the file: fifty more, one changed, one deleted.
    await memory.addMany(rows.slice(250).map((vector, i) => ({ id: `e${i + 250}`, text: 'later', vector })));
    await memory.addMany([{ id: 'e0', text: 'changed', vector: rows[1] as number[] }]);
    await memory.delete('e2');
    await memory.close();
    const again = await openUsearchMemory(await JsonlBackend.create(store), { dimensions: 32, path });
    expect(again.size).toBe(299);
    const reopened = new DatabaseMemory(model, again);
    for (const i of [1, 100, 299]) expect((await reopened.search(JSON.stringify(rows[i]), 2)).map(({ id }) => id)).toContain(`e${i}`);
    expect((await reopened.search(JSON.stringify(rows[1]), 2)).map(({ id }) => id).toSorted()).toEqual(['e0', 'e1']);
    expect((await reopened.search(JSON.stringify(rows[2]), 299)).map(({ id }) => id)).not.toContain('e2');
    await reopened.close();
  });

  it('says what is wrong', async () => {
    const index = await openUsearchMemory(new InMemoryBackend(), { dimensions: 32 });
    const other = new DatabaseMemory({ ...model, dimensions: 2, embed: () => Promise.resolve([[1, 2]]) }, index);
    await expect(other.add('a', 'x')).rejects.toBeInstanceOf(MemoryError);
    expect(await index.getMany(['a'])).toEqual([null]);
    expect(() => index.save()).toThrow(ValidationError);
    await expect(openUsearchMemory(new InMemoryBackend(), { dimensions: 0 })).rejects.toBeInstanceOf(ValidationError);
  });
});
