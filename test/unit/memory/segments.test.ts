import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import xxhash from 'xxhash-wasm';
import { MemoryCorruptError } from '../../../src/base/error-classes.ts';
import { SegmentBackend } from '../../../src/memory/segments/index.ts';
import { decodeSegment, encodeManifest, encodeSegment } from '../../../src/memory/segments/segment-codec.ts';
import { checksum } from '../../../src/memory/segments/checksum.ts';
import type { SegmentStoreSpec, StoredEntry } from '../../../src/spec/memory.ts';

describe('the checksum', () => {
  it('is that of XXH32 over the words of the four quarters in turn', async () => {
    const reference = await xxhash();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(7), (bytes, shift) => {
      const quarter = bytes.length >> 4;
      const woven = bytes.slice();
      for (let word = 0; word < quarter * 4; word++) woven.set(bytes.subarray(word * 4, word * 4 + 4), ((word % quarter) * 4 + Math.floor(word / quarter)) * 4);
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      expect(checksum(moved.subarray(shift))).toBe(reference.h32Raw(woven));
    }), { numRuns: 1000 });
  });
});

describe('a segment', () => {
  it('gives back what went in, wherever its bytes lie in a buffer', () => {
    const text = fc.string({ unit: 'binary' });
    const sometimes = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(values, { nil: undefined });
    const entry = fc.record({
      id: fc.string({ unit: 'grapheme', minLength: 1 }), text, metadata: fc.option(fc.dictionary(fc.string(), fc.jsonValue())),
      embedder: sometimes(fc.constantFrom('a@1/3', 'b@1/3')), namespace: sometimes(text), docId: sometimes(fc.constant('guide.md')),
      start: sometimes(fc.nat()), end: sometimes(fc.nat()), hash: sometimes(fc.stringMatching(/^[0-9a-f]{8}$/)),
      createdAt: sometimes(fc.nat()), expiresAt: sometimes(fc.constant(1_800_000_000_000)), bands: sometimes(fc.array(text, { maxLength: 3 })),
    });
    fc.assert(fc.property(fc.array(fc.tuple(entry, fc.boolean()), { maxLength: 20 }), fc.nat(7), (pairs, shift) => {
      const entries = pairs.map(([fields, withVector], i) => (
        { ...(JSON.parse(JSON.stringify(fields)) as StoredEntry), ...(withVector ? { vector: Float32Array.from([i + 1, -i, 0.5]) } : {}) }));
      const bytes = encodeSegment(entries, 3);
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      expect(decodeSegment(moved.subarray(shift), 's').map(({ vector, ...rest }) => (vector === undefined ? rest : { ...rest, vector: Array.from(vector) })))
        .toEqual(entries.map(({ vector, ...rest }: { vector?: Float32Array }) => (vector === undefined ? rest : { ...rest, vector: Array.from(vector) })));
    }), { numRuns: 300 });
  });
});

describe('the columns of a segment that somebody made', () => {
  // A frame with these columns and a checksum that is right.
  const forged = (json: unknown, rows: number): Uint8Array => {
    const bytes = encodeManifest(json);
    const words = new Uint32Array(bytes.buffer, 0, 6);
    words[0] = 0x534d5a42;
    words[2] = rows;
    words[5] = checksum(bytes.subarray(0, 20)) ^ checksum(bytes.subarray(24));
    return bytes;
  };

  it('are refused when they do not fit the rows or name what is no field or no row', () => {
    expect(decodeSegment(forged([{ field: 'id', text: 'ab', lengths: [1, 1] }, { field: 'text', same: '' }], 2), 's')).toEqual([{ id: 'a', text: '' }, { id: 'b', text: '' }]);
    for (const column of [
      { field: 'id', text: 'ab', lengths: [1] }, { field: 'id', text: 'ab', lengths: [1, 2] }, { field: 'id', text: 'ab', lengths: 2 },
      { field: 'start', values: [1] }, { field: 'start', values: [1, 2, 3] }, { field: 'start', rows: [2], values: [1] },
      { field: 'start', rows: [0], values: [1, 2] }, { field: 'start', rows: 1, same: 1 }, { field: '__proto__', same: {} }, { field: 'vector', same: 1 }, null, 7,
    ]) expect(() => decodeSegment(forged([column], 2), 's'), JSON.stringify(column)).toThrow("Cannot read 's' of the memory");
    expect(() => decodeSegment(forged([], 4_000_000_000), 's')).toThrow('too many rows');
    for (const row of ['__proto__', 'push', -1, 1.5, null]) {
      try {
        decodeSegment(forged([{ field: 'docId', rows: [row], same: 'x' }], 2), 's');
      } catch { /* Refusing it is as good. */ }
      expect([('docId' in []), 'docId' in [].push], String(row)).toEqual([false, false]);
    }
  });

  it('are entries or a typed error, whatever they say', () => {
    const list = fc.array(fc.oneof(fc.integer({ min: -2, max: 4 }), fc.string({ maxLength: 3 }), fc.jsonValue()), { maxLength: 3 });
    const column = fc.record({
      field: fc.constantFrom('id', 'text', 'metadata', 'start', 'bands', 'vector', '__proto__', 'constructor'),
      rows: fc.oneof(list, fc.jsonValue()), same: fc.jsonValue(), values: fc.oneof(list, fc.jsonValue()), text: fc.oneof(fc.string(), fc.jsonValue()), lengths: fc.oneof(list, fc.jsonValue()),
    }, { requiredKeys: [] });
    fc.assert(fc.property(fc.oneof(fc.array(column, { maxLength: 3 }), fc.jsonValue()), fc.nat(3), (json, rows) => {
      const keys = [Object.prototype, Array.prototype, String.prototype].map((prototype) => Object.getOwnPropertyNames(prototype).length);
      try {
        expect(decodeSegment(forged(json, rows), 's')).toHaveLength(rows);
      } catch (error) {
        expect(error).toBeInstanceOf(MemoryCorruptError);
      }
      expect([Object.prototype, Array.prototype, String.prototype].map((prototype) => Object.getOwnPropertyNames(prototype).length)).toEqual(keys);
    }), { numRuns: 5000 });
  });
});

describe('a scan of segments', () => {
  // Named blobs in a map that answer a turn of the event loop later, and what was asked of them.
  function slowStore(): { store: SegmentStoreSpec; reads: string[]; most: () => number } {
    const blobs = new Map<string, Uint8Array>();
    const reads: string[] = [];
    let [underway, most] = [0, 0];
    const store: SegmentStoreSpec = {
      kind: 'segments', persistent: false, shared: true,
      async readSegments(keys) {
        reads.push(...keys);
        most = Math.max(most, ++underway);
        await new Promise((resolve) => { setImmediate(resolve); });
        underway--;
        return keys.map((key) => blobs.get(key) ?? null);
      },
      writeSegments(changes) {
        for (const { key, bytes } of changes) {
          if (bytes === null) blobs.delete(key);
          else blobs.set(key, bytes);
        }
        return Promise.resolve(true);
      },
      listSegments: () => Promise.resolve([...blobs.keys()]),
    };
    return { store, reads, most: () => most };
  }
  const SEGMENTS = 12;
  const filled = async (store: SegmentStoreSpec): Promise<void> => {
    const writer = new SegmentBackend(store);
    for (let segment = 0; segment < SEGMENTS; segment++) {
      await writer.putMany(Array.from({ length: 1024 }, (_, row): StoredEntry => ({ id: `${segment}-${row}`, text: 'a note', metadata: null })));
    }
  };
  const idsOf = async (backend: SegmentBackend, eachPage: (page: number) => Promise<unknown> = () => Promise.resolve()): Promise<string[]> => {
    const found: string[] = [];
    let cursor: string | null = null;
    for (let page = 0; page === 0 || cursor !== null; page++) {
      const scanned = await backend.scan({ cursor });
      found.push(...scanned.items.map(({ id }) => id));
      ({ cursor } = scanned);
      await eachPage(page);
    }
    return found;
  };

  it('reads each segment once, several at the same time but no more than eight', async () => {
    const { store, reads, most } = slowStore();
    await filled(store);
    reads.length = 0;
    const found = await idsOf(new SegmentBackend(store));
    expect(new Set(found).size).toBe(SEGMENTS * 1024);
    expect([reads.length, new Set(reads).size, most()]).toEqual([1 + SEGMENTS, 1 + SEGMENTS, 8]);
  });

  it('finds all of them at once where the store can, then reads each once', async () => {
    const { store, reads } = slowStore();
    await filled(store);
    const asked: number[] = [];
    let open = 0;
    let most = 0;
    const findSegments: SegmentStoreSpec['findSegments'] = async (keys) => {
      asked.push(keys.length);
      const found = await store.readSegments(keys);
      return found.map((bytes) => bytes && (async () => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => { setImmediate(resolve); });
        open--;
        return bytes;
      }));
    };
    reads.length = 0;
    const backend = new SegmentBackend({ ...store, findSegments });
    expect(new Set(await idsOf(backend)).size).toBe(SEGMENTS * 1024);
    expect([asked, most, reads.length]).toEqual([[SEGMENTS], 8, 1 + SEGMENTS]);
    // Again: what was read once has to be found by its key.
    expect(new Set(await idsOf(backend)).size).toBe(SEGMENTS * 1024);
  });

  it('asks again for what was found and could not be read', async () => {
    const { store } = slowStore();
    await filled(store);
    const backend = new SegmentBackend({ ...store, findSegments: (keys) => Promise.resolve(keys.map(() => () => Promise.reject(new Error('gone')))) });
    expect(new Set(await idsOf(backend)).size).toBe(SEGMENTS * 1024);
  });

  it('gives the version it began with when another writer adds entries meanwhile', async () => {
    const { store } = slowStore();
    await filled(store);
    const other = new SegmentBackend(store);
    const found = await idsOf(new SegmentBackend(store), (page) => (page === 1 ? other.putMany([{ id: 'new', text: 'another note', metadata: null }]) : Promise.resolve()));
    expect([found.length, found.includes('new')]).toEqual([SEGMENTS * 1024, false]);
    expect(await other.count()).toBe(SEGMENTS * 1024 + 1);
  });

  it('says that it must be repeated when another writer has dropped what it needs', async () => {
    const { store } = slowStore();
    await filled(store);
    const other = new SegmentBackend(store);
    const last = Array.from({ length: 1024 }, (_, row) => `${SEGMENTS - 1}-${row}`);
    const scan = idsOf(new SegmentBackend(store), (page) => (page === 1 ? other.deleteMany(last) : Promise.resolve()));
    await expect(scan).rejects.toMatchObject({ code: 'memory', retryable: true });
  });

  it('is not the only one that another writer may overtake: a write then looks again', async () => {
    const { store } = slowStore();
    await filled(store);
    const other = new SegmentBackend(store);
    await other.putMany([{ id: 'tail', text: 'a note', metadata: null }]);
    let overtaken = false;
    const backend = new SegmentBackend({
      ...store,
      async readSegments(keys, options) {
        if (!overtaken && keys[0] !== 'manifest') {
          overtaken = true;
          // Writes the last segment anew, which drops the one that is about to be read.
          await other.putMany([{ id: 'other', text: 'a note', metadata: null }]);
        }
        return store.readSegments(keys, options);
      },
    });
    await backend.putMany([{ id: 'ours', text: 'a note', metadata: null }]);
    const found = await new SegmentBackend(store).getMany(['tail', 'other', 'ours']);
    expect(found.map((entry) => entry?.id)).toEqual(['tail', 'other', 'ours']);
  });

  it('finds entries by id after it as before it', async () => {
    const { store, reads } = slowStore();
    await filled(store);
    const backend = new SegmentBackend(store);
    await idsOf(backend);
    reads.length = 0;
    expect((await backend.getMany(['11-1023', 'none', '0-0'])).map((entry) => entry?.id ?? null)).toEqual(['11-1023', null, '0-0']);
    // The manifest, and the one segment that is not at hand any more.
    expect(reads).toHaveLength(2);
  });
});
