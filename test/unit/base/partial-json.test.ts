import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartialJson } from '../../../src/base/partial-json.ts';

/** Every string of `part` is a prefix of its counterpart, every array and object has no more than its counterpart. */
function isPrefix(part: unknown, whole: unknown): boolean {
  if (typeof part === 'string') return typeof whole === 'string' && whole.startsWith(part);
  if (Array.isArray(part)) return Array.isArray(whole) && part.length <= whole.length && part.every((item, i) => isPrefix(item, whole[i]));
  if (typeof part === 'object' && part !== null) {
    return Object.entries(part).every(([key, value]) => isPrefix(value, (whole as Record<string, unknown>)[key]));
  }
  return Object.is(part, whole) || part === undefined;
}

const safe = (text: string): boolean => !/"(?:__proto__|constructor|prototype)"/.test(text);

describe('PartialJson', () => {
  it('any JSON in any pieces grows towards its value and ends as it', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 6 }).filter(safe), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }), fc.nat(3), (text, sizes, indent) => {
      const whole: unknown = JSON.parse(text);
      const wire = `${JSON.stringify(whole, null, indent)} `;
      const parser = new PartialJson();
      for (let at = 0, i = 0; at < wire.length; at += sizes[i++ % sizes.length]!) {
        parser.push(wire.slice(at, at + sizes[i % sizes.length]!));
        expect(isPrefix(parser.value, whole)).toBe(true);
      }
    }));
    fc.assert(fc.property(fc.json().filter(safe), (text) => {
      const parser = new PartialJson();
      for (const char of `${text} `) parser.push(char);
      expect([parser.failed, parser.complete]).toEqual([false, true]);
      expect(parser.value).toEqual(JSON.parse(text));
    }));
  });

  it('text that JSON.parse refuses is never read as complete', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('{', '}', '[', ']', '"a"', ':', ',', '1', 'true', '-', '\\', '"', ' ', '{"a":', 'nul'), { maxLength: 12 }), (tokens) => {
      const text = tokens.join('');
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      const parser = new PartialJson();
      parser.push(`${text} `);
      expect(parser.complete && !parser.failed).toBe(valid);
    }), { numRuns: 2000 });
  });

  it('escapes split between pieces are read, wrong ones refused', () => {
    const parser = new PartialJson();
    for (const piece of ['{"a":"x\\', 'u00', 'e9\\', 'n"', '}']) parser.push(piece);
    expect(parser.value).toEqual({ a: 'xé\n' });
    const wrong = new PartialJson();
    wrong.push('{"a":"\\u00zz"}');
    expect(wrong.failed).toBe(true);
  });

  it('keys that reach the prototype and nesting beyond 64 are refused', () => {
    const proto = new PartialJson();
    proto.push('{"a":{"__proto__":{"polluted":1}}}');
    expect(proto.failed).toBe(true);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    const deep = new PartialJson();
    deep.push('['.repeat(100));
    expect(deep.failed).toBe(true);
  });
});
