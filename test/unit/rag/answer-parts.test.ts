import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnswerPassage, checkQuotes, packContext } from '../../../src/rag/index.ts';

function passage(text: string, more: Partial<AnswerPassage> = {}): AnswerPassage {
  const { start = 0 } = more;
  return { id: 'p', docId: 'd', name: 'd.md', start, end: start + text.length, text, score: 1, heading: [], kind: 'markdown', ...more };
}

describe('the quotes of an answer', () => {
  const sources = [
    passage('The lamp of Kelda burns\n  whale oil. It was “lit” in 1804 – by hand.', { start: 100 }),
    passage('The boat is called Kittiwake.', { docId: 'e', name: 'e.md' }),
  ];

  it('are found across line breaks and other quotation marks, and quoted as they stand in the document', () => {
    const { citations, problems } = checkQuotes('It burns oil: "Kelda burns whale oil" [1]. Also «It was "lit" in 1804 - by hand» [1].', sources);
    expect(problems).toEqual([]);
    expect(citations.map(({ start, quote }) => [start, quote])).toEqual([
      [112, 'Kelda burns\n  whale oil'], [137, 'It was “lit” in 1804 – by hand'],
    ]);
  });

  it('are refused where other words stand, under a wrong number, and without any source', () => {
    expect(checkQuotes('"burns seal oil" [1], "The boat is called Kittiwake." [1][2], "and so on" [7] and "nobody ever said this".', sources)).toEqual({
      citations: [{ number: 2, docId: 'e', name: 'e.md', start: 0, end: 29, quote: 'The boat is called Kittiwake.' }],
      problems: [
        { reason: 'not in the source', quote: 'burns seal oil', number: 1 },
        { reason: 'not in the source', quote: 'The boat is called Kittiwake.', number: 1 },
        { reason: 'no such source', quote: 'and so on', number: 7 },
        { reason: 'no source', quote: 'nobody ever said this', number: null },
      ],
    });
  });

  it('need no number when a source holds them, and names in quotes are no claims', () => {
    const { citations, problems } = checkQuotes('It "burns whale oil", they call it "the lamp".', sources);
    expect(citations.map(({ number }) => number)).toEqual([1]);
    expect(problems).toEqual([]);
  });

  it('may end with the stop or comma of the answer', () => {
    expect(checkQuotes('“The boat is called Kittiwake,” [2] it says. “...called Kittiwake...” [2]', sources).problems).toEqual([]);
  });

  it('lead to the exact span, whatever the document looks like', () => {
    fc.assert(fc.property(
      fc.array(fc.constantFrom('boat', 'oil', '“', '”', "'", '—', ' ', '\n\n', '\t', 'Ünï', '😀', '.', '[1]', '"'), { minLength: 1, maxLength: 40 }),
      fc.nat(), fc.nat(), fc.nat(500),
      (pieces, from, length, start) => {
        const text = pieces.join('');
        const source = passage(text, { start });
        const first = from % text.length;
        const quote = text.slice(first, first + 1 + length % (text.length - first));
        const { citations } = checkQuotes(`“${quote}” [1]`, [source]);
        for (const { start: at, end, quote: found } of citations) expect(text.slice(at - start, end - start)).toBe(found);
        if (!/[”“]/.test(quote) && /[a-z]/i.test(quote)) expect(citations.length).toBeGreaterThan(0);
      }), { numRuns: 2_000 });
  });

  it('are read from a hostile answer in time that grows with its length alone', () => {
    for (const part of ['"', '“', '[1', '" [1]', '"a" [1][1][1][1] ', '« “ " ']) expect(() => checkQuotes(part.repeat(20_000), sources)).not.toThrow();
  });
});

describe('a packed context', () => {
  it('keeps to the budget, repeats nothing, and every source is a span of its document', () => {
    const documents = ['a', 'b'].map((docId) => ({ docId, text: Array.from({ length: 200 }, (_, i) => `${docId}${i}`).join(' ') }));
    const passages = fc.array(fc.tuple(fc.nat(1), fc.nat(600), fc.integer({ min: 1, max: 120 })), { maxLength: 12 });
    fc.assert(fc.property(passages, fc.integer({ min: 1, max: 1_200 }), (spans, maxTokens) => {
      const given = spans.map(([which, start, length]) => {
        const { docId, text } = documents[which] as typeof documents[0];
        return passage(text.slice(start, start + length), { docId, name: docId, start });
      });
      const packed = packContext(given, { maxTokens, countTokens: (text) => text.length });
      expect(packed.text.length).toBe(packed.tokens);
      expect(packed.tokens).toBeLessThanOrEqual(maxTokens);
      packed.passages.forEach((source, i) => {
        const { text } = documents.find(({ docId }) => docId === source.docId) as typeof documents[0];
        expect(text.slice(source.start, source.end)).toBe(source.text);
        expect(packed.text).toContain(`[${i + 1}] ${source.name}\n${source.text}`);
        for (const other of packed.passages) {
          if (other !== source && other.docId === source.docId) expect(other.start >= source.end || source.start >= other.end).toBe(true);
        }
      });
      const inside = given.filter((one) => packed.passages.some(({ docId, start, end }) => docId === one.docId && start <= one.start && one.end <= end));
      expect(inside.length).toBeGreaterThanOrEqual(given.length - packed.omitted);
    }), { numRuns: 1_000 });
  });

  it('refuses a budget that is none', () => {
    expect(() => packContext([], { maxTokens: 0 })).toThrow(/'maxTokens'/);
  });
});
