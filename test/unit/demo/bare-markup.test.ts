import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bareMarkup, structureTags } from '../../../examples/browser-rag/src/bare-markup.ts';

/** Everything that is left of markup: a known tag, bare or with the first number of a list. */
const LEFT = new RegExp(`^</?(${structureTags.join('|')})( start="\\d{1,6}")?>`, 'i');

const piece = fc.oneof(
  fc.string(), fc.constantFrom(
    '<', '>', '</', '<!--', '-->', '<script>', '</script>', '<ScRiPt ', 'alert(1)', '<img src=x onerror=alert(1)', '"', "'", '=', '/>', '<p>', '</p>',
    '<p onclick="a>b"', '<svg/onload=x>', '<a href="javascript:x">', '<style', '</style >', '<!doctype html>', '<![CDATA[', '<ol start="7">', '&lt;',
    '<b\n', '<math><mi//xlink:href="x">', '<textarea>', '\0', '<p/><x-y>', '<p-x onload=1>', '<h1', '<ul start="1"onload=x>',
  ),
);

describe('bare markup', () => {
  it('whatever comes in, every "<" that is left begins a known tag without attributes', () => {
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const bare = bareMarkup(pieces.join(''));
      for (let at = bare.indexOf('<'); at >= 0; at = bare.indexOf('<', at + 1)) expect(bare.slice(at)).toMatch(LEFT);
    }), { numRuns: 2000 });
  });

  it('text without markup stays as it is', () => {
    fc.assert(fc.property(fc.string().filter((text) => !text.includes('<')), (text) => {
      expect(bareMarkup(text)).toBe(text);
    }));
  });

  it('structure stays; scripts, styles, comments, attributes and unknown elements go, the text in these stays', () => {
    expect(bareMarkup('<h1 id="x">A</h1><!-- no --><script>no()</script><p style="x">B <a href="y">C</a> <svg><text>D</text></svg></p><STYLE>no'))
      .toBe('<h1>A</h1><p>B C D</p>');
  });

  it('a list keeps its first number, and a comparison its sign', () => {
    expect(bareMarkup('<ol start="4"><li>x</li></ol> a < b, c <d')).toBe('<ol start="4"><li>x</li></ol> a &lt; b, c &lt;d');
  });

  it('many ends that are missing take no more than linear time', () => {
    const started = performance.now();
    for (const open of ['<!--', '<script>', '<p ', '<', '<textarea ', '</style']) bareMarkup(open.repeat(20_000));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
