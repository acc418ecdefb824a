import { Flow } from '../floor.mjs';

const stop = (data) => ({ type: 'stop', data });

export function chain(n) {
  const flow = new Flow()
    .on('start', async () => ({ type: 'step', data: 1 }))
    .on('step', async (e) => (e.data < n ? { type: 'step', data: e.data + 1 } : stop(e.data)));
  return () => flow.run().result;
}

export function small(n) {
  const flow = new Flow()
    .on('start', async (e) => ({ type: 'a', data: e.data + 1 }))
    .on('a', async (e) => ({ type: 'b', data: e.data + 1 }))
    .on('b', async (e) => stop(e.data + 1));
  return async () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += await flow.run(i).result;
    return sum;
  };
}

export function fan(n) {
  const flow = new Flow()
    .on('start', async () => Array.from({ length: n }, (_, i) => ({ type: 'item', data: i })))
    .on('item', async (e) => ({ type: 'done', data: e.data }))
    .on('done', (e, run) => {
      const got = (run.got ??= []);
      got.push(e);
      return got.length === n ? { type: 'all', data: got } : null;
    })
    .on('all', async (e) => stop(e.data.reduce((sum, done) => sum + done.data, 0)));
  return () => flow.run().result;
}

export function stream(n) {
  const flow = new Flow().on('start', async (_, run) => {
    for (let i = 0; i < n; i++) run.write({ type: 'tick', data: i });
    return stop(n);
  });
  return async () => {
    const run = flow.run();
    let sum = 0;
    for await (const e of run.events()) sum += e.data;
    await run.result;
    return sum;
  };
}

export function journalled(n) {
  const journal = [];
  const keep = (run) => { journal.push(JSON.stringify(run.state)); };
  const flow = new Flow()
    .on('start', async (_, run) => {
      run.state = { history: 'x'.repeat(1000), i: 1 };
      keep(run);
      return { type: 'step', data: 1 };
    })
    .on('step', async (e, run) => {
      run.state.i = e.data;
      keep(run);
      return e.data < n ? { type: 'step', data: e.data + 1 } : stop(e.data);
    });
  return async () => {
    journal.length = 0;
    return flow.run().result;
  };
}

export function parked() {
  const flow = new Flow().on('start', async (e, run) => stop(e.data + (await run.input('ask'))));
  return (i) => {
    const run = flow.run(i);
    return { answer: (value) => { run.respond('ask', value); return run.result; } };
  };
}

export function parkedLate() {
  const flow = new Flow()
    .on('start', async (e) => ({ type: 'step', data: e.data, left: 1_000 }))
    .on('step', async (e, run) =>
      (e.left > 0 ? { type: 'step', data: e.data, left: e.left - 1 } : stop(e.data + (await run.input('ask')))));
  return (i) => {
    const run = flow.run(i);
    return { answer: (value) => { run.respond('ask', value); return run.result; } };
  };
}
