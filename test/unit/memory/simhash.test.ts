import { describe, expect, it } from 'vitest';
import { Memory, MemoryBackend, type CustomEntry } from '../../../src/memory/index.ts';
import { simhash, textBands } from '../../../src/memory/lexical/simhash.ts';

describe('simhash', () => {
  it('is near for texts that differ by a typing error and far for others', () => {
    const distance = (a: string, b: string): number => {
      const [x, y] = [simhash(a), simhash(b)];
      return x.reduce((sum, half, i) => sum + ((half ^ (y[i] as number)) >>> 0).toString(2).replaceAll('0', '').length, 0);
    };
    const text = 'The quick brown fox jumps over the lazy dog';
    expect(distance(text, text.toUpperCase())).toBe(0);
    expect(distance(text, 'The quick brown fox jumps over the lazy dig')).toBeLessThan(16);
    expect(distance(text, 'Completely unrelated words about databases')).toBeGreaterThan(20);
    expect(textBands(text)).toHaveLength(8);
  });
});

describe('searchLocal by spelling', () => {
  it('finds the misspelt name and always gives as many results as there are', async () => {
    const memory = Memory.local();
    await memory.addMany(['Johannes Gutenberg', 'Ada Lovelace', 'Grace Hopper', 'Alan Turing'].map((text) => ({ id: text, text })));
    const hits = await memory.searchLocal('Johanes Guttenberg', { mode: 'simhash', limit: 3 });
    expect(hits).toHaveLength(3);
    expect(hits[0]?.id).toBe('Johannes Gutenberg');
    expect((await memory.searchLocal('Ada Lovelace', { mode: 'simhash' }))[0]?.score).toBe(1);
  });

  it('asks a custom backend for candidates by the bands it was given, and ranks them itself', async () => {
    const rows = new Map<string, CustomEntry>();
    const asked: string[][] = [];
    const backend = new MemoryBackend({
      put: (entry) => { rows.set(entry.id, entry); }, get: (id) => rows.get(id) ?? null, delete: (id) => rows.delete(id),
      list: () => [...rows.values()], len: () => rows.size,
      searchByBands: (bands, limit) => {
        asked.push(bands);
        return [...rows.values()].filter((row) => row.bands?.some((band) => bands.includes(band))).slice(0, limit);
      },
    });
    const memory = Memory.localFromBackend(backend);
    await memory.addMany(Array.from({ length: 40 }, (_, i) => ({ id: `n${i}`, text: `note number ${i} on subject ${i * 37}` })));
    const [hit] = await memory.searchLocal('note number 7 on subject 259', { mode: 'simhash', limit: 1 });
    expect([hit?.id, hit?.score]).toEqual(['n7', 1]);
    expect(asked).toEqual([textBands('note number 7 on subject 259')]);
  });
});
