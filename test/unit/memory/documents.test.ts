import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBlazenError } from '../../../src/base/errors.ts';
import {
  chunkCode, chunkDocument, chunkSentences, chunkTokens, IngestError, parseCode, parseCsv, parseJson, parseJsonLines, parseText, sourceSpan,
  type Chunk, type SourceDocument,
} from '../../../src/memory/documents/index.ts';

/** The source of the place where a piece of the text stands. */
function sourceOf(document: SourceDocument, piece: string): string {
  const at = document.text.indexOf(piece);
  expect(at).toBeGreaterThanOrEqual(0);
  const { start, end } = sourceSpan(document, at, at + piece.length);
  return document.source.slice(start, end);
}

describe('parseCsv', () => {
  it('makes each row a block of named fields, and maps every field to its place', () => {
    const source = '\ufeffName,"Full ""Title""\nhere",Note\r\nAda,"Countess, of ""Lovelace""","first\r\nsecond"\r\n\r\nGrace,,"x"\r\nlonely\nA,B,C,D';
    const document = parseCsv(source);
    expect(document.text).toBe('Name: Ada\nFull "Title" here: Countess, of "Lovelace"\nNote: first\r\nsecond\n\nName: Grace\nNote: x\n\nName: lonely\n\n'
      + 'Name: A\nFull "Title" here: B\nNote: C\nColumn 4: D');
    expect(document.blocks.map((at) => document.text.slice(at, at + 7))).toEqual(['Name: A', 'Name: G', 'Name: l', 'Name: A']);
    expect(sourceOf(document, 'Countess, of')).toBe('Countess, of');
    expect(sourceOf(document, '"Lovelace"')).toBe('""Lovelace"""');
    expect(sourceOf(document, 'Full "Title" here: Countess, of "Lovelace"')).toBe('"Countess, of ""Lovelace"""');
    expect(sourceOf(document, 'Note: x')).toBe('"x"');
    expect(sourceOf(document, 'Name: Grace\nNote: x')).toBe('Grace,,"x"');
  });

  it('reads tables without a header row and with other delimiters', () => {
    expect(parseCsv('a\tb c\n1\t', { delimiter: '\t', header: false }).text).toBe('a\nb c\n\n1');
    expect(parseCsv('').text).toBe('');
    expect(parseCsv('only,a,header').text).toBe('');
  });

  it.each([
    ['a,b\n1,"open', 'Cannot read the CSV: there is a quote that is not closed in line 2, column 3'],
    ['a,b\n"x"y,2', 'Cannot read the CSV: there is text after a closing quote in line 2, column 4'],
  ])('refuses %j', (source, message) => {
    expect(() => parseCsv(source)).toThrow(expect.objectContaining({ message, reason: 'corrupt', code: 'ingest' }));
  });

  it('gives back every table it could have been written from', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\n', '\r', ' ', 'é', '😀'), maxLength: 6 });
    fc.assert(fc.property(fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 8 }), (rows) => {
      const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
      const source = `x,y\r\n${rows.map((row) => row.map(quote).join(',')).join('\r\n')}`;
      const document = parseCsv(source);
      const expected = rows.map(([x, y]) => [x.trim() === '' ? '' : `x: ${x}`, y.trim() === '' ? '' : `y: ${y}`].filter(Boolean).join('\n')).filter(Boolean);
      expect(document.text).toBe(expected.join('\n\n'));
      // What stands at each place is the value, with its quotes as they are written.
      let at = 0;
      for (const value of rows.flat().filter((text) => text.trim() !== '')) {
        at += document.text.startsWith('\n\n', at) ? 2 : document.text.startsWith('\n', at) ? 1 : 0;
        const { start, end } = sourceSpan(document, at, at + 3 + value.length);
        expect(source.slice(start, end)).toBe(quote(value));
        at += 3 + value.length;
      }
    }), { numRuns: 500 });
  });

  it('refuses a table whose names would make its text too long', () => {
    expect(() => parseCsv(`${'n'.repeat(5000)}\n${'x\n'.repeat(600_000)}`)).toThrow(expect.objectContaining({ reason: 'too_large' }));
  });
});

describe('parseJson', () => {
  const source = '{ "name": "blazen", "tags": ["a", "b\\n\\u00e9"],\n "author": { "name": "Ada \\"L\\"", "since": 1843, "x": {} },\n "ok": true, "none": null, "e": "",'
    + ' "people": [ {"id": 1, "at": {"city": "Oban"}}, {"id": 2} ] }';

  it('makes each value a line with its path, and named objects and arrays headings', () => {
    const document = parseJson(source);
    expect(document.text).toBe('name: blazen\n\ntags: a\ntags: b\né\n\nauthor.name: Ada "L"\nauthor.since: 1843\n\nok: true\nnone: null\n\n'
      + 'people.id: 1\npeople.at.city: Oban\n\npeople.id: 2');
    expect(document.headings.map(({ level, title }) => `${level} ${title}`)).toEqual(['1 tags', '1 author', '1 ok', '1 none', '1 people']);
    expect(document.headings.map(({ start }) => document.text.slice(start, start + 6))).toEqual(['tags: ', 'author', 'ok: tr', 'none: ', 'people']);
  });

  it('maps every value to its place, escapes and quotes included', () => {
    const document = parseJson(source);
    expect(sourceOf(document, 'name: blazen')).toBe('"name": "blazen"');
    expect(sourceOf(document, 'blaze')).toBe('blaze');
    expect(sourceOf(document, 'Ada "L"')).toBe('Ada \\"L\\""');
    expect(sourceOf(document, 'b\né')).toBe('b\\n\\u00e9"');
    expect(sourceOf(document, 'people.id: 1\npeople.at.city: Oban')).toBe('"id": 1, "at": {"city": "Oban"');
    expect(parseJson('"\\ud83d\\ude00x"').text).toBe('😀x');
    expect(parseJson('\ufeff [1, [2, {"a": 3}]] ').text).toBe('1\n\n2\na: 3');
  });

  it('reads JSON Lines, each line a block', () => {
    const document = parseJsonLines('{"a":1,"b":{"c":2}}\r\n\n{"a":"x"}\n7');
    expect(document.text).toBe('a: 1\nb.c: 2\n\na: x\n\n7');
    expect(document.blocks).toHaveLength(3);
    expect(sourceOf(document, 'a: x')).toBe('"a":"x"');
  });

  it.each([
    ['', 'a value is missing'], ['{"a":}', 'a value is missing'], ['{"a" 1}', "':' is missing"], ['{a:1}', 'a key is missing'], ['[1 2]', "']' is missing"],
    ['{"a":1,}', 'a key is missing'], ['[1,]', 'a value is missing'], ['"x', 'a text that is not closed'], ['"\\x"', 'an escape'], ['"\\u12"', 'an escape'],
    ['"a\nb"', 'a control character'], ['1 2', 'something after'], ['01', 'something after'], ['nul', 'a value is missing'], ['['.repeat(600), 'nested deeper'],
    ['[1', "']' is missing"], ['{"a":[1}', "']' is missing"], ["{'a':1}", 'a key is missing'], ['NaN', 'a value is missing'],
  ])('refuses %j', (text, message) => {
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ message: expect.stringContaining(message) as string, reason: 'corrupt' }));
  });

  it('says in which line of JSON Lines the fault is', () => {
    expect(() => parseJsonLines('{"a":1}\n{"a":\n{"a":2}')).toThrow(/^Cannot read the JSON Lines: a value is missing or is none in line 2, column 6$/);
  });

  it('accepts what JSON.parse accepts, refuses what it refuses, and keeps every value', () => {
    const text = fc.oneof(fc.json(), fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '"a"', '1', '-', '.', 'e', 'true', ' ', '\\', '\\u0041', '\n'), { maxLength: 12 }).map((parts) => parts.join('')));
    fc.assert(fc.property(text, (json) => {
      let value: unknown;
      let valid = true;
      try {
        value = JSON.parse(json);
      } catch {
        valid = false;
      }
      if (!valid) {
        expect(() => parseJson(json)).toThrow(IngestError);
        return;
      }
      const document = parseJson(json);
      const leaves = (item: unknown): string[] => (typeof item === 'object' && item !== null ? Object.values(item).flatMap(leaves) : [String(item)]);
      // A key that is there twice is read twice here; JSON.parse keeps the last.
      for (const leaf of leaves(value)) if (!/[eE.\d]/.test(leaf)) expect(document.text).toContain(leaf);
    }), { numRuns: 2000 });
  });
});

describe('parseCode', () => {
  it('finds declarations with their bodies and comments, and the members of classes', () => {
    const source = `import { a } from 'b';\n\nconst LIMIT = 3;\n\n// Says hello.\nexport function hello(name: string): string {\n  if (name) {\n    return name;\n  }\n\n  return '';\n}\n\n`
      + '/** A lamp. */\nexport class Lamp {\n  #oil = 1;\n\n  // Burns.\n  burn(): void {\n    this.#oil--;\n  }\n\n  get oil(): number {\n    return this.#oil;\n  }\n}\n\nconst last = 1;\n';
    const { headings, text } = parseCode(source);
    expect(text).toBe(source);
    expect(headings.map(({ level, title }) => `${level} ${title}`)).toEqual(['1 export function hello(name: string): string', '1 export class Lamp', '2 burn(): void', '2 get oil(): number', '1 const last = 1;']);
    expect(headings.map(({ start }) => source.slice(start, start + 10))).toEqual(['// Says he', '/** A lamp', '  // Burns', '  get oil(', 'const last']);
  });

  it('reads languages without braces, with braces of their own lines, and with tabs', () => {
    expect(parseCode('import os\n\n@cached\ndef a(x):\n    if x:\n        return 1\n    else:\n        return 2\n\nclass B(object):\n    """Doc."""\n    def c(self):\n        pass\n\n    def d(self):\n        pass\n').headings
      .map(({ level, title }) => `${level} ${title}`)).toEqual(['1 def a(x)', '1 class B(object)', '2 def d(self)']);
    expect(parseCode('struct a\n{\n\tint x;\n\n\tvoid f()\n\t{\n\t\tx++;\n\t}\n};\n\nint main()\n{\n\treturn 0;\n}\n').headings.map(({ title }) => title)).toEqual(['struct a', 'void f()', 'int main()']);
    expect(parseCode('').headings).toEqual([]);
  });

  it('is cut between declarations, then inside bodies from the outside in', () => {
    const body = Array.from({ length: 6 }, (_, i) => `  if (x === ${i}) {\n    doSomething(${i});\n  }\n`).join('\n');
    const source = `function a(x) {\n${body}}\n\nfunction b() {\n  return 1;\n}\n`;
    const chunks = chunkCode(parseCode(source), { maxLength: 120 });
    for (const { start, end, text } of chunks) expect(source.slice(start, end)).toBe(text);
    expect(chunks.at(-1)?.text).toBe('function b() {\n  return 1;\n}');
    expect(chunks.at(-1)?.headingPath).toEqual(['function b()']);
    // No statement of the body is torn: every passage but the first begins with one.
    for (const chunk of chunks.slice(1, -1)) expect(chunk.text).toMatch(/^if \(x/);
    expect(chunks.length).toBeGreaterThan(3);
  });
});

describe('chunkSentences', () => {
  it('keeps sentences whole that the rule for full stops would cut, and lines that wrap', () => {
    const text = 'The first sentence wraps\nover a line. "Is it?" she asked. This is the third one.\n\n- an item\n- another item';
    const chunks = chunkSentences(parseText(text), { maxLength: 40, overlap: 0, locale: 'en' });
    expect(chunks.map((chunk) => chunk.text)).toEqual(['The first sentence wraps\nover a line.', '"Is it?" she asked.', 'This is the third one.', '- an item\n- another item']);
    const repeated = chunkSentences(parseText('One is here. Two is here. Three is here.'), { maxLength: 26, overlap: 14, locale: 'en' });
    expect(repeated.map((chunk) => chunk.text)).toEqual(['One is here. Two is here.', 'Three is here.']);
    const shorter = chunkSentences(parseText('One is here. Two is here. Three is it.'), { maxLength: 26, overlap: 14, locale: 'en' });
    expect(shorter.map((chunk) => chunk.text)).toEqual(['One is here. Two is here.', 'Two is here. Three is it.']);
  });

  it('falls back to its own rule where there is no Intl.Segmenter', () => {
    const { Segmenter } = Intl;
    try {
      Reflect.deleteProperty(Intl, 'Segmenter');
      expect(chunkSentences(parseText('One is here. Two is here.'), { maxLength: 15, overlap: 0 }).map((chunk) => chunk.text)).toEqual(['One is here.', 'Two is here.']);
    } finally {
      Object.assign(Intl, { Segmenter });
    }
  });
});

describe('chunkTokens', () => {
  it('keeps every passage within the budget of the counter that is given', () => {
    const countTokens = (text: string): number => text.match(/\w+|[^\w\s]/g)?.length ?? 0;
    const text = Array.from({ length: 400 }, (_, i) => `Sentence number ${i} has some words, and ends.`).join(' ');
    const chunks = chunkTokens(parseText(text), { maxTokens: 50, overlapTokens: 10, countTokens });
    expect(chunks.length).toBeGreaterThan(60);
    for (const chunk of chunks) expect(countTokens(chunk.text)).toBeLessThanOrEqual(50);
    const defaults = chunkTokens(parseText(text));
    for (const chunk of defaults) expect(Math.ceil(new TextEncoder().encode(chunk.text).length / 3.5)).toBeLessThanOrEqual(256);
    expect(chunkTokens(parseText('😀'.repeat(300) + 'é漢'.repeat(200)), { maxTokens: 3 }).length).toBeGreaterThan(100);
  });
});

describe('damaged and hostile input', () => {
  const PIECES = ['{', '}', '[', ']', '"', '""', ',', ':', '\\', '\\u', '\n', '\r\n', '\t', '  ', 'a', 'é', '😀', '\ud800', '\0', '__proto__', 'class A {', '}', '//', '#', 'def f():', '1', '-', 'null'];
  const source = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 50 }).map((parts) => parts.join(''));

  const damaged = fc.oneof(source, fc.json(), fc.tuple(fc.json(), fc.nat(40), fc.constantFrom(...PIECES)).map(([json, at, piece]) => json.slice(0, at) + piece + json.slice(at)));

  it.each([['csv', parseCsv], ['json', parseJson], ['jsonl', parseJsonLines], ['code', parseCode]] as const)('%s is read or refused with a typed error, and cut exactly', (_kind, parse) => {
    let read = 0;
    fc.assert(fc.property(damaged, fc.integer({ min: 2, max: 60 }), (text, maxLength) => {
      let document: SourceDocument;
      try {
        document = parse(text);
      } catch (error) {
        expect(isBlazenError(error)).toBe(true);
        return;
      }
      read++;
      for (const chunks of [chunkDocument(document, { maxLength, overlap: 0 }), chunkSentences(document, { maxLength, overlap: 1 }), chunkCode(document, { maxLength })]) check(document, chunks, maxLength);
    }), { numRuns: 500 });
    expect(read).toBeGreaterThan(100);
  });

  it.each([['csv', parseCsv], ['json', parseJson], ['jsonl', parseJsonLines], ['code', parseCode]] as const)('%s takes time in proportion to its length', (_kind, parse) => {
    const units = ['a', ',', '"', '""', '\n', '[', '{"a":', '[1],', '"\\n"', '\t', ' x\n', '}\n\n', '#\n', '  a {\n', '{"a":1}\n', '"a","b"\n'];
    const slow = units.filter((unit) => {
      const text = unit.repeat(Math.ceil(100_000 / unit.length));
      const started = performance.now();
      try {
        const document = parse(text);
        chunkDocument(document);
        chunkCode(document);
        chunkSentences(document);
      } catch (error) {
        if (!isBlazenError(error)) throw error;
      }
      return performance.now() - started > 4000;
    });
    expect(slow).toEqual([]);
  });
});

function check(document: SourceDocument, chunks: readonly Chunk[], maxLength: number): void {
  let covered = 0;
  for (const { start, end, text, sourceStart, sourceEnd } of chunks) {
    expect(document.text.slice(start, end)).toBe(text);
    expect(text.length).toBeLessThanOrEqual(maxLength);
    expect(sourceStart).toBeLessThanOrEqual(sourceEnd);
    expect(sourceEnd).toBeLessThanOrEqual(document.source.length);
    if (start > covered) expect(document.text.slice(covered, start).trim()).toBe('');
    covered = end;
  }
  expect(document.text.slice(covered).trim()).toBe('');
}
