import { createHash } from 'node:crypto';
import { array, assert, property, uint8Array } from 'fast-check';
import { expect, it } from 'vitest';
import { Sha256 } from '../../../src/local/sha256.ts';

it('is the hash of the host, however the bytes are cut', () => {
  assert(property(array(uint8Array({ maxLength: 200 }), { maxLength: 8 }), (pieces) => {
    const hash = new Sha256();
    const expected = createHash('sha256');
    for (const piece of pieces) {
      hash.update(piece);
      expected.update(piece);
    }
    expect(hash.hex()).toBe(expected.digest('hex'));
  }), { numRuns: 500 });
});
