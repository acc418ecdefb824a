import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const suite: Suite<Lib> = (t, { memory: { Memory }, text: { createTokenizer, englishStopWords, segmentWords, stemEnglish } }) => {
  t.test('a memory finds other forms, begins and misspellings of a word when it is asked to', async () => {
    const memory = new Memory(false, null, { tokenize: createTokenizer({ stem: stemEnglish, stopWords: englishStopWords }) });
    await memory.addMany([
      { id: 'lamp', text: 'The lamplighters of Oban were connected by telegraph.' }, { id: 'ship', text: 'Ships are loading in the port.' },
    ]);
    const ids = async (query: string, options: object = {}): Promise<string[]> => (await memory.searchLocal(query, options)).map(({ id }) => id);
    t.deepEqual(await ids('a connection'), ['lamp']);
    t.deepEqual(await ids('lampl'), []);
    t.deepEqual(await ids('lampl', { prefix: true }), ['lamp']);
    t.deepEqual(await ids('tlegraph', { fuzzy: true }), ['lamp']);
    t.deepEqual(await ids('laod', { fuzzy: 1 }), ['ship']);
    await memory.close();
  });

  t.test('words of scripts without spaces are found, with the segmenter of the host or in pairs', async () => {
    const memory = new Memory(false, null, { tokenize: segmentWords('th') });
    await memory.addMany([{ id: 'language', text: 'ภาษาไทยเป็นภาษา' }, { id: 'tokyo', text: '東京都に住んでいます' }]);
    t.deepEqual((await memory.searchLocal('ภาษา')).map(({ id }) => id), ['language']);
    t.deepEqual((await memory.searchLocal('東京')).map(({ id }) => id), ['tokyo']);
    await memory.close();
  });
};

export default suite;
