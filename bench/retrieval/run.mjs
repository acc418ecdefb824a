// node bench/retrieval/run.mjs [--embedder ./mine.mjs] [--write]: how well questions find the passages that answer them. An
// embedder is a module whose default export a Memory takes. The default one needs no download, so all rows can be had anywhere.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { entry } from '../engine/entry.mjs';
import { table, writeSection } from '../page.mjs';
import { judge, questionSet } from './questions.mjs';

const { values: options } = parseArgs({ options: { embedder: { type: 'string' }, write: { type: 'boolean', default: false } } });
const lib = await import(entry('./memory'));
const { passages, questions } = questionSet(lib);

const rows = [];
async function measure(label, memory, modes) {
  await memory.addMany(passages);
  for (const mode of modes) {
    const { ndcg, recall, mrr } = await judge(questions, (question, limit) => memory.search(question, { limit, mode }));
    rows.push([`${mode}, ${label}`, ndcg.toFixed(3), recall.toFixed(3), mrr.toFixed(3)]);
  }
}
await measure('BM25', lib.Memory.local(), ['keyword']);
await measure('default embedder', new lib.Memory(), ['semantic', 'hybrid']);
if (options.embedder !== undefined) {
  const { default: embedder } = await import(pathToFileURL(resolve(options.embedder)).href);
  await measure(options.embedder, new lib.Memory(embedder), ['semantic', 'hybrid']);
}

const section = [
  '## Retrieval quality',
  `Written by \`npm run bench -- retrieval --write\`. ${questions.length} questions over ${passages.length} passages of this project's own pages, one answer each as a rule;`
  + ' about half of the questions use words of their own. Small and of one subject: it compares rankings with each other, not with other benchmarks.',
  table(['ranking', 'nDCG@10', 'recall@5', 'MRR@10'], rows),
].join('\n\n');
console.log(section);
if (options.write) writeSection('retrieval', section);
