// A chat that prefers the device: it asks each backend whether it can run here, takes the first that can, and says why the
// others cannot. `node examples/local-chat/chat.mjs [question]`; MODEL_PATH and MODEL choose a model of your own.
import { defineTool, runAgent } from 'blazen-ts/agent';
import { promptApi, transformersChat, webLlm } from 'blazen-ts/local/chat';
import { writeTestModels } from '../../scripts/test-models.mjs';

const own = process.env.MODEL_PATH;
const backends = [
  promptApi({ expectedInputs: [{ type: 'text', languages: ['en'] }] }),
  webLlm({
    model: 'mine', appConfig: { model_list: [{ model_id: 'mine', model: '/models/mine/', model_lib: '/models/mine.wasm' }] },
    lib: async () => import('@mlc-ai/web-llm'),
  }),
  transformersChat({ model: process.env.MODEL ?? 'tiny-chat', modelPath: own ?? await writeTestModels() }),
];

/** The first model that loads. */
async function firstThatWorks() {
  for (const backend of backends) {
    const found = await backend.probe();
    if (found.ok) {
      console.log(`${backend.name}: yes`);
      return backend.load({ onProgress: ({ file, loaded, total }) => { if (loaded === total) console.log(`  ${file}: ${loaded} bytes`); } });
    }
    console.log(`${backend.name}: no, ${found.reason}`);
  }
  throw new Error('nothing runs here');
}

const model = await firstThatWorks();
const [, , question = 'hi?'] = process.argv;
let written = '';
for await (const part of model.stream([{ role: 'user', content: question }], { maxTokens: 200 })) {
  written += part.delta ?? '';
  process.stdout.write(part.delta ?? '');
}
process.stdout.write('\n');

if (own === undefined) {
  // The test model answers what it was written to answer, so the story can check itself.
  const check = (/** @type {unknown} */ seen, /** @type {unknown} */ expected) => {
    if (seen !== expected) throw new Error(`expected ${String(expected)}, not ${String(seen)}`);
  };
  if (question === 'hi?') check(written, 'hello world from a tiny local model.');
  const weather = defineTool('weather', { type: 'object', properties: { city: { type: 'string' } } }, ({ city }) => `sunny in ${String(city)}`);
  check((await runAgent(model, [{ role: 'user', content: 'weather?' }], [weather])).content, 'It is sunny in Rome.');

  const controller = new AbortController();
  const endless = model.stream([{ role: 'user', content: 'loop?' }], ({ delta }) => { if (delta) controller.abort(); }, { signal: controller.signal });
  check(await Promise.resolve(endless).then(() => 'answered', (error) => error.name), 'AbortedError');
  console.log('streamed, called a tool, stopped when told');
}
await model.dispose();
