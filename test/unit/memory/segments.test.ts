import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSegment, encodeSegment } from '../../../src/memory/segments/segment-codec.ts';
import { xxh32 } from '../../../src/memory/segments/xxh32.ts';

describe('xxh32', () => {
  // Published vectors of the algorithm (seed 0).
  it.each([
    ['', 0x02cc5d05], ['a', 0x550d7456], ['abc', 0x32d153ff], ['Nobody inspects the spammish repetition', 0xe2293b2f],
  ])('of %j is right', (text, expected) => {
    expect(xxh32(new TextEncoder().encode(text))).toBe(expected);
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
