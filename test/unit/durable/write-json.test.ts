import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeJson, encodeJson } from '../../../src/base/json-codec.ts';
import { SerializationError } from '../../../src/base/error-classes.ts';
import { toUtf8, writeJson } from '../../../src/durable/write-json.ts';

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('$', '__proto__', 'a"b\\c', '\u0000\u001f', '\ud800', '😀'));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    text, fc.double(), fc.integer(), fc.boolean(), fc.constantFrom(null, undefined, -0, 10n), fc.date(), fc.uint8Array({ maxLength: 4 }),
    fc.array(tie('any'), { maxLength: 4 }), fc.dictionary(text, tie('any'), { maxKeys: 4 }),
  ),
})).any;

it('writes what the codec writes, for every value that can be stored', () => {
  fc.assert(fc.property(value, (one) => {
    const written = writeJson(one, 'value');
    expect(written).toBe(encodeJson(one, 'value'));
    expect(decodeJson(written)).toEqual(decodeJson(encodeJson(one, 'value')));
  }), { numRuns: 3000 });
});

it('refuses what cannot be stored, naming its place', () => {
  for (const [one, path] of [[{ a: { b: () => 1 } }, 'e.a.b'], [[new URL('http://x')], 'e.0'], [{ a: Symbol('s') }, 'e.a']] as const) {
    expect(() => writeJson(one, 'e')).toThrow(expect.objectContaining({ name: 'SerializationError', path }) as Error);
  }
  let deep: unknown = 1;
  for (let i = 0; i < 100; i++) deep = [deep];
  expect(() => writeJson(deep, 'e')).toThrow(SerializationError);
});

it('gives the bytes of UTF-8, whatever the length', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (one) => { expect(toUtf8(one)).toEqual(new TextEncoder().encode(one)); }));
});
