import { existsSync, readFileSync } from 'node:fs';
import { programBudgets } from '../../scripts/size-budgets.mjs';
import { entry } from './entry.mjs';

const peer = (name, subpath, programs) => ({ name, module: () => name + subpath, programs });

/** The program whose size is kept in bounds for every release. */
const sized = (name) => programBudgets.find((program) => program.name === name).source;

/**
 * Every engine: its adapter is engines/<key>.mjs; `module` is what a program imports first, for the cold import; `programs`
 * are bundled for a browser: two steps, and where there is one a run that asks a human, is paused, saved, and resumed by another process.
 */
export const engines = {
  floor: { name: 'floor (hand-written loop)', module: () => new URL('floor.mjs', import.meta.url).href, programs: { core: `
    import { Flow } from './floor.mjs';
    const flow = new Flow().on('start', async (e) => ({ type: 'named', data: e.data.trim() })).on('named', async (e) => ({ type: 'stop', data: 'Hello, ' + e.data }));
    console.log(await flow.run('Ada').result);
  ` } },
  ours: { name: 'blazen-ts', module: () => entry('./workflow'), programs: {
    core: sized('a two-step workflow'), durable: sized('a workflow that asks, is saved and resumed'),
  } },
  tanstack: peer('@tanstack/workflow-core', '', { core: `
    import { createWorkflow, inMemoryRunStore, runWorkflow } from '@tanstack/workflow-core';
    const workflow = createWorkflow({ id: 'greet' }).handler(async (ctx) => {
      const name = await ctx.step('name', async () => ctx.input.trim());
      return ctx.step('greet', async () => 'Hello, ' + name);
    });
    for await (const e of runWorkflow({ workflow, input: 'Ada', runStore: inMemoryRunStore(), outputSink: console.log })) void e;
  ` }),
  mastra: peer('@mastra/core', '/workflows', { core: `
    import { createStep, createWorkflow } from '@mastra/core/workflows';
    import { z } from 'zod';
    const text = z.object({ name: z.string() });
    const step = (id, execute) => createStep({ id, inputSchema: text, outputSchema: text, execute });
    const workflow = createWorkflow({ id: 'greet', inputSchema: text, outputSchema: text })
      .then(step('name', async ({ inputData }) => ({ name: inputData.name.trim() }))).then(step('greet', async ({ inputData }) => ({ name: 'Hello, ' + inputData.name }))).commit();
    console.log(await (await workflow.createRunAsync()).start({ inputData: { name: 'Ada' } }));
  ` }),
  llamaindex: peer('@llamaindex/workflow-core', '', { core: `
    import { createWorkflow, workflowEvent } from '@llamaindex/workflow-core';
    const start = workflowEvent(), named = workflowEvent(), stop = workflowEvent();
    const workflow = createWorkflow();
    workflow.handle([start], async (_, e) => named.with(e.data.trim()));
    workflow.handle([named], async (_, e) => stop.with('Hello, ' + e.data));
    const { stream, sendEvent } = workflow.createContext();
    stream.on(stop, (e) => console.log(e.data));
    sendEvent(start.with('Ada'));
  ` }),
  langgraph: peer('@langchain/langgraph', '', { core: `
    import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
    const graph = new StateGraph(Annotation.Root({ name: Annotation() }))
      .addNode('trim', async ({ name }) => ({ name: name.trim() })).addNode('greet', async ({ name }) => ({ name: 'Hello, ' + name }))
      .addEdge(START, 'trim').addEdge('trim', 'greet').addEdge('greet', END).compile();
    console.log(await graph.invoke({ name: 'Ada' }));
  ` }),
};

/** Name and installed version. */
export function label(key) {
  const { name } = engines[key];
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return existsSync(manifest) ? `${name} ${JSON.parse(readFileSync(manifest, 'utf8')).version}` : name;
}
