import type { SegmentStoreSpec } from '../../src/spec/memory.ts';

/** Turns one bit in the middle of a stored segment. */
export async function damageSegment(store: SegmentStoreSpec): Promise<void> {
  const [key = ''] = (await store.listSegments()).filter((name) => name.startsWith('segment-'));
  const [bytes] = await store.readSegments([key]) as [Uint8Array];
  await store.writeSegments([{ key, bytes: bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte)) }]);
  await store.close?.();
}
