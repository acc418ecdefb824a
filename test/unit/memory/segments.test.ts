import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import xxhash from 'xxhash-wasm';
import { SegmentBackend } from '../../../src/memory/segments/index.ts';
import { decodeSegment, encodeSegment } from '../../../src/memory/segments/segment-codec.ts';
import { checksum } from '../../../src/memory/segments/checksum.ts';
import type { SegmentStoreSpec, StoredEntry } from '../../../src/spec/memory.ts';

describe('the checksum', () => {
  it('is that of XXH32 over the words of the four quarters in turn', async () => {
    const { h32Raw } = await xxhash();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(7), (bytes, shift) => {
      const quarter = bytes.length >> 4;
      const woven = bytes.slice();
      for (let word = 0; word < quarter * 4; word++) woven.set(bytes.subarray(word * 4, word * 4 + 4), ((word % quarter) * 4 + Math.floor(word / quarter)) * 4);
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      expect(checksum(moved.subarray(shift))).toBe(h32Raw(woven));
    }), { numRuns: 1000 });
  });
});

describe('a segment', () => {
  it('gives back what went in, wherever its bytes lie in a buffer', () => {
    const entry = fc.record({ id: fc.string({ unit: 'grapheme', minLength: 1 }), text: fc.string({ unit: 'grapheme' }), metadata: fc.option(fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.jsonValue())), n: fc.option(fc.integer(), { nil: undefined }) });
    fc.assert(fc.property(fc.array(fc.tuple(entry, fc.boolean()), { maxLength: 20 }), fc.nat(7), (pairs, shift) => {
      const entries = pairs.map(([fields, withVector], i) => (
        { ...(JSON.parse(JSON.stringify(fields)) as typeof fields), ...(withVector ? { vector: Float32Array.from([i + 1, -i, 0.5]) } : {}) }));
      const bytes = encodeSegment(entries, 3);
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      expect(decodeSegment(moved.subarray(shift), 's').map(({ vector, ...rest }) => (vector === undefined ? rest : { ...rest, vector: Array.from(vector) })))
        .toEqual(entries.map(({ vector, ...rest }: { vector?: Float32Array }) => (vector === undefined ? rest : { ...rest, vector: Array.from(vector) })));
    }), { numRuns: 300 });
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
  const SEGMENTS = 9;
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

  it('reads each segment once, several at the same time but no more than four', async () => {
    const { store, reads, most } = slowStore();
    await filled(store);
    reads.length = 0;
    const found = await idsOf(new SegmentBackend(store));
    expect(new Set(found).size).toBe(SEGMENTS * 1024);
    expect([reads.length, new Set(reads).size, most()]).toEqual([1 + SEGMENTS, 1 + SEGMENTS, 4]);
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

  it('finds entries by id after it as before it', async () => {
    const { store, reads } = slowStore();
    await filled(store);
    const backend = new SegmentBackend(store);
    await idsOf(backend);
    reads.length = 0;
    expect((await backend.getMany(['8-1023', 'none', '0-0'])).map((entry) => entry?.id ?? null)).toEqual(['8-1023', null, '0-0']);
    // The manifest, and the one segment that is not at hand any more.
    expect(reads).toHaveLength(2);
  });
});
