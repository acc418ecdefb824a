import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnswerPassage, extractAnswer, verifyCitations } from '../../../src/rag/index.ts';
import { splitUnits } from '../../../src/rag/sentences.ts';

function passage(text: string, more: Partial<AnswerPassage> = {}): AnswerPassage {
  const { start = 0 } = more;
  return { id: 'p', docId: 'd', name: 'd.md', start, end: start + text.length, text, score: 1, heading: [], kind: 'markdown', ...more };
}

const quotes = (question: string, ...passages: AnswerPassage[]): string[] =>
  extractAnswer(question, passages).citations.map(({ quote }) => quote);

describe('an extractive answer', () => {
  it('quotes the sentence that holds the rare words of the question, not the one that holds the common ones', () => {
    const text = 'The tower is old. The tower is what people visit. The tower was painted crimson by the guild. The tower is open on Sundays.';
    expect(quotes('What colour was the tower painted?', passage(text))[0]).toBe('The tower was painted crimson by the guild.');
  });

  it('keeps a sentence together with the neighbour that goes on about the question', () => {
    const text = 'Bees sleep little. A run may take 300 seconds by default. The default of a run is set with timeoutMs. Trees are green.';
    expect(quotes('What is the default of a run?', passage(text))[0]).toBe('A run may take 300 seconds by default. The default of a run is set with timeoutMs.');
  });

  it('keeps the sentence after the best one, and not the one after that', () => {
    const text = 'Bees sleep little. The default of a run is set with timeoutMs. A run takes the default of 300. Trees are green.';
    expect(quotes('How is the default of a run set?', passage(text))[0]).toBe('The default of a run is set with timeoutMs. A run takes the default of 300.');
  });

  it('quotes a line of code alone, and a line of a page alone', () => {
    const code = 'Run it like this.\n\n```sh\nnpm run build\nnpm run zebra # paints the zebra\nnpm run clean\n```\n\nDone.';
    expect(quotes('Which command paints the zebra?', passage(code))[0]).toBe('npm run zebra # paints the zebra');
    const page = 'Harbour of Kelda\nHeight of the zebra: 3 m\nWidth of the ship: 9 m';
    expect(quotes('What is the height of the zebra?', passage(page, { kind: 'html' }))).toEqual(['Height of the zebra: 3 m']);
  });

  it('finds the sentence below a heading that holds the words of the question', () => {
    const text = '# Manual\n\n## Supported colours\n\nTeal and amber.\n\n## Shipping\n\nBy boat.';
    expect(quotes('Which colours are supported?', passage(text))[0]).toBe('Teal and amber.');
    expect(quotes('Which colours are supported?', passage('Teal and amber.', { heading: ['Manual', 'Supported colours'] }))[0]).toBe('Teal and amber.');
  });

  it('quotes the list that a colon announces', () => {
    const text = 'Intro text here.\n\nThe Zorro command takes these options:\n\n- `--fast`\n- `--slow`\n\nOther text follows.';
    expect(quotes('Which options does the Zorro command take?', passage(text))[0]).toBe('The Zorro command takes these options:\n\n- `--fast`\n- `--slow`');
  });

  it('finds inflected and misspelt words, and tells names apart that differ', () => {
    const text = 'Gustave founded the Eiffel company. Velmora is a harbour. Veldora is a hill.';
    expect(quotes('Who was the founder of the Eifel company?', passage(text))[0]).toContain('Gustave founded');
    expect(quotes('What is Veldora?', passage(text))).toEqual(['Veldora is a hill.']);
    expect(quotes('What is Velestadell?', passage('Marestadell is a hill.'))).toEqual([]);
  });

  it('says plainly when nothing was found, and which words are missing', () => {
    const answer = extractAnswer('Which instrument does Quentin Marsh play?', [passage('The harbour exported clocks. Which clocks is unknown.')]);
    expect(answer).toMatchObject({ found: false, citations: [], missing: ['instrument', 'quentin', 'marsh', 'play'] });
    expect(answer.text).toBe('Nothing in the documents answers this question; not found: “instrument”, “quentin”, “marsh”, “play”');
    expect(answer.passages).toHaveLength(1);
    expect(extractAnswer('Anything?', []).text).toBe('Nothing was found: there is no text to search');
  });

  it('says so when the name that is asked about occurs nowhere, though other words do', () => {
    expect(extractAnswer('What is the capital of Velmora?', [passage('The capital of the firm is small. It is a bank.')])).toMatchObject({ found: false, missing: ['velmora'] });
    expect(extractAnswer('What is the capital of the firm?', [passage('The capital of the firm is small. It is a bank.')]).found).toBe(true);
  });

  it('does not quote the same words twice from passages that overlap or from copies of a document', () => {
    const text = 'The vault code is 4711-K.';
    const answer = extractAnswer('What is the vault code?', [passage(text, { start: 50 }), passage('vault code is 4711-K. More.', { start: 54, id: 'q' }), passage(text, { docId: 'copy' })]);
    expect(answer.citations).toHaveLength(1);
  });

  it('a wrapped sentence that ends in a number at the begin of a line is quoted whole', () => {
    const text = 'Some words stand here. The lighthouse of Kelda was built in\n1905. Other words follow.';
    expect(quotes('When was the lighthouse of Kelda built?', passage(text))[0]).toBe('The lighthouse of Kelda was built in\n1905.');
  });

  it('marks of the format stay in the quote and out of the answer text', () => {
    const answer = extractAnswer('What is the vault code?', [passage('- The vault code\n  is 4711.\n- Bring a lamp.')]);
    expect(answer.citations[0]?.quote).toBe('- The vault code\n  is 4711.');
    expect(answer.text).toBe('“The vault code is 4711.” [1]');
  });

  it('every quote of any question about any text stands in its document exactly', async () => {
    const word = fc.constantFrom('alpha', 'Beta', 'gamma.', 'the', 'is', '1905.', '- ', '# ', '|', '```', '\n', '\n\n', '\r\n', 'e.g.', '日本。', '😀', '"quoted."', ':', '   ', 'é');
    const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(' '));
    await fc.assert(fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 4 }), text, fc.constantFrom('markdown', 'html', null), async (parts, question, kind) => {
      const document = parts.join('');
      let start = 0;
      const passages = parts.map((part, index) => {
        const made = passage(part, { start, kind, id: String(index) });
        start += part.length;
        return made;
      });
      const { citations } = extractAnswer(question, passages);
      expect((await verifyCitations(citations, () => document)).problems).toEqual([]);
      expect(citations.map(({ number }) => number)).toEqual(citations.map((_, index) => index + 1));
    }));
  });

  it('units of any text are in order, do not overlap, and lose no letter', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.boolean(), (text, lines) => {
      let last = 0;
      for (const { start, end } of splitUnits(text, lines)) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        // What lies between units is white space, rules and fences.
        expect(text.slice(last, start)).not.toMatch(/[\p{L}\p{N}]/u);
        last = end;
      }
      expect(text.slice(last)).not.toMatch(/[\p{L}\p{N}]/u);
    }));
  });
});

describe('checking citations', () => {
  const citation = { number: 1, docId: 'd', name: 'd', start: 4, end: 9, quote: 'quick', score: 1 };
  it.each([
    ['no document', { docId: 'other' }], ['other text', { start: 3, end: 8 }], ['out of range', { end: 900 }],
    ['out of range', { start: -1 }], ['out of range', { start: 9, end: 4 }], ['out of range', { start: 0.5 }], ['other text', { quote: 'slow' }],
  ] as const)('a citation with %s is told apart from one that holds', async (reason, change) => {
    const result = await verifyCitations([citation, { ...citation, ...change }], (docId) => docId === 'd' ? 'The quick fox' : null);
    expect(result.valid).toEqual([citation]);
    expect(result.problems.map((problem) => problem.reason)).toEqual([reason]);
  });
});
