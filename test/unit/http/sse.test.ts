import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseFormatError } from '../../../src/base/error-classes.ts';
import { SseDecoder } from '../../../src/http/index.ts';

function decode(chunks: readonly Uint8Array[], limit?: number): [string, string][] {
  const events: [string, string][] = [];
  const decoder = new SseDecoder((data, event) => events.push([event, data]), limit);
  for (const chunk of chunks) decoder.push(chunk);
  decoder.end();
  return events;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The bytes in pieces of the given sizes, the last one taking the rest. */
function split(data: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(data.slice(at, at + size));
    at += size;
  }
  return [...chunks, data.slice(at)];
}

describe('SseDecoder', () => {
  it('events written in any line-end style, cut anywhere, come out as they went in', () => {
    const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll(/[\r\n]/g, ' '));
    const event = fc.record({
      name: fc.constantFrom('', 'message', 'ping'), lines: fc.array(text, { minLength: 1, maxLength: 3 }), space: fc.boolean(), comment: fc.boolean(),
    });
    fc.assert(fc.property(
      fc.array(event, { maxLength: 5 }), fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(7), { maxLength: 40 }), fc.boolean(),
      (events, end, sizes, terminated) => {
        let wire = events.map(({ name, lines, space, comment }) => [
          ...(comment ? [': keep-alive'] : []), ...(name ? [`event:${space ? ' ' : ''}${name}`] : []),
          // A leading space of the value itself must be protected by the optional one.
          ...lines.map((line) => `data:${space || line.startsWith(' ') ? ' ' : ''}${line}`), '', '',
        ].join(end)).join('');
        if (!terminated) wire = wire.slice(0, wire.length - 2 * end.length);
        const expected = events.map(({ name, lines }) => [name, lines.join('\n')]);
        // An unterminated stream of no events and one whose last line is cut to nothing are the same bytes.
        expect(decode(split(bytes(wire), sizes))).toEqual(expected);
      },
    ));
  });

  it('a byte order mark, ids, retry times and unknown fields are skipped', () => {
    expect(decode([bytes('\uFEFFid: 1\nretry: 5\nfoo\ndata: a\nbar: b\n\n')])).toEqual([['', 'a']]);
  });

  it('an event longer than the limit is refused while it comes', () => {
    const decoder = new SseDecoder(() => undefined, 100);
    decoder.push(bytes('data: '));
    expect(() => { for (let i = 0; i < 100; i++) decoder.push(bytes('xxxxxxxxxx')); }).toThrow(ResponseFormatError);
  });
});
