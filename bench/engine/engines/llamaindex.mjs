// Events that no handler takes stay in a queue that every sendEvent copies: the stream is quadratic.
export const sizes = { stream: 10_000 };

const { createWorkflow, workflowEvent } = await import('@llamaindex/workflow-core');

// The fastest public way to a result: `until(stop).toArray()` of its README takes three times as long on small runs.
function result(workflow, first, last) {
  const { stream: events, sendEvent } = workflow.createContext();
  return new Promise((resolve) => {
    events.on(last, (e) => resolve(e.data));
    sendEvent(first);
  });
}

export function chain(n) {
  const start = workflowEvent(), step = workflowEvent(), stop = workflowEvent();
  const workflow = createWorkflow();
  workflow.handle([start], async () => step.with(1));
  workflow.handle([step], async (_, e) => (e.data < n ? step.with(e.data + 1) : stop.with(e.data)));
  return () => result(workflow, start.with(), stop);
}

export function small(n) {
  const start = workflowEvent(), a = workflowEvent(), b = workflowEvent(), stop = workflowEvent();
  const workflow = createWorkflow();
  workflow.handle([start], async (_, e) => a.with(e.data + 1));
  workflow.handle([a], async (_, e) => b.with(e.data + 1));
  workflow.handle([b], async (_, e) => stop.with(e.data + 1));
  return async () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += await result(workflow, start.with(i), stop);
    return sum;
  };
}

export function fan(n) {
  const start = workflowEvent(), item = workflowEvent(), done = workflowEvent(), all = workflowEvent();
  const stop = workflowEvent();
  return () => {
    // The collector's memory belongs to one run: this engine has no state without a middleware.
    const got = [];
    const workflow = createWorkflow();
    workflow.handle([start], async ({ sendEvent }) => { for (let i = 0; i < n; i++) sendEvent(item.with(i)); });
    workflow.handle([item], async (_, e) => done.with(e.data));
    workflow.handle([done], (_, e) => {
      got.push(e);
      return got.length === n ? all.with(got) : undefined;
    });
    workflow.handle([all], async (_, e) => stop.with(e.data.reduce((sum, each) => sum + each.data, 0)));
    return result(workflow, start.with(), stop);
  };
}

export function stream(n) {
  const start = workflowEvent(), tick = workflowEvent(), stop = workflowEvent();
  const workflow = createWorkflow();
  workflow.handle([start], async ({ sendEvent }) => {
    for (let i = 0; i < n; i++) sendEvent(tick.with(i));
    return stop.with();
  });
  return async () => {
    const { stream: events, sendEvent } = workflow.createContext();
    sendEvent(start.with());
    let sum = 0;
    for await (const e of events) {
      if (tick.include(e)) sum += e.data;
      else if (stop.include(e)) break;
    }
    return sum;
  };
}

export function parked() {
  const start = workflowEvent(), ask = workflowEvent(), answer = workflowEvent(), stop = workflowEvent();
  const workflow = createWorkflow();
  workflow.handle([start], async () => ask.with());
  workflow.handle([answer], async (_, e) => stop.with(e.data));
  return {
    park: (i) => {
      const context = workflow.createContext();
      const ended = new Promise((resolve) => { context.stream.on(stop, (e) => resolve(e.data)); });
      context.sendEvent(start.with());
      return { context, ended, i };
    },
    answer: ({ context, ended, i }, value) => {
      context.sendEvent(answer.with(i + value));
      return ended;
    },
  };
}
