// Its stream queue is shifted item by item: beyond about 30,000 waiting items each shift copies the rest. Its fan-out
// registers one abort listener per step on one signal: 100,000 at once take minutes.
export const sizes = { fan: 10_000, stream: 30_000, resume: [100, 1_000] };

const { createWorkflow, inMemoryRunStore, LogConflictError, runWorkflow } = await import('@tanstack/workflow-core');
const { counted } = await import('../counted.mjs');

// This engine always keeps a log, so every scenario runs on its in-memory store, a new one per run.
async function result(workflow, input, runStore = inMemoryRunStore()) {
  let output;
  for await (const e of runWorkflow({ workflow, input, runStore, outputSink: (value) => { output = value; } })) void e;
  return output;
}

export function chain(n) {
  const workflow = createWorkflow({ id: 'chain' }).handler(async (ctx) => {
    let i = 0;
    while (i < n) i = await ctx.step(`step-${i}`, async () => i + 1);
    return i;
  });
  return () => result(workflow, 0);
}

export function small(n) {
  const workflow = createWorkflow({ id: 'small' }).handler(async (ctx) => {
    const a = await ctx.step('a', async () => ctx.input + 1);
    const b = await ctx.step('b', async () => a + 1);
    return ctx.step('c', async () => b + 1);
  });
  return async () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += await result(workflow, i);
    return sum;
  };
}

export function fan(n) {
  const workflow = createWorkflow({ id: 'fan' }).handler(async (ctx) => {
    const items = Array.from({ length: n }, (_, i) => ctx.step(`item-${i}`, async () => i));
    const got = await Promise.all(items);
    return ctx.step('all', async () => got.reduce((sum, i) => sum + i, 0));
  });
  return () => result(workflow, 0);
}

export function stream(n) {
  const workflow = createWorkflow({ id: 'stream' }).handler(async (ctx) => {
    for (let i = 0; i < n; i++) ctx.emit('tick', i);
    return n;
  });
  return async () => {
    let sum = 0;
    for await (const e of runWorkflow({ workflow, input: 0, runStore: inMemoryRunStore() })) {
      if (e.type === 'CUSTOM') sum += e.value;
    }
    return sum;
  };
}

/**
 * A store in memory that keeps text, as every store outside the process does: the engine's own keeps the objects it is
 * given, and sets a timer for each append.
 */
function textRunStore() {
  const states = new Map();
  const logs = new Map();
  return {
    getRunState: async (runId) => (states.has(runId) ? JSON.parse(states.get(runId)) : undefined),
    setRunState: async (runId, state) => { states.set(runId, JSON.stringify(state)); },
    deleteRun: async (runId) => { states.delete(runId); logs.delete(runId); },
    appendEvent: async (runId, next, event) => {
      if (!logs.has(runId)) logs.set(runId, []);
      const log = logs.get(runId);
      if (log.length !== next) throw new LogConflictError(runId, next);
      log.push(JSON.stringify(event));
    },
    getEvents: async (runId) => (logs.get(runId) ?? []).map((text) => JSON.parse(text)),
  };
}

/** The kilobyte is the result of a step, once: what does not change is not written again. */
function counting(n) {
  const kilobyte = 'x'.repeat(1000);
  return createWorkflow({ id: 'journalled' }).handler(async (ctx) => {
    const history = await ctx.step('start', async () => kilobyte);
    let i = 0;
    while (i < n) i = await ctx.step(`step-${i}`, async () => i + 1);
    return history === kilobyte ? i : 0;
  });
}

export function journalled(n) {
  const workflow = counting(n);
  return () => result(workflow, 0, textRunStore());
}

/** Everything that its engine writes: JSON of what is appended and saved. */
export function journalBytes(n) {
  const workflow = counting(n);
  return async () => {
    const { store, total } = counted(inMemoryRunStore());
    await result(workflow, 0, store);
    return total();
  };
}

/** Runs up to an event, and goes on when it is delivered, on one store. */
function awaiting(handler) {
  const runStore = inMemoryRunStore();
  const workflow = createWorkflow({ id: 'awaiting' }).handler(handler);
  return {
    park: async (i) => {
      const runId = `run-${i}`;
      for await (const e of runWorkflow({ workflow, input: i, runStore, runId })) void e;
      return runId;
    },
    answer: async (runId, payload) => {
      let output;
      const delivery = { signalId: `signal-${runId}`, name: 'answer', payload };
      const run = { workflow, runId, runStore, signalDelivery: delivery, outputSink: (value) => { output = value; } };
      for await (const e of runWorkflow(run)) void e;
      return output;
    },
  };
}

export function resume(n) {
  const { park: prepare, answer } = awaiting(async (ctx) => {
    let i = 0;
    while (i < n) i = await ctx.step(`step-${i}`, async () => i + 1);
    return i + (await ctx.waitForEvent('answer'));
  });
  return { prepare, wake: (runId) => answer(runId, 7) };
}

export function parked() { return awaiting(async (ctx) => ctx.input + (await ctx.waitForEvent('answer'))); }

// A run that waits is a record of its store.
export { parked as evicted };
