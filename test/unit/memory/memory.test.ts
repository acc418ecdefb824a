import { describe, expect, it } from 'vitest';
import {
  AbortedError, MemoryEmbedderChangedError, MemoryEmbeddingError, MemoryNoEmbedderError, ValidationError,
} from '../../../src/base/error-classes.ts';
import { InMemoryBackend, Memory, MemoryBackend, MemoryResult, type MemoryEntry } from '../../../src/memory/index.ts';
import type { EmbeddingSpec } from '../../../src/spec/embedding.ts';

// A model with three dimensions that looks for three words: enough to know the right ranking by hand.
function toyEmbedder(overrides: Partial<EmbeddingSpec> = {}): EmbeddingSpec {
  const axes = ['cat', 'dog', 'car'];
  return {
    modelId: 'toy', dimensions: 3, version: '1',
    doEmbed: (texts) => Promise.resolve(texts.map((text) => axes.map((word) => text.split(word).length - 1 + 0.1))),
    ...overrides,
  };
}

const geography: MemoryEntry[] = [
  { id: 'paris', text: 'Paris is the capital of France.', metadata: { topic: 'geo' } },
  { id: 'rome', text: 'Rome is the capital of Italy.', metadata: { topic: 'geo' } },
  { id: 'python', text: 'Python is a programming language.', metadata: { topic: 'tech' } },
];

describe('Memory without an embedder', () => {
  it('finds what was added by words and by parts of words', async () => {
    const memory = new Memory();
    await memory.addMany(geography);
    expect((await memory.search('capital of France', 1))[0]).toMatchObject({ id: 'paris', score: 1, metadata: { topic: 'geo' } });
    expect((await memory.search('programing langage', 1))[0]?.id).toBe('python');
    expect((await memory.search('capital', { limit: 5, mode: 'keyword' })).map((hit) => hit.id)).toEqual(['paris', 'rome']);
  });

  it('applies the filter before ranking, so a match far down the ranking is found', async () => {
    const memory = new Memory();
    await memory.addMany(Array.from({ length: 300 }, (_, i) => ({ id: `a${i}`, text: `blue whale number ${i}`, metadata: { kind: 'whale' } })));
    await memory.add('odd', 'a stone', { kind: 'stone', shape: { round: true } });
    expect((await memory.search('blue whale', 5, { kind: 'stone' })).map((hit) => hit.id)).toEqual(['odd']);
    expect((await memory.search('blue whale', 5, { shape: { round: true } })).map((hit) => hit.id)).toEqual(['odd']);
    expect(await memory.search('blue whale', 5, { kind: 'stone', other: 1 })).toEqual([]);
  });

  it('gives results with both documented spellings of the text and the span of the passage', async () => {
    const memory = new Memory();
    await memory.upsert([{ content: 'a passage about owls', docId: 'birds.md', start: 10, end: 30 }]);
    const [hit] = await memory.query('owls', 1);
    expect(hit).toBeInstanceOf(MemoryResult);
    expect(hit).toMatchObject({ id: 'birds.md:10-30', text: 'a passage about owls', content: 'a passage about owls', docId: 'birds.md', start: 10, end: 30 });
  });

  it('replaces an entry added twice and forgets a deleted one', async () => {
    const memory = new Memory();
    await memory.add('x', 'the first version about turtles');
    await memory.add('x', 'the second version about lizards');
    expect(await memory.count()).toBe(1);
    expect(await memory.search('turtles', { mode: 'keyword' })).toEqual([]);
    expect((await memory.get('x'))?.text).toBe('the second version about lizards');
    expect(await memory.delete('x')).toBe(true);
    expect(await memory.delete('x')).toBe(false);
    expect(await memory.get('x')).toBeNull();
    expect(await memory.search('lizards')).toEqual([]);
  });

  it('orders equal scores by id, whatever the order of adding', async () => {
    const ids = ['c', 'a', 'd', 'b'];
    const memory = new Memory();
    await memory.addMany(ids.map((id) => ({ id, text: 'the same words' })));
    for (const mode of ['hybrid', 'semantic', 'keyword'] as const) {
      expect((await memory.search('same words', { mode, limit: 3 })).map((hit) => hit.id)).toEqual(['a', 'b', 'c']);
    }
  });

  it('keeps giving the same results after most entries were deleted and the index compacted', async () => {
    const make = async (drop: boolean): Promise<unknown> => {
      const memory = new Memory();
      const all = Array.from({ length: 3000 }, (_, i) => ({ id: `e${i}`, text: `entry ${i} ${i % 7 === 0 ? 'seven' : 'other'} ${i % 10}` }));
      await memory.addMany(drop ? all : all.filter((_, i) => i >= 2500), { batchSize: 500 });
      if (drop) await memory.deleteMany(all.slice(0, 2500).map((entry) => entry.id));
      return memory.search('entry seven 2702', 20);
    };
    expect(await make(true)).toEqual(await make(false));
  });

  it('keeps two memories over one backend in step', async () => {
    const backend = new InMemoryBackend();
    const [first, second] = [new Memory(null, backend), new Memory(null, backend)];
    expect(await second.count()).toBe(0);
    await first.add('a', 'written by the first');
    expect((await second.search('written', 1))[0]?.id).toBe('a');
    await Promise.all([first.add('b', 'from one side'), second.add('c', 'from the other side')]);
    expect([await first.count(), await second.count()]).toEqual([3, 3]);
    await second.delete('a');
    expect(await first.get('a')).toBeNull();
  });
});

describe('Memory with an embedder', () => {
  it('ranks by the vectors of the model', async () => {
    const memory = new Memory(toyEmbedder());
    await memory.addMany([{ id: 'd', text: 'dog dog' }, { id: 'm', text: 'dog cat' }, { id: 'c', text: 'cat' }]);
    const hits = await memory.search('cat', { mode: 'semantic' });
    expect(hits.map((hit) => hit.id)).toEqual(['c', 'm', 'd']);
    expect(hits[0]?.score).toBeCloseTo(1, 6);
  });

  it('takes a model in the documented class form', async () => {
    const embed = async (texts: string[]): Promise<{ embeddings: number[][] }> => ({ embeddings: texts.map((text) => [text.length, 1]) });
    const memory = Memory.fromBackend({ modelId: 'length', embed }, new InMemoryBackend());
    await memory.add('short', 'ab');
    await memory.add('long', 'abcdefghijkl');
    expect((await memory.search('abcdefghijk', { mode: 'semantic', limit: 1 }))[0]?.id).toBe('long');
  });

  it.each([
    ['a wrong length', [[1, 2]]], ['NaN', [[1, Number.NaN, 0]]], ['infinity', [[1, Infinity, 0]]], ['what is no float', [[1, 1e200, 0]]], ['only zeros', [[0, 0, 0]]], ['too few vectors', []],
  ])('rejects %s and keeps the store as it was', async (_, vectors) => {
    let broken = false;
    const good = toyEmbedder();
    const memory = new Memory(toyEmbedder({ doEmbed: (texts) => broken ? Promise.resolve(vectors) : good.doEmbed(texts) }));
    await memory.add('kept', 'a cat');
    broken = true;
    await expect(memory.add('kept', 'a dog')).rejects.toBeInstanceOf(MemoryEmbeddingError);
    broken = false;
    expect((await memory.get('kept'))?.text).toBe('a cat');
    expect((await memory.search('cat', 5)).map((hit) => hit.id)).toEqual(['kept']);
  });

  it('refuses a store that another model wrote, until the entries are embedded again', async () => {
    const backend = new InMemoryBackend();
    await new Memory(toyEmbedder(), backend).add('a', 'cat');
    const memory = new Memory(toyEmbedder({ modelId: 'other' }), backend);
    const failure = memory.search('cat');
    await expect(failure).rejects.toBeInstanceOf(MemoryEmbedderChangedError);
    await expect(failure).rejects.toMatchObject({ stored: 'toy@1/3', current: 'other@1/3', code: 'memory.embedder_changed' });
    await expect(memory.add('b', 'dog')).rejects.toBeInstanceOf(MemoryEmbedderChangedError);
    expect(await memory.reembed()).toBe(1);
    expect((await memory.search('cat', 1))[0]?.id).toBe('a');
  });

  it('embeds entries that were stored without vectors', async () => {
    const backend = new InMemoryBackend();
    await Memory.local(backend).add('a', 'cat');
    expect((await new Memory(toyEmbedder(), backend).search('cat', { mode: 'semantic' }))[0]?.id).toBe('a');
  });
});

describe('Memory.local', () => {
  it('searches by words and refuses what needs vectors', async () => {
    const memory = Memory.localFromBackend(new InMemoryBackend());
    await memory.add('doc', 'hello world', null);
    expect((await memory.searchLocal('hello', 5, null)).map((hit) => hit.id)).toEqual(['doc']);
    await expect(memory.search('hello')).rejects.toBeInstanceOf(MemoryNoEmbedderError);
  });
});

describe('addMany', () => {
  it('reports each stored batch and keeps what was stored when it is aborted', async () => {
    const memory = new Memory();
    const controller = new AbortController();
    const seen: unknown[] = [];
    memory.on('progress', (progress) => seen.push(progress));
    const work = memory.addMany(Array.from({ length: 10 }, (_, i) => ({ id: String(i), text: `text ${i}` })), {
      batchSize: 3, signal: controller.signal, onProgress: ({ done }) => { if (done === 6) controller.abort(); },
    });
    await expect(work).rejects.toBeInstanceOf(AbortedError);
    expect(seen).toEqual([{ done: 3, total: 10 }, { done: 6, total: 10 }]);
    expect(await memory.count()).toBe(6);
  });

  it('reads an async source no faster than it stores', async () => {
    const memory = new Memory();
    let given = 0;
    let ahead = 0;
    async function* source(): AsyncGenerator<MemoryEntry> {
      for (; given < 20; given++) {
        ahead = Math.max(ahead, given - await memory.count());
        yield { id: `n${given}`, text: `number ${given}` };
      }
    }
    expect(await memory.addMany(source(), { batchSize: 4 })).toBe(20);
    expect(ahead).toBeLessThanOrEqual(4);
  });

  it.each([
    ['an empty text', { id: 'a', text: '  ' }], ['no text', { id: 'a' }], ['a text that is too long', { id: 'a', text: 'x'.repeat(10_000_000) }],
    ['an empty id', { id: '', text: 'x' }], ['an end before the start', { id: 'a', text: 'x', start: 5, end: 1 }],
    ['metadata with a prototype key', { id: 'a', text: 'x', metadata: JSON.parse('{"__proto__": {"y": 1}}') as unknown }],
    ['metadata that is not JSON', { id: 'a', text: 'x', metadata: { f: () => 1 } }],
  ])('rejects %s and stores nothing of the batch', async (_, entry) => {
    const memory = new Memory();
    await expect(memory.addMany([{ id: 'good', text: 'fine' }, entry])).rejects.toBeInstanceOf(ValidationError);
    expect(await memory.count()).toBe(0);
  });
});

describe('bad queries', () => {
  it('reject an empty question and a limit that is no count', async () => {
    const memory = new Memory();
    await memory.add('a', 'text');
    await expect(memory.search('  ')).rejects.toBeInstanceOf(ValidationError);
    await expect(memory.search('x', -1)).rejects.toBeInstanceOf(ValidationError);
    await expect(memory.search('x', { filter: [] as never })).rejects.toBeInstanceOf(ValidationError);
    expect(await memory.search('text', 0)).toEqual([]);
  });
});

describe('custom backends', () => {
  class DictBackend extends MemoryBackend {
    readonly entries = new Map<string, string>();
    override async put(entry: { id: string }): Promise<void> { this.entries.set(entry.id, JSON.stringify(entry)); }
    override async get(id: string): Promise<unknown> { return JSON.parse(this.entries.get(id) ?? 'null'); }
    override async delete(id: string): Promise<boolean> { return this.entries.delete(id); }
    override async list(): Promise<unknown[]> { return [...this.entries.values()].map((text) => JSON.parse(text) as unknown); }
    override async len(): Promise<number> { return this.entries.size; }
    override async searchByBands(): Promise<unknown[]> { return []; }
  }

  it('work as a subclass that stores JSON, and a second memory finds what the first one wrote', async () => {
    const backend = new DictBackend();
    let calls = 0;
    const counting = toyEmbedder();
    const embedder = toyEmbedder({ doEmbed: (texts) => { calls++; return counting.doEmbed(texts); } });
    const memory = new Memory(embedder, backend);
    await memory.add('fact-1', 'cat', { n: 1 });
    await memory.add('fact-2', 'dog');
    calls = 0;
    const again = Memory.fromJsBackend(embedder, backend);
    expect((await again.search('cat', 1, { n: 1 }))[0]).toMatchObject({ id: 'fact-1', text: 'cat' });
    expect(calls).toBe(1);
    expect(await again.delete('fact-1')).toBe(true);
    expect(await again.count()).toBe(1);
  });

  it('work as handlers that keep only the documented columns', async () => {
    const rows = new Map<string, { id: string; text: string; metadata: unknown }>();
    const backend = new MemoryBackend({
      put: ({ id, text, metadata }) => { rows.set(id, { id, text, metadata }); },
      get: (id) => rows.get(id) ?? null, delete: (id) => rows.delete(id), list: () => [...rows.values()], len: () => rows.size,
      searchByBands: () => [],
    });
    await new Memory(toyEmbedder(), backend).add('a', 'cat');
    expect((await new Memory(toyEmbedder(), backend).search('cat', { mode: 'semantic' }))[0]?.id).toBe('a');
  });
});
