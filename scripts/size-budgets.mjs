// Gzip ceilings in bytes. `entries`: everything an entry exports, bundled and minified for a browser together with its
// npm dependencies. `programs`: what a small real program costs after tree-shaking, with the lazy modules it `loads`. Raising a number is a decision:
// say why in the commit message.

/** @type {Readonly<Record<string, number>>} */
export const entryBudgets = {
  '.': 90_000,
  './workflow': 14_000,
  './pipeline': 30_200,
  './events': 3_000,
  './durable': 35_400,
  './server': 12_000,
  './msgpack': 13_000,
  './local': 22_000,
  './local/chat': 20_000,
  './local/embeddings': 11_000,
  './local/transcription': 9_000,
  './rag': 20_000,
  './prompts': 5_000,
  './prompts/yaml': 18_000,
  './ai-sdk': 14_000,
  './mcp': 3_072,
  './memory': 12_288,
  './models': 16_000,
  './agent': 14_000,
  './providers/openai': 24_000,
  './providers/anthropic': 24_000,
  './providers/gemini': 24_000,
  './providers/azure': 24_000,
  './providers/openrouter': 24_000,
  './providers/groq': 24_000,
  './providers/together': 24_000,
  './providers/mistral': 24_000,
  './providers/deepseek': 24_000,
  './providers/fireworks': 24_000,
  './providers/perplexity': 24_000,
  './providers/xai': 24_000,
  './providers/cohere': 24_000,
  './providers/bedrock': 24_000,
  './providers/fal': 24_000,
  './providers/openai-compat': 24_000,
  './memory/documents': 12_000,
  './memory/text': 5_000,
  './memory/worker': 6_000,
  './memory/segments': 6_500,
  './testing': 46_000,
  './browser': 12_000,
  './workers': 32_500,
  './stores/redis': 9_000,
  './stores/upstash': 4_000,
  './stores/pgvector': 5_000,
  './stores/vectorize': 6_000,
  './memory/database': 8_000,
};

/** @type {ReadonlyArray<{ name: string, budget: number, source: string, forbidden: readonly RegExp[], loads?: readonly string[] }>} */
export const programBudgets = [
  {
    name: 'one provider, streaming, retry and tools',
    budget: 15_000,
    source: `
      import { withRetry } from 'blazen-ts/models';
      import { openai } from 'blazen-ts/providers/openai';
      const tools = [{ name: 'now', description: 'The time', parameters: { type: 'object', properties: {} } }];
      const stream = withRetry(openai({ apiKey: 'k' }), 5).stream([{ role: 'user', content: 'What time is it?' }], { tools });
      for await (const part of stream) console.log(part.delta, part.toolCalls);
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/, /anthropic/i, /bedrock/i, /gemini/i],
  },
  {
    name: 'an agent on one provider, with retry',
    budget: 22_000,
    source: `
      import { defineTool, runAgent } from 'blazen-ts/agent';
      import { withRetry } from 'blazen-ts/models';
      import { openai } from 'blazen-ts/providers/openai';
      const now = defineTool('now', { type: 'object', properties: {} }, () => Date.now());
      console.log((await runAgent(withRetry(openai({ apiKey: 'k' })), [{ role: 'user', content: 'What time is it?' }], [now])).content);
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/, /anthropic/i, /bedrock/i],
  },
  {
    name: 'all fifteen providers',
    budget: 40_000,
    source: `
      import { openai } from 'blazen-ts/providers/openai';
      import { anthropic } from 'blazen-ts/providers/anthropic';
      import { gemini } from 'blazen-ts/providers/gemini';
      import { azure } from 'blazen-ts/providers/azure';
      import { openrouter } from 'blazen-ts/providers/openrouter';
      import { groq } from 'blazen-ts/providers/groq';
      import { together } from 'blazen-ts/providers/together';
      import { mistral } from 'blazen-ts/providers/mistral';
      import { deepseek } from 'blazen-ts/providers/deepseek';
      import { fireworks } from 'blazen-ts/providers/fireworks';
      import { perplexity } from 'blazen-ts/providers/perplexity';
      import { xai } from 'blazen-ts/providers/xai';
      import { cohere } from 'blazen-ts/providers/cohere';
      import { bedrock } from 'blazen-ts/providers/bedrock';
      import { fal } from 'blazen-ts/providers/fal';
      console.log([openai, anthropic, gemini, azure, openrouter, groq, together, mistral, deepseek, fireworks, perplexity, xai, cohere, bedrock, fal]);
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/],
  },
  {
    name: 'a two-step workflow',
    budget: 6 * 1024,
    source: `
      import { Workflow } from 'blazen-ts/workflow';
      const workflow = new Workflow('greet')
        .addStep('name', ['blazen::StartEvent'], (event) => ({ type: 'Named', name: event.name.trim() }))
        .addStep('greet', ['Named'], (event) => ({ type: 'blazen::StopEvent', result: 'Hello, ' + event.name }));
      console.log((await workflow.run({ name: 'Ada' })).data);
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/],
  },
  {
    name: 'a workflow that asks, is saved and resumed',
    budget: 9 * 1024,
    source: `
      import { pause, resume, snapshot } from 'blazen-ts/durable';
      import { Workflow } from 'blazen-ts/workflow';
      const workflow = new Workflow('order')
        .addStep('ask', ['blazen::StartEvent'], (event) => ({ type: 'blazen::InputRequestEvent', request_id: 'ok', prompt: 'Order ' + event.item + '?' }))
        .addStep('order', ['blazen::InputResponseEvent'], (event) => ({ type: 'blazen::StopEvent', result: event.response }));
      if (localStorage.saved) {
        const handler = await resume(workflow, localStorage.saved);
        handler.respondToInput('ok', 'yes');
        console.log((await handler.result()).data);
      } else {
        const handler = await workflow.runWithHandler({ item: 'coat' });
        for await (const event of handler) {
          console.log(event.prompt);
          break;
        }
        await pause(handler);
        localStorage.saved = await snapshot(handler);
      }
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/, /waitFor/, /SerializableRef/, /BLZNTS/, /\bimport\(/],
  },
  {
    name: 'a typed two-step workflow',
    budget: 7 * 1024,
    source: `
      import { defineEvent, StartEvent, stop } from 'blazen-ts/events';
      import { defineWorkflow } from 'blazen-ts/workflow';
      const Named = defineEvent('Named');
      const workflow = defineWorkflow('greet')
        .step('name', [StartEvent], () => Named())
        .step('greet', [Named], (event) => stop('Hello, ' + event.type));
      console.log((await workflow.run({})).data);
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/],
  },
  {
    name: 'a memory with filters, of any size, and a chunker',
    // Above the 12,288 of the goal; docs/decisions/0025-size-of-a-whole-memory.md says where they go.
    budget: 17_000,
    source: `export { InMemoryBackend, Memory, chunkDocument } from 'blazen-ts/memory';`,
    loads: ['memory/index/vector-index.js', 'memory/filter.js'],
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/],
  },
  {
    name: 'answers from documents',
    budget: 28_000,
    source: `
      import { Memory } from 'blazen-ts/memory';
      import { askWorkflow, ingestWorkflow } from 'blazen-ts/rag';
      const memory = new Memory();
      await ingestWorkflow({ memory }).run({ files: [{ name: 'a.md', text: 'The lamp burns oil.' }] });
      console.log((await askWorkflow({ memory }).run({ question: 'What does the lamp burn?' })).data.text);
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/, /openai/i, /pdfjs/i],
  },
  {
    name: 'a chat model on the GPU, in a worker',
    budget: 15_000,
    source: `
      import { webLlm } from 'blazen-ts/local/chat';
      const backend = webLlm({
        model: 'tiny', appConfig: { model_list: [{ model_id: 'tiny', model: '/tiny/', model_lib: '/tiny.wasm' }] },
        worker: () => new Worker('/web-llm.worker.js', { type: 'module' }),
      });
      const model = await backend.load();
      console.log((await model.complete([{ role: 'user', content: 'Hello' }])).content);
    `,
    // The package is for the worker, and the other backends are not asked for.
    forbidden: [/\bimport\(/, /huggingface/, /onnx/i, /responseConstraint/, /https?:\/\/(?!127)/, /\bnode:[a-z]/],
  },
  {
    name: 'search by meaning, embedded on the device',
    budget: 19_000,
    source: `
      import { onnxEmbedding } from 'blazen-ts/local/embeddings';
      import { Memory } from 'blazen-ts/memory';
      const memory = new Memory(await onnxEmbedding({ model: '/m.onnx', tokenizer: '/t.json' }).load());
      await memory.add('lamp', 'The lamp burns oil.');
      console.log(await memory.search('What does the lamp burn?'));
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/, /WordPiece/, /OrtRun/, /remoteHost/, /jsdelivr/],
  },
  {
    name: 'the reference\'s EmbeddingModel, hosted',
    budget: 13_000,
    source: `
      import { EmbeddingModel } from 'blazen-ts';
      console.log(await EmbeddingModel.openai({ apiKey: 'k' }).embed(['hello']));
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/, /input_ids/, /executionProviders/],
  },
  {
    name: 'a client of runs on a server',
    budget: 5_000,
    source: `
      import { runsClient } from 'blazen-ts/server';
      const runs = runsClient({ url: '/api' });
      const runId = await runs.start('order', { item: 'coat' });
      for await (const { event } of runs.events(runId)) console.log(event.type);
      console.log(await runs.result(runId));
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/, /putInput/],
  },
  {
    name: 'define one event',
    budget: 2_500,
    source: `
      import { defineEvent } from 'blazen-ts/events';
      console.log(defineEvent('Ping')());
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/],
  },
];
