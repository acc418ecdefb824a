// Answers questions about files, in Deno, with the same workflows that run in a browser, a Worker and Node.
//
//   deno run --allow-read main.ts "question" FILE…   answer from these files
//   deno run --allow-read main.ts                    check itself on this project's own documents
import { Memory } from 'blazen-ts/memory';
import { type Answer, askWorkflow, ingestWorkflow, RagProgress, verifyCitations } from 'blazen-ts/rag';

interface Library {
  readonly ask: (question: string) => Promise<Answer>;
  readonly texts: ReadonlyMap<string, string>;
}

async function readLibrary(paths: readonly string[]): Promise<Library> {
  const memory = new Memory();
  const texts = new Map<string, string>();
  const files = await Promise.all(paths.map(async (name) => ({ name, bytes: await Deno.readFile(name) })));
  const ingest = ingestWorkflow({ memory, onDocument: ({ text }, { docId }) => void texts.set(docId, text) });
  const { data } = await ingest.runStreaming({ files }, (event) => {
    if (RagProgress.is(event)) console.error(`${event.files.done} of ${event.files.total} files, ${event.chunks.done} passages`);
  });
  for (const { message } of data.failures) console.error(message);
  const workflow = askWorkflow({ memory });
  return { texts, ask: async (question) => (await workflow.run({ question })).data };
}

/** Documents of this project, and what stands in them. */
async function checkItself(): Promise<void> {
  const root = new URL('../../', import.meta.url);
  const paths = [...await documents(root), ...await documents(new URL('docs/guides/', root)), ...await documents(new URL('docs/decisions/', root))];
  const { ask, texts } = await readLibrary(paths);
  const expected: readonly (readonly [question: string, fact: string])[] = [
    ['Which file is the one table of front doors?', 'scripts/entries.mjs'],
    ['What does npm test install?', 'Chromium and redis-server'],
    ['After how many lines does a file fail?', '500 fail'],
    ['How large may a file be that is taken in?', '20 MB'],
  ];
  for (const [question, fact] of expected) {
    const { citations: [first], text } = await ask(question);
    const cited = first && texts.get(first.docId)?.slice(first.start, first.end);
    if (cited === undefined || !cited.includes(fact)) throw new Error(`${question} The cited span does not contain “${fact}”: ${text}`);
    console.log(`ok  ${question} ${first?.name.slice(root.pathname.length)}: ${fact}`);
  }
  const all = await Promise.all(expected.map(async ([question]) => (await ask(question)).citations));
  const { valid, problems } = await verifyCitations(all.flat(), (docId) => texts.get(docId));
  if (problems.length > 0) throw new Error(`These citations do not hold: ${JSON.stringify(problems)}`);
  const nothing = await ask('Which instrument does Quentin Marsh play?');
  if (nothing.found) throw new Error(`Nothing about Quentin Marsh stands in the documents, and yet: ${nothing.text}`);
  const refused = await ask('').then(() => false, (error: Error) => error.name === 'ValidationError');
  if (!refused) throw new Error('An empty question was not refused');
  console.log(`${expected.length} questions, ${valid.length} citations, all in their place`);
}

async function documents(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) if (isFile && name.endsWith('.md')) found.push(new URL(name, folder).pathname);
  return found.sort();
}

const [question, ...paths] = Deno.args;
if (question === undefined) await checkItself();
else console.log((await (await readLibrary(paths)).ask(question)).text);
