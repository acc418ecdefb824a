// Search by meaning without a server: texts and questions become vectors on this device, and a cross-encoder reads the best
// few once more. `node examples/local-search/search.mjs [question]`; MODEL and RERANKER name directories of your own models,
// with model.onnx below onnx/, tokenizer.json and config.json.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crossEncoder, onnxEmbedding } from 'blazen-ts/local/embeddings';
import { Memory } from 'blazen-ts/memory';
import { writeTestModels } from '../../scripts/test-models.mjs';

const { MODEL, RERANKER } = process.env;
const made = MODEL === undefined || RERANKER === undefined ? await writeTestModels() : '';

/** What a directory holds. In a page these are addresses, and the library fetches them. */
async function modelIn(/** @type {string} */ folder) {
  const json = async (/** @type {string} */ name) => JSON.parse(await readFile(join(folder, name), 'utf8'));
  return { model: new Uint8Array(await readFile(join(folder, 'onnx/model.onnx'))), modelId: folder, tokenizer: await json('tokenizer.json'), config: await json('config.json') };
}

const embedding = onnxEmbedding(await modelIn(MODEL ?? join(made, 'tiny-encoder')));
const probe = await embedding.probe();
if (!probe.ok) throw new Error(`${probe.reason}. ${probe.fix}`);
const embedder = await embedding.load();
const reranker = await crossEncoder(await modelIn(RERANKER ?? join(made, 'tiny-cross-encoder'))).load();

const memory = new Memory(embedder);
await memory.addMany([
  { id: 'man', text: 'The man bites the dog.' },
  { id: 'dog', text: 'In the old house of the woman the dog bites the man.' },
  { id: 'lamp', text: 'The keeper of the tower lights the oil lamp.' },
  { id: 'bridge', text: 'A stone bridge is north of the river.' },
]);

const [, , question = 'the dog bites the man'] = process.argv;
const found = await memory.search(question, { mode: 'semantic' });
const reranked = await memory.search(question, { mode: 'semantic', reranker });
console.log('by vectors: ', found.map(({ id }) => id).join(', '));
console.log('reranked:   ', reranked.map(({ id, score }) => `${id} ${score.toFixed(2)}`).join(', '));

// The test models are the same everywhere, so the story can check itself.
if (made !== '' && process.argv[2] === undefined) {
  if (found[0]?.id !== 'man' || reranked[0]?.id !== 'dog') throw new Error('expected the man first by vectors, and the dog first when both are read together');
}
await Promise.all([embedder.dispose(), reranker.dispose()]);
console.log(`${embedder.dimensions} numbers per text, ${embedder.modelId.split('/').at(-1)}, no request to anybody`);
