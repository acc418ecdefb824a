import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryError, ValidationError } from '../../../src/base/error-classes.ts';
import { InMemoryBackend, Memory, type MemoryFilter } from '../../../src/memory/index.ts';

async function found(memory: Memory, filter: MemoryFilter): Promise<string[]> {
  return (await memory.search('thing', { limit: 1000, mode: 'keyword', filter })).map((hit) => hit.id).toSorted();
}

describe('filters', () => {
  const books = [
    { id: 'a', year: 1999, lang: 'en', tags: ['x', 'y'] }, { id: 'b', year: 2005, lang: 'de' }, { id: 'c', year: 2020, lang: 'en', price: null },
    { id: 'd', lang: 'fr', year: '2005' }, { id: 'e' },
  ];
  const library = async (): Promise<Memory> => {
    const memory = Memory.local();
    await memory.addMany(books.map(({ id, ...metadata }) => ({ id, text: 'a thing', metadata })));
    return memory;
  };

  it.each<[MemoryFilter, string]>([
    [{ lang: 'en' }, 'ac'], [{ lang: 'en', year: 2020 }, 'c'], [{}, 'abcde'], [{ tags: ['x', 'y'] }, 'a'], [{ tags: ['y', 'x'] }, ''], [{ price: null }, 'c'],
    [{ year: { $gte: 2005 } }, 'bc'], [{ year: { $gt: 1999, $lt: 2020 } }, 'b'], [{ year: { $lte: '2005' } }, 'd'], [{ lang: { $in: ['de', 'fr'] } }, 'bd'],
    [{ lang: { $nin: ['de', 'fr'] } }, 'ace'], [{ lang: { $ne: 'en' } }, 'bde'], [{ lang: { $eq: 'en' } }, 'ac'], [{ year: { $exists: false } }, 'e'],
    [{ price: { $exists: true } }, 'c'], [{ $or: [{ lang: 'de' }, { year: 1999 }] }, 'ab'], [{ $and: [{ lang: 'en' }, { year: { $gt: 2000 } }] }, 'c'],
    [{ $not: { lang: 'en' } }, 'bde'], [{ $or: [] }, ''], [{ $and: [] }, 'abcde'], [{ $not: {} }, ''], [{ lang: 'en', $not: { year: 1999 } }, 'c'],
    [{ constructor: { $exists: true } }, ''],
  ])('%j keeps %s', async (filter, expected) => {
    expect((await found(await library(), filter)).join('')).toBe(expected);
  });

  it.each([{ $nor: [] }, { year: { $regex: 'x' } }, { $or: {} }, { $and: ['x'] }, { year: { $gt: null } }, { lang: { $in: 'en' } }, { lang: { $eq: 1, plain: 2 } }])(
    '%j is refused', async (filter) => {
      await expect(found(await library(), filter)).rejects.toBeInstanceOf(ValidationError);
    });

  it('agree with a plain evaluation while entries come, change and go', async () => {
    const value = fc.constantFrom<unknown>(1, 2, 3, 'a', 'b', null, true, [1], { k: 1 });
    const test = fc.oneof(value, value.map((v) => ({ $ne: v })), fc.array(value, { maxLength: 3 }).map((v) => ({ $in: v })), fc.boolean().map((v) => ({ $exists: v })), fc.integer({ min: 0, max: 4 }).map((v) => ({ $gte: v })));
    const field = fc.constantFrom('f', 'g');
    const filter = fc.letrec<{ node: MemoryFilter }>((tie) => ({
      node: fc.oneof({ depthSize: 'small' }, fc.tuple(field, test).map(([name, wanted]) => ({ [name]: wanted })), fc.array(tie('node'), { maxLength: 2 }).map((parts) => ({ $or: parts })), fc.array(tie('node'), { maxLength: 2 }).map((parts) => ({ $and: parts })), tie('node').map((part) => ({ $not: part }))),
    })).node;
    const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
    const plain = (metadata: Record<string, unknown>, wanted: MemoryFilter): boolean => Object.entries(wanted).every(([key, part]) => {
      if (key === '$or') return (part as MemoryFilter[]).some((each) => plain(metadata, each));
      if (key === '$and') return (part as MemoryFilter[]).every((each) => plain(metadata, each));
      if (key === '$not') return !plain(metadata, part as MemoryFilter);
      const stored = metadata[key];
      if (typeof part !== 'object' || part === null || Array.isArray(part)) return same(stored, part);
      if ('$ne' in part) return !same(stored, part.$ne);
      if ('$in' in part) return key in metadata && (part.$in as unknown[]).some((each) => same(stored, each));
      if ('$exists' in part) return key in metadata === part.$exists;
      if ('$gte' in part) return typeof stored === 'number' && stored >= (part.$gte as number);
      return same(stored, part);
    });
    const step = fc.tuple(fc.nat(15), fc.option(fc.dictionary(field, value), { nil: null }));
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.array(filter, { minLength: 1, maxLength: 4 }), async (steps, filters) => {
      const memory = Memory.local();
      const model = new Map<string, Record<string, unknown>>();
      for (const [id, metadata] of steps) {
        if (metadata === null) {
          await memory.delete(String(id));
          model.delete(String(id));
        } else {
          await memory.add(String(id), 'thing', metadata);
          model.set(String(id), metadata);
        }
        const wanted = filters[id % filters.length] as MemoryFilter;
        expect(await found(memory, wanted)).toEqual([...model].filter(([, each]) => plain(each, wanted)).map(([key]) => key).toSorted());
      }
    }), { numRuns: 60 });
  });
});

describe('namespaces', () => {
  it('keep entries, ids, counts and searches apart and share one store', async () => {
    const backend = new InMemoryBackend();
    const memory = new Memory(null, backend);
    const [ada, bob] = [memory.namespace('ada'), memory.namespace('bob')];
    await memory.add('note', 'shared thing');
    await ada.add('note', 'thing of ada', { owner: 'ada' });
    await bob.add('note', 'thing of bob', { owner: 'bob' });
    expect((await ada.search('thing')).map((hit) => [hit.id, hit.text])).toEqual([['note', 'thing of ada']]);
    expect([await memory.count(), await ada.count(), await memory.namespace('nobody').count()]).toEqual([1, 1, 0]);
    expect((await bob.get('note'))?.id).toBe('note');
    expect(await ada.delete('note')).toBe(true);
    expect([await ada.count(), await bob.count(), await backend.count()]).toEqual([0, 1, 2]);
    expect((await new Memory(null, backend).namespace('bob').search('thing', 5, { owner: 'bob' }))[0]?.text).toBe('thing of bob');
  });

  it('cannot be reached through a crafted id', async () => {
    const memory = new Memory();
    await memory.namespace('ada').add('secret', 'thing');
    await expect(memory.add('ada\u001fsecret', 'stolen')).rejects.toBeInstanceOf(ValidationError);
    expect((await memory.namespace('ada').get('secret'))?.text).toBe('thing');
  });
});

describe('expiry', () => {
  it('hides an entry from the moment on and deletes it when asked', async () => {
    let now = 1000;
    const backend = new InMemoryBackend();
    const memory = new Memory(null, backend, { clock: { now: () => now } });
    await memory.addMany([{ id: 'short', text: 'thing one', ttlMs: 50 }, { id: 'long', text: 'thing two', ttlMs: 500 }, { id: 'ever', text: 'thing three' }]);
    now = 1049;
    expect(await memory.count()).toBe(3);
    now = 1050;
    expect((await memory.search('thing')).map((hit) => hit.id).toSorted()).toEqual(['ever', 'long']);
    expect([await memory.count(), await memory.get('short'), await backend.count()]).toEqual([2, null, 3]);
    expect(await memory.deleteExpired()).toBe(1);
    expect(await backend.count()).toBe(2);
    await expect(memory.addMany([{ text: 'x', ttlMs: 0 }])).rejects.toBeInstanceOf(ValidationError);
  });
});

describe('adding again', () => {
  it('embeds only what has changed, so that a cut-short ingestion can be repeated', async () => {
    const embedded: string[] = [];
    const memory = new Memory({ modelId: 'counting', dimensions: 2, doEmbed: (texts) => { embedded.push(...texts); return Promise.resolve(texts.map((text) => [text.length, 1])); } });
    const entries = ['one', 'two', 'three'].map((text) => ({ id: text, text, metadata: { v: 1 } }));
    expect(await memory.addMany(entries.slice(0, 2))).toBe(2);
    expect(await memory.addMany(entries)).toBe(1);
    expect(await memory.addMany([{ id: 'one', text: 'one', metadata: { v: 2 } }, ...entries.slice(1)])).toBe(1);
    expect(embedded).toEqual(['one', 'two', 'three', 'one']);
  });

  it('leaves out the same content under other ids when asked to', async () => {
    const memory = new Memory();
    await memory.add('first', 'the same text');
    expect(await memory.addMany([{ id: 'second', text: 'the same text' }, { id: 'third', text: 'new text' }, { id: 'fourth', text: 'new text' }], { dedupe: true })).toBe(1);
    expect(await memory.count()).toBe(2);
    expect(await memory.addMany([{ id: 'second', text: 'the same text' }])).toBe(1);
  });
});

describe('search options', () => {
  const colours = async (metric: 'cosine' | 'dot' | 'euclidean' = 'cosine'): Promise<Memory> => {
    const vectors: Record<string, number[]> = { red: [1, 0, 0], crimson: [0.98, 0.05, 0], scarlet: [0.97, 0.07, 0.02], orange: [0.8, 0.5, 0], blue: [0, 0, 3] };
    const memory = new Memory({ modelId: 'colours', dimensions: 3, doEmbed: (texts) => Promise.resolve(texts.map((text) => vectors[text] ?? [1, 0, 0])) }, null, { metric });
    await memory.addMany(Object.keys(vectors).map((id) => ({ id, text: id })));
    return memory;
  };

  it('trade likeness for variety', async () => {
    const memory = await colours();
    const ids = async (diversity: number): Promise<string[]> => (await memory.search('red', { mode: 'semantic', limit: 3, diversity })).map((hit) => hit.id);
    expect(await ids(0)).toEqual(['red', 'crimson', 'scarlet']);
    expect(await ids(0.6)).toEqual(['red', 'blue', 'orange']);
    await expect(memory.search('red', { diversity: 2 })).rejects.toBeInstanceOf(ValidationError);
  });

  it('let a reranker decide over more candidates than are returned', async () => {
    const memory = await colours();
    const reranker = { rerank: (_: string, texts: readonly string[]) => Promise.resolve(texts.map((text) => text.length)) };
    const hits = await memory.search('red', { mode: 'semantic', limit: 2, reranker });
    expect(hits.map((hit) => [hit.id, hit.score])).toEqual([['crimson', 7], ['scarlet', 7]]);
    await expect(memory.search('red', { reranker: { rerank: () => Promise.resolve([1]) } })).rejects.toBeInstanceOf(MemoryError);
  });

  it('explain where a result stood in each ranking', async () => {
    const memory = new Memory();
    await memory.addMany([{ id: 'both', text: 'green parrots fly' }, { id: 'part', text: 'parroting is talking' }]);
    const [first, second] = await memory.search('green parrots', { explain: true });
    expect(first?.explanation?.semantic?.rank).toBe(1);
    expect(first?.explanation?.keyword?.rank).toBe(1);
    expect(second?.explanation?.keyword).toBeUndefined();
    expect((await memory.search('green'))[0]?.explanation).toBeUndefined();
  });

  it('compare by the metric of the memory', async () => {
    const semantic = async (metric: 'cosine' | 'dot' | 'euclidean'): Promise<[string, number]> => {
      const [hit] = await (await colours(metric)).search('blue', { mode: 'semantic', limit: 1 });
      return [hit?.id ?? '', hit?.score ?? 0];
    };
    expect(await semantic('dot')).toEqual(['blue', 9]);
    expect(await semantic('euclidean')).toEqual(['blue', 1]);
    expect(await semantic('cosine')).toEqual(['blue', 1]);
  });
});
