import { describe, expect, it } from 'vitest';
import { Memory } from '../../../src/memory/index.ts';
import { createOpfsMemory, createOpfsSegments } from '../../../src/platform/browser/index.ts';
import type { StoredEntry } from '../../../src/spec/memory.ts';
import { memoryBackendSuite } from '../../../src/testing/index.ts';
import { damageSegment } from '../../helpers/damage-segment.ts';
import { badInputSuite } from '../../helpers/memory-bad-input.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

let directories = 0;
let current = '';
const fresh = (): string => (current = `memory-test-${Date.now()}-${directories++}`);

describe('a memory in the private file system', () => {
  memoryBackendSuite(createTestApi((name, run) => it(name, run)), {
    create: () => Promise.resolve(createOpfsMemory({ directory: fresh() })),
    reopen: () => Promise.resolve(createOpfsMemory({ directory: current })),
    damage: () => damageSegment(createOpfsSegments({ directory: current })),
    cleanUp: async () => (await navigator.storage.getDirectory()).removeEntry(current, { recursive: true }),
  });

  badInputSuite(createTestApi((name, run) => it(name, run)), {
    create: () => Promise.resolve(createOpfsMemory({ directory: fresh() })),
    reopen: () => Promise.resolve(createOpfsMemory({ directory: current })),
  });

  it('takes a file that was made but never written for none, and drops what a crash left behind', async () => {
    const directory = fresh();
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(directory, { create: true });
    for (const name of ['manifest', 'segment-begun']) await folder.getFileHandle(name, { create: true });
    const writer = await (await folder.getFileHandle('segment-lost', { create: true })).createWritable();
    await writer.write('written, but listed nowhere');
    await writer.close();
    const memory = new Memory(undefined, createOpfsMemory({ directory }));
    expect(await memory.count()).toBe(0);
    await memory.add('a', 'the first');
    expect(await new Memory(undefined, createOpfsMemory({ directory })).count()).toBe(1);
    const keys = await createOpfsSegments({ directory }).listSegments();
    expect(keys.filter((key) => key === 'segment-begun' || key === 'segment-lost')).toEqual([]);
    expect(keys).toHaveLength(2);
  });

  it('has everything after a browser was killed while it replaced the list of segments, also when it is killed again', async () => {
    const directory = fresh();
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(directory, { create: true });
    const entry = (i: number): StoredEntry => ({ id: `n${i}`, text: `note ${i}`, metadata: null });
    await createOpfsMemory({ directory }).putMany([entry(0), entry(1)]);
    for (let i = 2; i < 6; i++) {
      // What Chromium leaves: nothing where the file was.
      await folder.removeEntry('manifest');
      expect(await createOpfsMemory({ directory }).count()).toBe(i);
      await createOpfsMemory({ directory }).putMany([entry(i)]);
      // Killed while it wrote the copy.
      await folder.removeEntry('manifest.copy');
      expect(await createOpfsMemory({ directory }).count()).toBe(i + 1);
      await createOpfsMemory({ directory }).deleteMany([`none-${i}`, 'n0']);
      await createOpfsMemory({ directory }).putMany([entry(0)]);
    }
  });

  it('is never empty for one tab because another is writing', async () => {
    const directory = fresh();
    const [writer, reader] = [createOpfsMemory({ directory }), createOpfsMemory({ directory })];
    const entry = (i: number): StoredEntry => ({ id: `n${i}`, text: `note ${i}`, metadata: null });
    await writer.putMany([entry(0)]);
    let writing = true;
    const adding = (async () => {
      for (let i = 1; i < 60; i++) await writer.putMany([entry(i)]);
      writing = false;
    })();
    const seen: number[] = [];
    while (writing) seen.push(await reader.count());
    await adding;
    expect(seen[0]).toBeGreaterThan(0);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(10);
  });

  it('finds after a reload what was added before it, and tells damage from absence', async () => {
    const directory = fresh();
    await new Memory(undefined, createOpfsMemory({ directory })).addMany(
      Array.from({ length: 1100 }, (_, i) => ({ id: `n${i}`, text: `note ${i} about ${i === 1050 ? 'pangolins' : 'nothing'}` })));
    const again = new Memory(undefined, createOpfsMemory({ directory }));
    expect((await again.search('pangolin', 1))[0]?.id).toBe('n1050');
    const store = createOpfsSegments({ directory });
    const [key] = (await store.listSegments()).filter((name) => name.startsWith('segment-'));
    await store.writeSegments([{ key: key as string, bytes: new Uint8Array([1, 2, 3]) }]);
    await expect(new Memory(undefined, createOpfsMemory({ directory })).count()).rejects.toMatchObject({ code: 'memory.corrupt' });
  });
});
