import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chunkDocument, parseHtml, parseMarkdown, parseText, sourceSpan, type Chunk, type ChunkOptions, type SourceDocument,
} from '../../../src/memory/documents/index.ts';

const PIECES = [
  'word', 'a', 'Sentence one. ', 'Is it? ', 'Ja! ', '\n', '\r\n', '\r', '\n\n', '\r\n\r\n', ' ', '\t', '\u00a0', '# Title\n', '\n## Sub #\n',
  'Under\n=====\n', 'Low\r\n---\r\n', '```js\n', '```\n', '~~~\n', '- item\n', '| a | b |\n', '😀', '👩‍👩‍👧‍👦', '🇩🇪🇫🇷', 'é', 'e\u0301', '漢字。', '日本語！', '\ud800',
  '\udc00', '---\n', '<b>', '</p>', '&amp;', 'x'.repeat(40), '.'.repeat(20), '\ufeff', '<script>1<2</script>', '<!--', '-->', '<h2>', '</h2>',
];
const source = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 60 }).map((parts) => parts.join(''));
const size = fc.record({ maxLength: fc.integer({ min: 2, max: 80 }), part: fc.double({ min: 0, max: 0.9, noNaN: true }) })
  .map(({ maxLength, part }): ChunkOptions => ({ maxLength, overlap: Math.floor(maxLength * part) }));

function checkChunks(document: SourceDocument, chunks: readonly Chunk[], maxLength: number): void {
  let covered = 0;
  chunks.forEach((chunk, i) => {
    expect(chunk.index).toBe(i);
    expect(document.text.slice(chunk.start, chunk.end)).toBe(chunk.text);
    expect(chunk.text.length).toBeLessThanOrEqual(maxLength);
    expect(chunk.text.trim()).not.toBe('');
    expect(sourceSpan(document, chunk.start, chunk.end)).toEqual({ start: chunk.sourceStart, end: chunk.sourceEnd });
    // What lies between two passages is white space only.
    if (chunk.start > covered) expect(document.text.slice(covered, chunk.start).trim()).toBe('');
    expect(chunk.end).toBeGreaterThan(covered);
    covered = chunk.end;
  });
  expect(document.text.slice(covered).trim()).toBe('');
}

function tornPairs(text: string): number {
  let torn = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00 && i + 1 === text.length) torn++;
    if (unit >= 0xdc00 && unit < 0xe000 && i === 0) torn++;
  }
  return torn;
}

describe.each([['text', parseText], ['markdown', parseMarkdown], ['html', parseHtml]] as const)('%s', (kind, parse) => {
  it('is cut into exact, short, gapless passages whatever it holds', () => {
    fc.assert(fc.property(source, size, (text, options) => {
      const document = parse(text);
      if (kind !== 'html') expect(document.text).toBe(text);
      checkChunks(document, chunkDocument(document, options), options.maxLength as number);
    }), { numRuns: 1000 });
  });

  it('never has a surrogate pair torn by a cut', () => {
    const wellFormed = fc.array(fc.constantFrom('😀', 'a', '👩‍👧', '𝟙', ' ', '\n', '🇩🇪'), { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(fc.property(wellFormed, fc.integer({ min: 2, max: 9 }), (text, maxLength) => {
      for (const chunk of chunkDocument(parse(text), { maxLength, overlap: 1 })) expect(tornPairs(chunk.text)).toBe(0);
    }), { numRuns: 300 });
  });

  it('takes time in proportion to its length on hostile input', () => {
    const hostile = ['.', ' ', '<', '&', '<a ', '<a =', '</', '<!--', '#', '# ', '\n#', '```\n', '<b><i>', "<a b='", '<title>', '<script>', 'x', '\r', '🇩', '<h1>', '&#1', '\u0301', '<template>', '-\n'];
    const slow = hostile.filter((unit) => {
      const text = unit.repeat(Math.ceil(200_000 / unit.length));
      const started = performance.now();
      chunkDocument(parse(text), { maxLength: 1000, overlap: 100 });
      return performance.now() - started > 5000;
    });
    expect(slow).toEqual([]);
  });
});

describe('chunkDocument', () => {
  it('keeps sections together that fit and names the headings above each passage', () => {
    const text = '# Guide\n\nIntro text.\n\n## Install\n\nRun npm.\n\n### Linux\n\nUse apt. ' + 'Long text here. '.repeat(10) + '\n\n## Use\n\nCall it.\n';
    const chunks = chunkDocument(parseMarkdown(text), { maxLength: 100, overlap: 0 });
    expect(chunks.map((chunk) => chunk.headingPath)).toEqual([
      ['Guide'], ['Guide', 'Install'], ['Guide', 'Install', 'Linux'], ['Guide', 'Install', 'Linux'], ['Guide', 'Use'],
    ]);
    expect(chunks[0]?.text).toBe('# Guide\n\nIntro text.');
    expect(chunks[4]?.text).toBe('## Use\n\nCall it.');
  });

  it('cuts between sentences when a paragraph is too long and repeats whole sentences as overlap', () => {
    const text = 'First sentence is here. Second one follows it! "Third, in quotes." Fourth ends.';
    const chunks = chunkDocument(parseText(text), { maxLength: 50, overlap: 0 });
    expect(chunks.map((chunk) => chunk.text)).toEqual(['First sentence is here. Second one follows it!', '"Third, in quotes." Fourth ends.']);
    const overlapped = chunkDocument(parseText(text), { maxLength: 60, overlap: 25 });
    expect(overlapped[1]?.text.startsWith('Second one follows it!')).toBe(true);
  });

  it('measures with the given function', () => {
    const measure = (text: string): number => text.split(/\s+/).filter(Boolean).length;
    const text = Array.from({ length: 100 }, (_, i) => `w${i}`).join(' ');
    const chunks = chunkDocument(parseText(text), { maxLength: 12, overlap: 3, measure });
    for (const chunk of chunks) expect(measure(chunk.text)).toBeLessThanOrEqual(12);
    expect(chunks.length).toBeGreaterThanOrEqual(9);
    expect(chunks.length).toBeLessThanOrEqual(12);
  });

  it('rejects an overlap that leaves no progress', () => {
    expect(() => chunkDocument(parseText('x'), { maxLength: 10, overlap: 10 })).toThrow(/overlap/);
    expect(() => chunkDocument(parseText('x'), { maxLength: 1, overlap: 0 })).toThrow(/'maxLength' is less/);
  });
});

describe('parseMarkdown', () => {
  it('sees headings of both kinds and none inside code or front matter', () => {
    const text = '---\ntitle: x\n# no\n---\n# One #\nTwo\r\n===\r\n```sh\n# comment\n```\n~~~~\n## no\n~~~\n~~~~\n    # indented\n\n## C#\n- list\n---\n';
    expect(parseMarkdown(text).headings).toEqual([
      { level: 1, title: 'One', start: text.indexOf('# One') }, { level: 1, title: 'Two', start: text.indexOf('Two') },
      { level: 2, title: 'C#', start: text.indexOf('## C#') },
    ]);
  });

  it('keeps a code block in one passage when it fits', () => {
    const code = '```\nlet a = 1;\n\nlet b = 2;\n```';
    const chunks = chunkDocument(parseMarkdown(`${'Some words. '.repeat(5)}\n\n${code}\n\n${'More words. '.repeat(5)}`), { maxLength: 70, overlap: 0 });
    expect(chunks.map((chunk) => chunk.text)).toContain(code);
  });
});

describe('parseHtml', () => {
  it('gives the visible text with blocks, folded space and decoded references', () => {
    const html = '<!doctype html><html><head><title>A &amp; B</title><style>p{}</style><script>if (a<b) alert("</p>")</script></head>'
      + '<body>\n <h1>Head  <em>line</em></h1>\n<p>One\n  two<br>three &copy; &#x1F600; &notanentity; a < b</p><!-- no --><ul><li>x</li><li>y</li></ul>'
      + '<pre>\n  keep\n    this</pre><template><p>hidden</p></template><p title="a > b">end</p></body></html>';
    const document = parseHtml(html);
    expect(document.title).toBe('A & B');
    expect(document.text).toBe('Head line\n\nOne two\nthree © 😀 &notanentity; a < b\n\nx\ny\n\n  keep\n    this\n\nend');
    expect(document.headings).toEqual([{ level: 1, title: 'Head line', start: 0 }]);
  });

  it('maps every visible word back to the place where it is written', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const markup = fc.constantFrom(' ', '  \n', '<b>', '</b>', '<p>', '</p>', '<div class="x y">', '</div>', '<br>', '<!-- c -->', '&amp;', '&nbsp;', '<td>', '<pre>', '</pre>', '<script>var skipped;</script>', '&#65;');
    fc.assert(fc.property(fc.array(fc.tuple(markup, word), { minLength: 1, maxLength: 30 }), (pairs) => {
      const html = pairs.map(([tag, text], i) => `${tag}${text}${i}q`).join('');
      const document = parseHtml(html);
      pairs.forEach(([, text], i) => {
        const wanted = `${text}${i}q`;
        for (let at = document.text.indexOf(wanted); at >= 0; at = document.text.indexOf(wanted, at + 1)) {
          const span = sourceSpan(document, at, at + wanted.length);
          expect(html.slice(span.start, span.end)).toBe(wanted);
        }
        expect(document.text).toContain(wanted);
      });
    }), { numRuns: 500 });
  });

  it('maps a decoded reference to all of its source', () => {
    const html = '<p>x &hellip;&#128512;y</p>';
    const document = parseHtml(html);
    expect(document.text).toBe('x …😀y');
    const span = (start: number, end: number): string => {
      const { start: from, end: to } = sourceSpan(document, start, end);
      return html.slice(from, to);
    };
    expect(span(2, 3)).toBe('&hellip;');
    expect(span(3, 5)).toBe('&#128512;');
    expect(span(0, 6)).toBe('x &hellip;&#128512;y');
  });
});
