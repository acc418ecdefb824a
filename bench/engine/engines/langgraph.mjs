// Send and the custom stream slow down faster than linearly: the full sizes would take minutes per run.
export const sizes = { fan: 1_000, stream: 30_000, resume: [100, 500] };

const { Annotation, Command, END, MemorySaver, Send, START, StateGraph, interrupt } = await import('@langchain/langgraph');
const { counted } = await import('../counted.mjs');

const Count = () => Annotation.Root({ i: Annotation() });

export function chain(n) {
  const graph = new StateGraph(Count())
    .addNode('step', async (state) => ({ i: state.i + 1 }))
    .addEdge(START, 'step')
    .addConditionalEdges('step', (state) => (state.i < n ? 'step' : END), ['step', END])
    .compile();
  return async () => (await graph.invoke({ i: 0 }, { recursionLimit: n + 10 })).i;
}

export function small(n) {
  const next = async (state) => ({ i: state.i + 1 });
  const graph = new StateGraph(Count())
    .addNode('a', next).addNode('b', next).addNode('c', next)
    .addEdge(START, 'a').addEdge('a', 'b').addEdge('b', 'c').addEdge('c', END)
    .compile();
  return async () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (await graph.invoke({ i })).i;
    return sum;
  };
}

export function fan(n) {
  const State = Annotation.Root({
    got: Annotation({ reducer: (all, more) => { all.push(...more); return all; }, default: () => [] }),
    sum: Annotation(),
  });
  const graph = new StateGraph(State)
    .addNode('item', async ({ i }) => ({ got: [i] }))
    .addNode('all', async ({ got }) => ({ sum: got.reduce((sum, i) => sum + i, 0) }))
    .addConditionalEdges(START, () => Array.from({ length: n }, (_, i) => new Send('item', { i })), ['item'])
    .addEdge('item', 'all').addEdge('all', END)
    .compile();
  return async () => (await graph.invoke({}, { recursionLimit: n + 10 })).sum;
}

export function stream(n) {
  const graph = new StateGraph(Count())
    .addNode('write', async (_, config) => {
      for (let i = 0; i < n; i++) config.writer({ i });
      return { i: n };
    })
    .addEdge(START, 'write').addEdge('write', END)
    .compile();
  return async () => {
    let sum = 0;
    for await (const e of await graph.stream({ i: 0 }, { streamMode: 'custom' })) sum += e.i;
    return sum;
  };
}

export function journalled(n, checkpointer = new MemorySaver()) {
  const State = Annotation.Root({ i: Annotation(), history: Annotation() });
  const graph = new StateGraph(State)
    .addNode('step', async (state) => ({ i: state.i + 1 }))
    .addEdge(START, 'step')
    .addConditionalEdges('step', (state) => (state.i < n ? 'step' : END), ['step', END])
    .compile({ checkpointer });
  let thread = 0;
  return async () => {
    const config = { recursionLimit: n + 10, configurable: { thread_id: String(thread++) } };
    return (await graph.invoke({ i: 0, history: 'x'.repeat(1000) }, config)).i;
  };
}

/** JSON of the checkpoints and writes that its saver is given. */
export function journalBytes(n) {
  const checkpointer = new MemorySaver();
  const { total } = counted(checkpointer, 'put', 'putWrites');
  const run = journalled(n, checkpointer);
  return async () => {
    const before = total();
    await run();
    return total() - before;
  };
}

/** Runs up to the interrupt, and goes on from there. */
function awaiting(graph, recursionLimit) {
  const configOf = (thread) => ({ recursionLimit, configurable: { thread_id: thread } });
  return {
    park: async (i) => {
      await graph.invoke({ i }, configOf(String(i)));
      return String(i);
    },
    answer: async (thread, value) => (await graph.invoke(new Command({ resume: value }), configOf(thread))).i,
  };
}

export function resume(n) {
  const State = Annotation.Root({ i: Annotation(), run: Annotation() });
  const graph = new StateGraph(State)
    .addNode('step', async (state) => ({ i: state.i + 1 }))
    .addNode('ask', async (state) => ({ i: state.i + interrupt('ask') }))
    .addEdge(START, 'step')
    .addConditionalEdges('step', (state) => (state.i < n ? 'step' : 'ask'), ['step', 'ask'])
    .addEdge('ask', END)
    .compile({ checkpointer: new MemorySaver() });
  const configOf = (thread) => ({ recursionLimit: n + 10, configurable: { thread_id: thread } });
  return {
    prepare: async (i) => {
      await graph.invoke({ i: 0 }, configOf(`${n}-${i}`));
      return `${n}-${i}`;
    },
    wake: async (thread) => (await graph.invoke(new Command({ resume: 7 }), configOf(thread))).i,
  };
}

export function parked() {
  const graph = new StateGraph(Count())
    .addNode('ask', async (state) => ({ i: state.i + interrupt('ask') }))
    .addEdge(START, 'ask').addEdge('ask', END)
    .compile({ checkpointer: new MemorySaver() });
  return awaiting(graph, 25);
}

// A run that is interrupted is a record of its saver.
export { parked as evicted };
