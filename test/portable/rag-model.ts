import type { StandardSchema } from '../../src/base/standard-schema.ts';
import { randomDocuments, randomSeed } from '../helpers/random-documents.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const suite: Suite<Lib> = (t, { events, memory: { Memory }, models, rag, workflow }) => {
  const { answerWorkflow, ingestWorkflow, packContext, PassagesFound, retrieve, verifyCitations } = rag;

  t.test('a model answers from documents: its true quotes lead to their exact place, its invented ones are told', async () => {
    const seed = randomSeed();
    const { files, questions } = randomDocuments(seed, 6);
    const memory = new Memory();
    const texts = new Map<string, string>();
    await ingestWorkflow({ memory, onDocument: ({ text }, { docId }) => { texts.set(docId, text); } }).run({ files });

    let fact = '';
    const seen: string[] = [];
    // Quotes the fact from whichever source it was given holds it, and makes up a second quote.
    const model = models.customModel('reader', {
      stream: async ({ messages }, onChunk) => {
        const prompt = messages.at(-1)?.content as string;
        seen.push(prompt);
        const sources = prompt.split(/^(?=\[\d+\] )/m).filter((source) => source.startsWith('['));
        const number = sources.findIndex((source) => source.replaceAll(/\s+/g, ' ').includes(fact)) + 1;
        onChunk({ delta: `It is so: “${fact}” ` });
        onChunk({ delta: `[${number}]. Also "the moon is made of green cheese" [1].` });
      },
    });
    const answer = answerWorkflow({ memory, model });
    for (const asked of questions.slice(0, 6)) {
      fact = asked.fact;
      const run = await answer.runWithHandler({ question: asked.question });
      let streamed = '';
      const reading = (async () => {
        for await (const event of run) if (rag.AnswerDelta.is(event)) streamed += event.text;
      })();
      const { data } = await run.result();
      await reading;
      const about = `seed ${seed}: ${asked.question} ${data.text}`;
      t.equal(streamed, data.text, about);
      t.deepEqual(data.problems, [{ reason: 'not in the source', quote: 'the moon is made of green cheese', number: 1 }], about);
      t.equal(data.citations[0]?.name, asked.file, about);
      t.equal(data.citations[0]?.quote.replaceAll(/\s+/g, ' '), fact, about);
      t.deepEqual((await verifyCitations(data.citations, (docId) => texts.get(docId))).problems, [], about);
      t.ok(seen.at(-1)?.includes(asked.question), about);
    }
  });

  t.test('retrieve is a step of any workflow', async () => {
    const memory = new Memory();
    await memory.add('oil', 'The lamp burns whale oil.');
    const question: StandardSchema<unknown, { question: string }> = {
      '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as { question: string } }) },
    };
    const Asked = events.defineEvent('Asked', question);
    const titles = workflow.defineWorkflow('titles')
      .step('ask', [events.StartEvent], () => Asked({ question: 'What does the lamp burn?' }))
      .step('retrieve', [Asked], retrieve({ memory, limit: 1 }))
      .step('count', [PassagesFound], ({ passages }) => events.stop(passages.map(({ id }) => id)));
    t.deepEqual((await titles.run({})).data, ['oil']);
  });

  t.test('a chat keeps its last turns in a window and recalls older ones from a memory', async () => {
    const memory = new Memory();
    const window = new models.ChatWindow(150);
    const model = models.customModel('echo', { complete: ({ messages }) => ({ content: `I read ${messages.length} messages.` }) });
    const prompts: string[] = [];
    const turn = async (input: string): Promise<string> => {
      const recalled = await memory.search(input, 2);
      window.add({ role: 'user', content: input });
      const [system, ...recent] = [{ role: 'system' as const, content: 'Answer briefly.' }, ...window.messages()];
      const told = recalled.map(({ text }) => ({ role: 'system' as const, content: `Earlier: ${text}` }));
      const messages = [system, ...told, ...recent];
      prompts.push(messages.map(({ content }) => content).join('\n'));
      const { content = '' } = await model.complete(messages);
      window.add({ role: 'assistant', content });
      await memory.add(`turn-${prompts.length}`, `Q: ${input}\nA: ${content}`);
      return content;
    };
    await turn('My boat is called Kittiwake and lies in Oban.');
    for (let i = 0; i < 12; i++) await turn(`Tell me something about the weather of day ${i}, in some detail please.`);
    t.ok(!window.messages().some(({ content }) => String(content).includes('Kittiwake')), 'the window forgot it');
    await turn('What is my boat called?');
    t.ok(prompts.at(-1)?.includes('Kittiwake'), 'the memory did not');
  });

  t.test('context is packed by rank under the budget, and what overlaps is said once', () => {
    const text = 'The lamp burns oil. It was lit in 1804. Keepers came by boat.';
    const passage = (start: number, end: number, docId = 'lamp.md') => ({
      id: `${docId}${start}`, docId, name: docId, start, end, text: text.slice(start, end), score: 1, heading: ['Lamp'], kind: null,
    });
    const packed = packContext([passage(0, 40), passage(20, text.length), passage(0, 19, 'copy.md')]);
    t.equal(packed.text, `[1] lamp.md › Lamp\n${text}\n\n[2] copy.md › Lamp\nThe lamp burns oil.`);
    t.deepEqual(packed.passages.map(({ start, end }) => [start, end]), [[0, text.length], [0, 19]]);
    const tight = packContext([passage(0, 19), passage(20, text.length), passage(20, 39)], { maxTokens: 80, countTokens: (all) => all.length });
    t.equal(tight.text, '[1] lamp.md › Lamp\nThe lamp burns oil.\n\n[2] lamp.md › Lamp\nIt was lit in 1804.');
    t.equal(tight.omitted, 1);
    t.ok(tight.tokens <= 80);
  });
};

export default suite;
