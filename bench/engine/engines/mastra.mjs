// Each step persists the whole run.
export const sizes = { resume: [100, 1_000] };

const { createStep, createWorkflow } = await import('@mastra/core/workflows');
const { Mastra } = await import('@mastra/core');
const { InMemoryStore } = await import('@mastra/core/storage');
const { z } = await import('zod');
const { counted } = await import('../counted.mjs');

const count = z.object({ i: z.number() });
const step = (id, execute, schemas = {}) =>
  createStep({ id, inputSchema: count, outputSchema: count, execute, ...schemas });
const create = (id, schemas = {}) => createWorkflow({ id, inputSchema: count, outputSchema: count, ...schemas });

async function result(workflow, inputData) {
  const ended = await (await workflow.createRunAsync()).start({ inputData });
  if (ended.status !== 'success') throw ended.error ?? new Error(ended.status);
  return ended.result;
}

export function chain(n) {
  const next = step('step', async ({ inputData }) => ({ i: inputData.i + 1 }));
  const workflow = create('chain').dountil(next, async ({ inputData }) => inputData.i >= n).commit();
  return async () => (await result(workflow, { i: 0 })).i;
}

export function small(n) {
  const next = async ({ inputData }) => ({ i: inputData.i + 1 });
  const workflow = create('small').then(step('a', next)).then(step('b', next)).then(step('c', next)).commit();
  return async () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (await result(workflow, { i })).i;
    return sum;
  };
}

export function fan(n) {
  const list = z.array(count);
  const split = step('split', async () => Array.from({ length: n }, (_, i) => ({ i })), { outputSchema: list });
  const item = step('item', async ({ inputData }) => inputData);
  const all = step('all', async ({ inputData }) => ({ i: inputData.reduce((sum, { i }) => sum + i, 0) }), {
    inputSchema: list,
  });
  const workflow = create('fan').then(split).foreach(item, { concurrency: n }).then(all).commit();
  return async () => (await result(workflow, { i: 0 })).i;
}

export function stream(n) {
  const write = step('write', async ({ writer }) => {
    for (let i = 0; i < n; i++) await writer.write({ type: 'tick', i });
    return { i: n };
  });
  const workflow = create('stream').then(write).commit();
  return async () => {
    const run = await workflow.createRunAsync();
    const output = run.streamVNext({ inputData: { i: 0 } });
    let sum = 0;
    for await (const e of output.fullStream) {
      const payload = e.payload?.output ?? e;
      if (payload.type === 'tick') sum += payload.i;
    }
    return sum;
  };
}

/** Its store in memory keeps the objects it is given: what it persists is written as JSON, too. */
export function journalled(n, storage = counted(new InMemoryStore(), 'persistWorkflowSnapshot').store) {
  const state = z.object({ i: z.number(), history: z.string() });
  const next = createStep({
    id: 'step',
    inputSchema: state,
    outputSchema: state,
    execute: async ({ inputData }) => ({ ...inputData, i: inputData.i + 1 }),
  });
  const flow = createWorkflow({ id: 'journalled', inputSchema: state, outputSchema: state })
    .dountil(next, async ({ inputData }) => inputData.i >= n)
    .commit();
  const workflow = stored(flow, storage);
  return async () => (await result(workflow, { i: 0, history: 'x'.repeat(1000) })).i;
}

/** JSON of the snapshots that its engine persists. */
export function journalBytes(n) {
  const storage = new InMemoryStore();
  const { total } = counted(storage, 'persistWorkflowSnapshot');
  const run = journalled(n, storage);
  return async () => {
    const before = total();
    await run();
    return total() - before;
  };
}

const answerSchemas = { resumeSchema: z.object({ value: z.number() }), suspendSchema: z.object({}) };
const ask = step('ask', async ({ inputData, resumeData, suspend }) =>
  (resumeData === undefined ? suspend({}) : { i: inputData.i + resumeData.value }), answerSchemas);

/** Runs up to the step that suspends, and goes on from there. */
function awaiting(flow) {
  const workflow = stored(flow);
  return {
    park: async (i) => {
      const run = await workflow.createRunAsync();
      await run.start({ inputData: { i } });
      return run.runId;
    },
    answer: async (runId, value) => {
      const again = await workflow.createRunAsync({ runId });
      return (await again.resume({ step: 'ask', resumeData: { value } })).result.i;
    },
  };
}

export function resume(n) {
  const next = step('step', async ({ inputData }) => ({ i: inputData.i + 1 }));
  const { park, answer } = awaiting(create('resume').dountil(next, async ({ inputData }) => inputData.i >= n).then(ask).commit());
  return { prepare: () => park(0), wake: (runId) => answer(runId, 7) };
}

export function parked() { return awaiting(create('parked').then(ask).commit()); }

// A run that is suspended is a record of its store.
export { parked as evicted };

/** The workflow under a Mastra with the in-memory store, which persists after each step. */
function stored(workflow, storage = new InMemoryStore()) {
  return new Mastra({ workflows: { [workflow.id]: workflow }, storage, logger: false })
    .getWorkflow(workflow.id);
}
