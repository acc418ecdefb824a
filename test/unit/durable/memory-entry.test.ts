import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteList } from '../../../src/durable/byte-list.ts';
import { type Entry, entryOf, headOf, layDown } from '../../../src/durable/memory-entry.ts';

const time = fc.integer({ min: 0, max: 4e12 });
const bytes = fc.uint8Array({ maxLength: 80 });
const name = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('naïve', '注文', '"\n\\'));

const entry = fc.record({
  place: fc.nat(), workflow: name, version: fc.nat(), streamSeq: fc.nat(), createdAt: time, updatedAt: time, inputSeq: fc.nat(), lastCommit: name,
  status: fc.constantFrom('waiting', 'paused', 'completed'), wakeAt: fc.option(time), base: bytes,
  deltas: fc.array(bytes, { maxLength: 4 }), items: fc.array(bytes, { maxLength: 4 }), used: fc.uniqueArray(name, { maxLength: 3 }),
}).map(({ used, deltas, items, wakeAt, ...head }): Entry => ({
  ...head, runId: 'run', fence: 0, owner: null, wakeAt, dueAt: wakeAt, deltas: listOf(deltas), items: listOf(items),
  inputs: new Map(used.map((id) => [id, null])),
}));

function listOf(pieces: readonly Uint8Array[]): ByteList {
  const list = new ByteList();
  for (const piece of pieces) list.push(piece);
  return list;
}

const plain = ({ deltas, items, inputs, ...rest }: Entry): object => ({ ...rest, deltas: deltas.list(), items: items.list(), inputs: [...inputs] });

it('is the same after it was laid down, whatever is in it', () => {
  fc.assert(fc.property(entry, (run) => {
    const asleep = layDown(run);
    expect(typeof asleep).toBe('string');
    expect(plain(entryOf('run', asleep))).toEqual(plain(run));
    const { base: _base, deltas: _deltas, items: _items, inputs: _inputs, ...head } = run;
    expect(headOf('run', asleep)).toEqual(head);
  }));
});

it('stays awake when it is large, or an input waits in it', () => {
  fc.assert(fc.property(entry, (run) => {
    const large = { ...run, base: new Uint8Array(4097) };
    expect(layDown(large)).toBe(large);
    run.inputs.set('waits', { seq: 1, data: new Uint8Array(1) });
    expect(layDown(run)).toBe(run);
  }));
});
