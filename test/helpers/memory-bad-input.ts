import { MemoryCorruptError, MemoryEmbeddingError, ValidationError } from '../../src/base/error-classes.ts';
import { Memory } from '../../src/memory/index.ts';
import { exportEntries, importEntries } from '../../src/memory/segments/index.ts';
import type { MemoryBackendSpec, StoredEntry } from '../../src/spec/memory.ts';
import type { TestApi } from '../portable/harness/test-api.ts';

/** How the cases get the stores they are tried on. */
export interface BadInputSetup {
  readonly create: () => Promise<MemoryBackendSpec>;
  /** Another backend over the store of the last `create`; leave it out when the store dies with its backend. */
  readonly reopen?: () => Promise<MemoryBackendSpec>;
  readonly cleanUp?: () => Promise<void>;
}

const embedder = {
  modelId: 'scripted', dimensions: 4,
  doEmbed: (texts: readonly string[]): Promise<Float32Array[]> => Promise.resolve(texts.map((text) => Float32Array.from([text.length, 1, 2, 3]))),
};

const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;
const good = { id: 'good', text: 'fine' };

/** Entries that no memory takes, and the error that each is. */
const BAD: readonly (readonly [name: string, entry: unknown, error: typeof ValidationError | typeof MemoryEmbeddingError])[] = [
  ['a text of 10 MB', { id: 'x', text: 'word '.repeat(2_000_000) }, ValidationError],
  ['no text', { id: 'x' }, ValidationError],
  ['a text of white space', { id: 'x', text: ' \n\t' }, ValidationError],
  ['an empty id', { id: '', text: 'x' }, ValidationError],
  ['an id with a separator', { id: 'a\u001fb', text: 'x' }, ValidationError],
  ['an id of 2,000 characters', { id: 'i'.repeat(2000), text: 'x' }, ValidationError],
  ['no object', 'text', ValidationError],
  ['metadata with __proto__', { id: 'x', text: 'x', metadata: JSON.parse('{"__proto__": {"polluted": true}}') as unknown }, ValidationError],
  ['metadata with constructor, deep down', { id: 'x', text: 'x', metadata: { a: [{ constructor: { prototype: 1 } }] } }, ValidationError],
  ['metadata with a function', { id: 'x', text: 'x', metadata: { a: () => 1 } }, ValidationError],
  ['metadata with NaN', { id: 'x', text: 'x', metadata: { a: Number.NaN } }, ValidationError],
  ['metadata that contains itself', { id: 'x', text: 'x', metadata: cycle }, ValidationError],
  ['metadata that is a list', { id: 'x', text: 'x', metadata: [1] }, ValidationError],
  ['a negative time to live', { id: 'x', text: 'x', ttlMs: -1 }, ValidationError],
  ['an end before the start', { id: 'x', text: 'x', docId: 'd', start: 5, end: 2 }, ValidationError],
  ['a vector with NaN', { id: 'x', text: 'x', vector: [1, Number.NaN, 3, 4] }, MemoryEmbeddingError],
  ['a vector of zeros', { id: 'x', text: 'x', vector: [0, 0, 0, 0] }, MemoryEmbeddingError],
  ['a vector that is too short', { id: 'x', text: 'x', vector: [1, 2] }, MemoryEmbeddingError],
];

async function all(backend: MemoryBackendSpec): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  let cursor: string | null = null;
  do {
    const page = await backend.scan({ cursor });
    entries.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return entries.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** What every backend has to stand: bad input is a typed error, and the store is as it was. */
export function badInputSuite(t: TestApi, setup: BadInputSetup): void {
  t.test('bad input is a typed error, and the store is as it was, also after it is opened again', async () => {
    const backend = await setup.create();
    try {
      const memory = new Memory(embedder, backend);
      await memory.addMany([{ id: 'a', text: 'one', metadata: { n: 1 } }, { id: 'b', text: 'two' }, { id: 'b', text: 'the later of two' }]);
      const before = await all(backend);
      t.deepEqual(before.map(({ id, text }) => [id, text]), [['a', 'one'], ['b', 'the later of two']]);
      for (const [, entry, error] of BAD) {
        await t.rejects(memory.addMany([good, entry as { text: string }, { id: 'a', text: 'changed' }]), error);
      }
      const file = await exportEntries(backend);
      for (let at = 0; at < file.length; at += Math.ceil(file.length / 40)) {
        await t.rejects(importEntries(backend, file.map((byte, i) => (i === at ? byte ^ 1 : byte))), MemoryCorruptError);
      }
      await t.rejects(importEntries(backend, file.subarray(0, file.length - 5)), MemoryCorruptError);
      await t.rejects(memory.search(' '), ValidationError);
      await t.rejects(memory.addMany([good], { batchSize: 0 }), ValidationError);
      t.deepEqual(await all(backend), before);
      t.equal(({} as { polluted?: boolean }).polluted, undefined);
      t.deepEqual((await memory.search('one', { limit: 5, mode: 'keyword' })).map(({ id }) => id), ['a']);
      t.equal(await memory.addMany([good]), 1);
      if (setup.reopen === undefined) return;
      await memory.close();
      const again = await setup.reopen();
      t.deepEqual((await all(again)).map(({ id }) => id), ['a', 'b', 'good']);
      await again.close?.();
    } finally {
      await setup.cleanUp?.();
    }
  });

  t.test('a store that another model wrote is not opened, and taken over by reembed', async () => {
    const backend = await setup.create();
    try {
      await new Memory(embedder, backend).addMany([{ id: 'a', text: 'one' }, { id: 'b', text: 'two' }]);
      const other = new Memory({ ...embedder, modelId: 'another' }, backend);
      if (backend.capabilities.vectors) {
        const error = await t.rejects(other.search('one'), /another@\/4/) as { code: string; stored: string };
        t.deepEqual([error.code, error.stored], ['memory.embedder_changed', 'scripted@/4']);
        await t.rejects(other.add('c', 'three'), /scripted@\/4/);
        await t.rejects(new Memory({ ...embedder, dimensions: 2, doEmbed: (texts) => Promise.resolve(texts.map(() => [1, 2])) }, backend).count(), /scripted@\/2/);
        t.equal(await other.reembed(), 2);
      }
      await other.add('c', 'three');
      t.equal(await other.count(), 3);
      if (backend.capabilities.vectors) await t.rejects(new Memory(embedder, backend).count(), /another@\/4/);
    } finally {
      await backend.close?.();
      await setup.cleanUp?.();
    }
  });
}
