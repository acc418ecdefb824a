import * as fc from 'fast-check';
import snowball from 'snowball-stemmers';
import { describe, expect, it } from 'vitest';
import { Memory } from '../../../src/memory/index.ts';
import {
  createTokenizer, englishStopWords, frenchStopWords, germanStopWords, segmentWords, spanishStopWords, stemEnglish, tokenize,
} from '../../../src/memory/text/index.ts';
import { realParagraphs } from './real-text.ts';

describe('stemEnglish', () => {
  // What the authors' own compiler made of the rules.
  const oracle = snowball.newStemmer('english');
  it.each([
    // The examples of the published rules, step by step.
    ['caresses', 'caress'], ['ties', 'tie'], ['cries', 'cri'], ['gas', 'gas'], ['this', 'this'], ['gaps', 'gap'], ['kiwis', 'kiwi'],
    ['luxuriated', 'luxuri'], ['hopping', 'hop'], ['hoping', 'hope'], ['bee', 'bee'], ['agreed', 'agre'], ['feed', 'feed'],
    ['cry', 'cri'], ['by', 'by'], ['say', 'say'], ['relational', 'relat'], ['rational', 'ration'], ['analogi', 'analog'],
    ['generate', 'generat'], ['generic', 'generic'], ['communism', 'communism'], ['arsenal', 'arsenal'], ['beautiful', 'beauti'],
    ['adoption', 'adopt'], ['skis', 'ski'], ['dying', 'die'], ['news', 'news'], ['inning', 'inning'], ['succeeding', 'succeed'],
    ['youth', 'youth'], ['boy', 'boy'], ['sayyid', 'sayyid'], ["dog's", 'dog'], ["'twas", 'twas'], ['', ''], ['é', 'é'], ['sses', 'ss'],
    ['consist', 'consist'], ['consisted', 'consist'], ['consistency', 'consist'], ['consistently', 'consist'], ['consolations', 'consol'],
    ['knack', 'knack'], ['knightly', 'knight'], ['knives', 'knive'], ['knotted', 'knot'],
  ])('%s gives %s', (word, stem) => {
    expect(stemEnglish(word)).toBe(stem);
  });

  it('agrees with what those who wrote the rules made of them, on every word of real documentation', () => {
    const words = [...new Set(realParagraphs(20_000).flatMap((text) => text.toLowerCase().match(/[a-z]{1,25}/g) ?? []))];
    expect(words.length).toBeGreaterThan(4000);
    expect(words.filter((word) => stemEnglish(word) !== oracle.stem(word))).toEqual([]);
  });

  it('agrees with it on made-up words with the suffixes of the rules', () => {
    const syllable = fc.tuple(fc.constantFrom('b', 'st', 'tr', 'l', 'gen', 'com', 'y', 'qu', ''), fc.constantFrom('a', 'e', 'i', 'o', 'u', 'ea', 'ay'), fc.constantFrom('n', 't', 'tt', 'l', 'll', 'x', 'w', 's', ''))
      .map((parts) => parts.join(''));
    const suffix = fc.constantFrom(...('s sses ied ies us eed eedly ed edly ing ingly y tional enci anci abli entli izer ization ational ation ator alism aliti alli '
      + 'fulness ousli ousness iveness iviti biliti bli ogi fulli lessli li alize icate iciti ical ful ness ative al ance ence er ic able ible ant ement '
      + 'ment ent ism ate iti ous ive ize ion e l').split(' '));
    fc.assert(fc.property(fc.array(syllable, { minLength: 1, maxLength: 3 }), suffix, fc.constantFrom('', 's', 'ly', 'ed', 'ing'), (begin, middle, end) => {
      const word = `${begin.join('')}${middle}${end}`;
      expect(`${word} ${stemEnglish(word)}`).toBe(`${word} ${oracle.stem(word)}`);
    }), { numRuns: 20_000 });
  });
});

describe('createTokenizer', () => {
  it('leaves out stop words, then stems; the same word of any form is one term', () => {
    const read = createTokenizer({ stem: stemEnglish, stopWords: englishStopWords });
    expect(read('The connections were lost; we are connecting again, not that it matters')).toEqual(['connect', 'lost', 'connect', 'matter']);
    expect(createTokenizer({ stem: (word) => (word === 'x' ? '' : word) })('a x b')).toEqual(['a', 'b']);
    expect(createTokenizer({})("Don't")).toEqual(tokenize("Don't"));
  });

  it('has stop words as its own words are: lower case, without apostrophes', () => {
    for (const words of [englishStopWords, germanStopWords, frenchStopWords, spanishStopWords]) {
      expect(words.size).toBeGreaterThan(100);
      for (const word of words) expect(tokenize(word)).toEqual([word]);
    }
  });
});

describe('segmentWords', () => {
  it('finds words that are written without spaces, and leaves other scripts as they are', () => {
    const thai = segmentWords('th')('ภาษาไทยเป็นภาษา Hello, wörld2');
    expect(thai.filter((word) => word === 'ภาษา')).toHaveLength(2);
    expect(thai.slice(-2)).toEqual(['hello', 'wörld2']);
    expect(segmentWords('ja')('東京都に住んでいます')).toContain('東京');
    expect(segmentWords()("don't stop")).toEqual(['don', 't', 'stop']);
  });

  it('is tokenize where there is no Intl.Segmenter', () => {
    const { Segmenter } = Intl;
    try {
      Reflect.deleteProperty(Intl, 'Segmenter');
      expect(segmentWords('th')).toBe(tokenize);
    } finally {
      Object.assign(Intl, { Segmenter });
    }
  });
});

describe('a memory with a tokenizer', () => {
  const english = createTokenizer({ stem: stemEnglish, stopWords: englishStopWords });
  const entries = [
    { id: 'lamp', text: 'The lamp of the harbour was connected in 1804.' }, { id: 'ship', text: 'Ships are loading in the port.' },
    { id: 'note', text: 'The of and to it.' },
  ];

  it('finds other forms of a word by keyword, and nothing by stop words alone', async () => {
    const memory = new Memory(false, null, { tokenize: english });
    await memory.addMany(entries);
    expect((await memory.searchLocal('connections of harbours')).map(({ id }) => id)).toEqual(['lamp']);
    expect((await memory.searchLocal('loads')).map(({ id }) => id)).toEqual(['ship']);
    expect(await memory.searchLocal('the of')).toEqual([]);
    expect((await memory.namespace('').searchLocal('loads'))).toHaveLength(1);
    await memory.delete('ship');
    expect(await memory.searchLocal('loads')).toEqual([]);
  });

  it('ranks hybrid with it too, also texts and queries of stop words or signs alone', async () => {
    const memory = new Memory(undefined, null, { tokenize: english });
    await memory.addMany([...entries, { id: 'signs', text: '+++ --- ###' }]);
    expect((await memory.search('a connection', 1))[0]?.id).toBe('lamp');
    expect((await memory.search('of the', 4))).toHaveLength(4);
    expect((await memory.search('+++', 1))[0]?.id).toBe('signs');
  });
});

describe('prefix and fuzzy', () => {
  it('are options of a search', async () => {
    const memory = Memory.local();
    await memory.addMany([{ id: 'lamp', text: 'The lamplighter of Oban' }, { id: 'ship', text: 'A lam and a ship' }]);
    const ids = async (query: string, options: object = {}): Promise<string[]> => (await memory.searchLocal(query, options)).map(({ id }) => id);
    expect(await ids('lamplig')).toEqual([]);
    expect(await ids('lamplig', { prefix: true })).toEqual(['lamp']);
    expect(await ids('lamplihgter')).toEqual([]);
    expect(await ids('lamplihgter', { fuzzy: true })).toEqual(['lamp']);
    expect(await ids('sihp', { fuzzy: 1 })).toEqual(['ship']);
    expect(await ids('lam', { prefix: true })).toEqual(['ship', 'lamp']);
    await memory.add('late', 'lamplighters came late');
    expect(new Set(await ids('lamplighter', { fuzzy: true }))).toEqual(new Set(['lamp', 'late']));
    await expect(memory.searchLocal('x', { fuzzy: -1 })).rejects.toThrow(/'fuzzy' is neither/);
  });
});
