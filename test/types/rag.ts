import { Memory } from '../../src/memory/index.ts';
import { type Answer, askWorkflow, ingestWorkflow, type IngestResult, PassagesFound, RagProgress, type SearchableMemory, type WritableMemory } from '../../src/rag/index.ts';
import type { InputOf, ResultOf } from '../../src/workflow/index.ts';
import type { Equal, Expect } from './equal.ts';

const memory = new Memory();
const ask = askWorkflow({ memory });
const ingest = ingestWorkflow({ memory });

export type Results = [
  Expect<Equal<ResultOf<typeof ask>, Answer>>,
  Expect<Equal<ResultOf<typeof ingest>, IngestResult>>,
  Expect<Equal<InputOf<typeof ask>['question'], string>>,
];

// A memory in another thread: the same two methods by promise.
declare const proxy: SearchableMemory & WritableMemory;
askWorkflow({ memory: proxy });
ingestWorkflow({ memory: proxy });
// @ts-expect-error a memory must search
askWorkflow({ memory: { addMany: () => Promise.resolve(0) } });
// @ts-expect-error the question is missing
void ask.run({});
// @ts-expect-error a file needs a name
void ingest.run({ files: [{ text: 'x' }] });

export async function events(): Promise<number> {
  const handler = await ingest.runWithHandler({ files: [{ name: 'a.md', text: 'x' }] });
  let total = 0;
  for await (const event of handler) {
    if (RagProgress.is(event)) total += event.files.done + event.data.chunks.total;
    if (PassagesFound.is(event)) total += event.passages.length;
  }
  return total;
}
