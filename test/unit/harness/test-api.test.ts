import { deepStrictEqual } from 'node:assert';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepEqual } from '../../portable/harness/deep-equal.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

const api = createTestApi((_name, run) => void run());

describe('deepEqual of the portable harness', () => {
  const value = fc.anything({
    withBigInt: true, withDate: true, withSet: true, withTypedArray: true, withNullPrototype: false, withBoxedValues: false,
  });

  it('finds every structured clone equal to its original', () => {
    fc.assert(fc.property(value, (original) => {
      expect(deepEqual(structuredClone(original), original)).toBe(null);
    }));
  });

  it('agrees with node:assert about two values that may differ', () => {
    // Small alphabets, so that equal pairs occur as well.
    const small = fc.letrec((tie) => ({
      any: fc.oneof(
        fc.constantFrom(0, -0, Number.NaN, 'a', null, undefined, true, 1n),
        fc.array(tie('any'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'b'), tie('any'), { maxKeys: 2, noNullPrototype: true }),
        fc.array(fc.tuple(fc.constantFrom('a', 'b'), tie('any')), { maxLength: 2 }).map((pairs) => new Map(pairs)),
        fc.array(fc.constantFrom('a', 1, null), { maxLength: 2 }).map((items) => new Set(items)),
        fc.uint8Array({ max: 1, maxLength: 2 }),
        fc.constantFrom(0, 1).map((ms) => new Date(ms)),
      ),
    })).any;
    fc.assert(fc.property(small, small, (a, b) => {
      expect(deepEqual(a, b) === null).toBe(strictlyEqual(a, b));
    }), { numRuns: 2_000 });
  });

  it.each<[string, unknown, unknown, string]>([
    ['a field', { a: { b: 1 } }, { a: { b: 2 } }, '.a.b'],
    ['a missing field', { a: 1 }, {}, '.a'],
    ['a field that is undefined on one side only', {}, { a: undefined }, '.a'],
    ['the length of an array', [1], [1, 2], '.1'],
    ['a map entry', new Map([['k', 1]]), new Map([['k', 2]]), '<k>'],
    ['the kind of an error', new TypeError('x'), new Error('x'), ''],
    ['its message', new Error('x'), new Error('y'), ''],
  ])('names where %s differs', (_what, a, b, path) => {
    expect(deepEqual(a, b)).toBe(path);
  });
});

describe('the assertions of the portable harness', () => {
  it.each<[string, () => unknown]>([
    ['ok of a falsy value', () => api.ok(0)],
    ['equal of 0 and -0', () => api.equal(0, -0)],
    ['deepEqual of two lists', () => api.deepEqual([1], [2])],
    ['throws of a function that returns', () => api.throws(() => 1)],
    ['throws with another class', () => api.throws(() => { throw new Error('x'); }, TypeError)],
    ['throws with another message', () => api.throws(() => { throw new Error('x'); }, /y/)],
    ['throws with the class but another message', () => api.throws(() => { throw new TypeError('x'); }, { type: TypeError, message: /y/ })],
  ])('%s fails', (_what, run) => {
    expect(run).toThrow();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a fulfilled promise', () => api.rejects(Promise.resolve(1))],
    ['another class', () => api.rejects(() => Promise.reject(new Error('x')), TypeError)],
  ])('rejects with %s fails', async (_what, run) => {
    await expect(run()).rejects.toThrow();
  });

  it('throws and rejects give the error back', async () => {
    const error = new RangeError('too far');
    expect(api.throws(() => { throw error; }, RangeError)).toBe(error);
    expect(await api.rejects(Promise.reject(error), { type: RangeError, message: /far/ })).toBe(error);
  });
});

function strictlyEqual(a: unknown, b: unknown): boolean {
  try {
    deepStrictEqual(a, b);
    return true;
  } catch {
    return false;
  }
}
