import * as fc from 'fast-check';
import MiniSearch from 'minisearch';
import { describe, expect, it } from 'vitest';
import { Bitmap } from '../../../src/memory/index/bitmap.ts';
import { Bm25Index } from '../../../src/memory/lexical/bm25-index.ts';
import { expander, type Tolerance } from '../../../src/memory/lexical/expand.ts';
import { TermList } from '../../../src/memory/lexical/term-list.ts';
import { tokenize } from '../../../src/memory/lexical/tokenize.ts';
import { realParagraphs, seeded } from './real-text.ts';

const byRow = (a: number, b: number): number => a - b;

function rows(count: number, skip: ReadonlySet<number> = new Set()): Bitmap {
  const bitmap = new Bitmap(count);
  for (let row = 0; row < count; row++) if (!skip.has(row)) bitmap.add(row);
  return bitmap;
}

describe('tokenize', () => {
  it.each([
    ['Hello, World! x2', ['hello', 'world', 'x2']], ['', []], ['Grüße  ÉCOLE', ['grüße', 'école']], ['ﬁne ２', ['fine', '2']],
    ['漢字かな', ['漢字', '字か', 'かな']], ['漢', ['漢']], ['React入門2024', ['react', '入門', '2024']], ["don't", ['don', 't']],
  ])('%j gives %j', (text, tokens) => {
    expect(tokenize(text)).toEqual(tokens);
  });
});

describe('Bm25Index', () => {
  it('ranks the text with all words first, also when the query has more of them than 16 bits can count', () => {
    const words = Array.from({ length: 65_600 }, (_, i) => `w${i}`);
    const index = new Bm25Index(tokenize);
    index.add(0, words.slice(0, 10_000).join(' '));
    index.add(1, words.join(' '));
    const [first, second] = index.search(words.join(' '), 2, rows(2), byRow);
    expect([first?.row, second?.row]).toEqual([1, 0]);
    expect(first?.score).toBeLessThanOrEqual(1);
  });

  it('scores as if removed texts had never been there, before and after compaction', () => {
    const text = fc.array(fc.constantFrom('ant', 'bee', 'cow', 'dog', 'elk', 'fox'), { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));
    fc.assert(fc.property(fc.array(fc.tuple(text, fc.boolean()), { minLength: 1, maxLength: 30 }), text, (documents, query) => {
      const index = new Bm25Index(tokenize);
      const pure = new Bm25Index(tokenize);
      const removed = new Set<number>();
      const numbers: number[] = [];
      documents.forEach(([words, keep], row) => {
        index.add(row, words);
        if (keep) {
          pure.add(numbers.length, words);
          numbers.push(row);
        } else removed.add(row);
      });
      for (const row of removed) index.remove(row, documents[row]?.[0] as string);
      const expected = pure.search(query, 50, rows(numbers.length), byRow);
      const live = rows(documents.length, removed);
      expect(index.search(query, 50, live, byRow)).toEqual(expected.map(({ row, score }) => ({ row: numbers[row], score })));
      index.compact(live);
      expect(index.search(query, 50, rows(numbers.length), byRow)).toEqual(expected);
    }), { numRuns: 300 });
  });

  it('gives scores between 0 and 1', () => {
    const index = new Bm25Index(tokenize);
    ['rare word', 'word word word word', 'other'].forEach((text, row) => index.add(row, text));
    const [first, second] = index.search('rare word', 9, rows(3), byRow);
    expect(first?.row).toBe(0);
    expect(first?.score).toBeGreaterThan(second?.score ?? 1);
    expect(first?.score).toBeLessThanOrEqual(1);
    expect(second?.score).toBeGreaterThan(0);
  });

  it.each<[string, Tolerance, (word: string) => string]>([
    ['as they stand', {}, (word) => word],
    ['by the begins of words', { prefix: true }, (word) => word.slice(0, Math.max(3, word.length - 2))],
    ['with a letter missing', { fuzzy: 0.2 }, (word) => word.slice(0, 2) + word.slice(3)],
    ['with both', { prefix: true, fuzzy: 0.2 }, (word) => word],
  ])('finds a known paragraph of real text as well as MiniSearch does, %s', (_name, tolerance, spoil) => {
    const texts = realParagraphs(4000);
    expect(texts.length).toBeGreaterThan(1500);
    const index = new Bm25Index(tokenize);
    texts.forEach((text, row) => index.add(row, text));
    const oracle = new MiniSearch<{ id: number; text: string }>({ fields: ['text'] });
    oracle.addAll(texts.map((text, id) => ({ id, text })));
    const random = seeded(7);
    const all = rows(texts.length);
    let [ours, theirs, queries] = [0, 0, 0];
    while (queries < 300) {
      const row = Math.floor(random() * texts.length);
      const words = [...new Set((texts[row] as string).match(/[A-Za-z]{4,}/g) ?? [])];
      if (words.length < 8) continue;
      const query = Array.from({ length: 4 }, () => spoil(words[Math.floor(random() * words.length)] as string)).join(' ');
      queries++;
      ours += reciprocal(index.search(query, 10, all, byRow, expander(index, tolerance)).map((hit) => hit.row), row);
      theirs += reciprocal(oracle.search(query, tolerance).slice(0, 10).map((hit) => hit.id as number), row);
    }
    expect(ours / queries).toBeGreaterThan(theirs / queries - 0.01);
    expect(ours / queries).toBeGreaterThan(0.6);
  });
});

describe('TermList', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), maxLength: 7 }).filter((text) => text !== '');

  it('finds what a comparison with every term finds, while terms come and go', () => {
    fc.assert(fc.property(fc.array(word, { maxLength: 60 }), fc.array(word, { maxLength: 10 }), word, fc.integer({ min: 1, max: 3 }), (first, later, query, edits) => {
      const index = new Bm25Index(tokenize);
      index.add(0, first.join(' '));
      const list = new TermList(index);
      index.add(1, later.join(' '));
      if (later.length > 5) index.remove(0, first.join(' '));
      list.refresh();
      const terms = [...index.terms.keys()];
      expect(new Set(list.startingWith(query))).toEqual(new Set(terms.filter((term) => term.startsWith(query))));
      const expected = terms.map((term) => [term, distance(term, query)] as const).filter(([, found]) => found <= edits);
      expect(new Map(list.near(query, edits))).toEqual(new Map(expected));
    }), { numRuns: 500 });
  });
});

/** Edits between two words, by the definition: the last letters differ, are missing, added or swapped. */
function distance(a: string, b: string): number {
  const known = new Map<string, number>();
  const of = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j;
    const key = `${i},${j}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? of(i - 2, j - 2) + 1 : Infinity;
    const least = Math.min(of(i - 1, j) + 1, of(i, j - 1) + 1, of(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1), swapped);
    known.set(key, least);
    return least;
  };
  return of(a.length, b.length);
}

function reciprocal(ranking: readonly number[], wanted: number): number {
  const at = ranking.indexOf(wanted);
  return at < 0 ? 0 : 1 / (at + 1);
}
