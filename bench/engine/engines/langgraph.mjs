// Send and the custom stream slow down faster than linearly: the full sizes would take minutes per run.
export const sizes = { fan: 1_000, stream: 30_000 };

const { Annotation, Command, END, MemorySaver, Send, START, StateGraph, interrupt } = await import('@langchain/langgraph');

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

export function journalled(n) {
  const State = Annotation.Root({ i: Annotation(), history: Annotation() });
  const graph = new StateGraph(State)
    .addNode('step', async (state) => ({ i: state.i + 1 }))
    .addEdge(START, 'step')
    .addConditionalEdges('step', (state) => (state.i < n ? 'step' : END), ['step', END])
    .compile({ checkpointer: new MemorySaver() });
  let thread = 0;
  return async () => {
    const config = { recursionLimit: n + 10, configurable: { thread_id: String(thread++) } };
    return (await graph.invoke({ i: 0, history: 'x'.repeat(1000) }, config)).i;
  };
}

export function parked() {
  const graph = new StateGraph(Count())
    .addNode('ask', async (state) => ({ i: state.i + interrupt('ask') }))
    .addEdge(START, 'ask').addEdge('ask', END)
    .compile({ checkpointer: new MemorySaver() });
  return async (i) => {
    const config = { configurable: { thread_id: String(i) } };
    await graph.invoke({ i }, config);
    return { answer: async (value) => (await graph.invoke(new Command({ resume: value }), config)).i };
  };
}
