import type { SourceDocument } from '../../src/memory/documents/index.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const FILES = [
  { name: 'tower.md', text: '# Towers\n\nThe tower of Oban is **tall**.\n', query: 'tower of Oban', source: '# Towers\n\nThe tower of Oban is **tall**.' },
  { name: 'lamp.html', text: '<h1>Lamp</h1><p>The lamp burns <b>whale</b>&nbsp;oil.</p><script>1</script>', query: 'lamp oil', source: 'Lamp</h1><p>The lamp burns <b>whale</b>&nbsp;oil.' },
  { name: 'plain.txt', text: 'Ferries leave at noon.\n', query: 'ferries', source: 'Ferries leave at noon.' },
  { name: 'keepers.csv', text: 'name,tower\r\n"Ada ""A"" L",Kelda\r\n', query: 'Kelda', source: '"Ada ""A"" L",Kelda' },
  { name: 'ships.tsv', text: 'ship\tport\nMuirneag\tStornoway\n', query: 'Muirneag', source: 'Muirneag\tStornoway' },
  { name: 'config.json', text: '{ "harbour": { "depth": 12, "pilot": "Ros\\u00e9" } }', query: 'pilot', source: '"depth": 12, "pilot": "Ros\\u00e9"' },
  { name: 'log.jsonl', text: '{"event":"storm"}\n{"event":"calm sea"}\n', query: 'calm', source: '"event":"storm"}\n{"event":"calm sea"' },
  { name: 'beacon.ts', text: '// Lights it.\nexport function kindle(): void {\n  flame();\n}\n', query: 'kindle', source: '// Lights it.\nexport function kindle(): void {\n  flame();\n}' },
];

const suite: Suite<Lib> = (t, { memory: { Memory }, documents, rag: { loadDocument } }) => {
  const { chunkCode, chunkDocument, chunkSentences, chunkTokens, sourceSpan } = documents;

  t.test('every result of a search leads to its place in the markup, whatever the format', async () => {
    const memory = new Memory();
    const loaded = new Map<string, SourceDocument>();
    for (const { name, text } of FILES) {
      const document = await loadDocument({ name, text });
      loaded.set(name, document);
      await memory.addMany(chunkDocument(document).map(({ text: passage, start, end }) => ({ text: passage, docId: name, start, end })));
    }
    for (const { name, query, source } of FILES) {
      const [hit] = await memory.search(query, 1);
      t.equal(hit?.docId, name);
      const document = loaded.get(name) as SourceDocument;
      const span = sourceSpan(document, hit?.start ?? -1, hit?.end ?? -1);
      t.equal(document.source.slice(span.start, span.end), source);
    }
    await memory.close();
  });

  t.test('every chunker gives exact passages', async () => {
    const document = await loadDocument({ name: 'a.md', text: `# A\n\n${'One sentence is here. Another, with 漢字。次の文です。 follows!\n'.repeat(40)}` });
    for (const cut of [chunkDocument, chunkSentences, chunkCode, chunkTokens]) {
      const chunks = cut(document, { maxLength: 200, overlap: 20 });
      t.ok(chunks.length > 2);
      for (const { start, end, text } of chunks) t.equal(document.text.slice(start, end), text);
    }
  });

  t.test('damaged files are refused with a reason', async () => {
    const cases = [
      ['bad.csv', 'a,b\n"open', "Cannot read 'bad.csv': there is a quote that is not closed in line 2, column 1"],
      ['bad.json', '{"a":', "Cannot read 'bad.json': a value is missing or is none in line 1, column 6"],
    ] as const;
    for (const [name, text, message] of cases) {
      const error = await loadDocument({ name, text }).then(() => null, (cause: { reason: string; message: string }) => cause);
      t.equal(error?.message, message);
      t.equal(error?.reason, 'corrupt');
    }
  });
};

export default suite;
