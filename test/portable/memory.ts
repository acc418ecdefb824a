import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const facts = [
  { id: 'paris', text: 'Paris is the capital of France.', metadata: { topic: 'geo' } },
  { id: 'rome', text: 'Rome is the capital of Italy.', metadata: { topic: 'geo' } },
  { id: 'python', text: 'Python is a programming language.', metadata: { topic: 'tech' } },
  { id: 'tokyo', text: '東京は日本の首都です。', metadata: { topic: 'geo' } },
];

const suite: Suite<Lib> = (t, { documents: { parseHtml, sourceSpan }, memory: { HashEmbedder, Memory, chunkDocument, parseMarkdown } }) => {
  t.test('a memory without an embedder finds texts by words, parts of words and other scripts', async () => {
    const memory = new Memory();
    await memory.addMany(facts);
    t.equal((await memory.search('what is the capital of France', 1))[0]?.id, 'paris');
    t.equal((await memory.search('programmming langage', 1))[0]?.id, 'python');
    t.equal((await memory.search('日本の首都', 1))[0]?.id, 'tokyo');
    t.deepEqual((await memory.searchLocal('capital', 9)).map((hit) => hit.id), ['paris', 'rome']);
    t.deepEqual((await memory.search('capital', 9, { topic: 'tech' })).map((hit) => hit.id), ['python']);
  });

  t.test('several queries at once give what each gives alone, embedded in one call', async () => {
    const calls: number[] = [];
    const hashed = new HashEmbedder();
    const embedder = { modelId: 'counted', dimensions: hashed.dimensions, doEmbed: (texts: readonly string[]) => {
      calls.push(texts.length);
      return hashed.doEmbed(texts);
    } };
    const memory = new Memory(embedder);
    await memory.addMany(facts);
    await memory.addMany(Array.from({ length: 3000 }, (_, i) => ({ id: `n${i}`, text: `Note ${i} on the language of town ${i % 70}`, metadata: { topic: 'note' } })));
    const queries = ['capital of France', '日本', 'town 12', 'language'];
    for (const options of [{ limit: 3 }, { mode: 'keyword' }, { mode: 'semantic', accuracy: 'fast' }, { mode: 'simhash' }, { filter: { topic: 'geo' } }, { prefix: true, diversity: 0.3 }] as const) {
      const single = [];
      for (const query of queries) single.push(await memory.search(query, options));
      calls.length = 0;
      t.deepEqual(await memory.searchMany(queries, options), single);
      t.deepEqual(calls, 'mode' in options && options.mode !== 'semantic' ? [] : [queries.length]);
    }
    t.deepEqual(await memory.searchMany([]), []);
    await t.rejects(() => memory.searchMany(['one', ' ']), /query is empty/);
  });

  t.test('a memory that keeps bytes only finds what one with floats finds', async () => {
    const [bytes, floats] = [new Memory(null, null, { vectors: 'int8' }), new Memory()];
    for (const memory of [bytes, floats]) await memory.addMany(Array.from({ length: 3000 }, (_, i) => ({ id: `${i}`, text: `${facts[i % 4]?.text} Note ${i} of town ${i % 97}` })));
    let same = 0;
    const queries = Array.from({ length: 40 }, (_, i) => `town ${i * 2} Paris note ${i * 31}`);
    const found = await bytes.searchMany(queries, { mode: 'semantic' });
    for (const [i, hits] of (await floats.searchMany(queries, { mode: 'semantic' })).entries()) {
      const least = (hits.at(-1)?.score ?? 0) - 0.005;
      same += (found[i] ?? []).filter(({ id, score }) => hits.some((hit) => hit.id === id) || score >= least).length;
    }
    t.ok(same >= 398, `${same} of 400`);
  });

  t.test('the embedded embedder gives the same bits in every runtime', async () => {
    const [vector] = await new HashEmbedder().doEmbed(['The quick brown fox, 狐 and a naïve 🦊!']);
    let digest = 0;
    for (const word of new Uint32Array((vector as Float32Array).buffer)) digest = (Math.imul(digest, 31) + word) >>> 0;
    t.equal(digest, 1387750950);
  });

  t.test('passages of a markdown file keep their exact place', () => {
    const source = '# A\r\n\r\nFirst 😀 paragraph.\r\n\r\n## B\r\n\r\n' + 'More words here. '.repeat(30);
    const document = parseMarkdown(source);
    const chunks = chunkDocument(document, { maxLength: 80, overlap: 20 });
    t.ok(chunks.length > 5);
    for (const chunk of chunks) {
      t.equal(source.slice(chunk.start, chunk.end), chunk.text);
      t.ok(chunk.text.length <= 80);
    }
    t.deepEqual(chunks.at(-1)?.headingPath, ['A', 'B']);
  });

  t.test('passages of an HTML file point back into its markup', () => {
    const source = '<h1>T</h1><script>let x = "<p>no</p>"</script><p>one &amp; <b>two</b></p>';
    const document = parseHtml(source);
    t.equal(document.text, 'T\n\none & two');
    const span = sourceSpan(document, document.text.indexOf('one'), document.text.length);
    t.equal(source.slice(span.start, span.end), 'one &amp; <b>two');
  });
};

export default suite;
