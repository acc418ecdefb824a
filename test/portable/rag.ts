import { randomDocuments, randomSeed } from '../helpers/random-documents.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const suite: Suite<Lib> = (t, { memory: { Memory }, rag }) => {
  const { askWorkflow, ingestWorkflow, verifyCitations } = rag;

  t.test('random facts in markdown, HTML and text are asked for and quoted from their exact place', async () => {
    const seed = randomSeed();
    const { files, questions, unanswerable } = randomDocuments(seed, 6);
    const memory = new Memory();
    const texts = new Map<string, string>();
    const ingest = ingestWorkflow({ memory, onDocument: ({ text }, { docId }) => { texts.set(docId, text); } });
    const { data } = await ingest.run({ files });
    t.deepEqual(data.failures, []);
    t.deepEqual(data.documents.map(({ name }) => name), files.map(({ name }) => name));
    t.equal(await memory.count(), data.chunks);

    const ask = askWorkflow({ memory });
    for (const { question, fact, file } of questions) {
      const answer = (await ask.run({ question })).data;
      const about = `seed ${seed}: ${question} ${answer.text}`;
      t.ok(answer.found, about);
      const { problems, valid } = await verifyCitations(answer.citations, (docId) => texts.get(docId));
      t.deepEqual(problems, [], about);
      t.equal(valid[0]?.name, file, about);
      t.ok(valid[0]?.quote.replaceAll(/\s+/g, ' ').includes(fact), about);
      t.ok(answer.text.includes('[1]'), about);
    }
    const none = (await ask.run({ question: unanswerable })).data;
    t.equal(none.found, false, `seed ${seed}: ${none.text}`);
    t.deepEqual(none.citations, []);
  });
};

export default suite;
