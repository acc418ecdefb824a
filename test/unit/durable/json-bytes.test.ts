import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeJson, encodeJson } from '../../../src/base/json-codec.ts';
import { SerializationError } from '../../../src/base/error-classes.ts';
import { ByteList } from '../../../src/durable/byte-list.ts';
import { JsonBytes } from '../../../src/durable/json-bytes.ts';

const utf8 = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
const writeJson = (value: unknown, path: string): string => utf8(new JsonBytes().value(value, path).from(0));

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

it('writes whole numbers, text and pieces once more, however much has been written before', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(0, 9, 10, 99, 100, 999_999_999, 1e9, 4_294_967_295, 4_294_967_296)), { minLength: 1, maxLength: 300 }), (numbers) => {
    const json = new JsonBytes();
    let expected = '';
    for (const number of numbers) {
      const { size } = json;
      json.text('<').number(number);
      json.again(size, json.size).text('>');
      expected += `<${number}<${number}>`;
    }
    expect(utf8(json.from(0))).toBe(expected);
  }));
});

it('goes on behind what could not be written plainly', () => {
  const json = new JsonBytes().text('[').value({ a: [1, { when: new Date(5) }] }, 'e').text(',').value({ b: 'ü' }, 'e').text(']');
  expect(utf8(json.from(0))).toBe(`[${encodeJson({ a: [1, { when: new Date(5) }] })},{"b":"ü"}]`);
});

it('keeps pieces of bytes of any length, apart from who gave them', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 900 }), { maxLength: 60 }), fc.nat(60), (pieces, cleared) => {
    const list = new ByteList();
    for (const [i, piece] of pieces.entries()) {
      if (i === cleared) list.clear();
      if (i % 7 === 0) list.trim();
      const given = piece.slice();
      list.push(given);
      given.fill(0);
    }
    const kept = pieces.slice(cleared < pieces.length ? cleared : 0);
    expect(list.length).toBe(kept.length);
    expect(list.list()).toEqual(kept);
    expect(kept.map((_, i) => list.at(i))).toEqual(kept);
  }));
});
