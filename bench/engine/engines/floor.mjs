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

/** Bytes of a journal that holds the whole state after each step. */
export function journalBytes(n) {
  return async () => {
    const state = { history: 'x'.repeat(1000), i: 0 };
    let bytes = 0;
    const flow = new Flow()
      .on('start', async () => ({ type: 'step', data: 1 }))
      .on('step', async (e) => {
        state.i = e.data;
        bytes += JSON.stringify(state).length;
        return e.data < n ? { type: 'step', data: e.data + 1 } : stop(e.data);
      });
    await flow.run().result;
    return bytes;
  };
}

/** A record of the state, and a run that begins at the answer. */
export function resume(n) {
  const count = new Flow()
    .on('start', async () => ({ type: 'step', data: 1 }))
    .on('step', async (e) => (e.data < n ? { type: 'step', data: e.data + 1 } : stop(e.data)));
  const go = new Flow().on('start', async (e) => stop(e.data.i + e.data.answer));
  return {
    prepare: async () => JSON.stringify({ i: await count.run().result }),
    wake: (record) => go.run({ ...JSON.parse(record), answer: 7 }).result,
  };
}

const answer = (run, value) => { run.respond('ask', value); return run.result; };

export function parked() {
  const flow = new Flow().on('start', async (e, run) => stop(e.data + (await run.input('ask'))));
  return { park: (i) => flow.run(i), answer };
}

export function parkedLate() {
  const flow = new Flow()
    .on('start', async (e) => ({ type: 'step', data: e.data, left: 1_000 }))
    .on('step', async (e, run) =>
      (e.left > 0 ? { type: 'step', data: e.data, left: e.left - 1 } : stop(e.data + (await run.input('ask')))));
  return { park: (i) => flow.run(i), answer };
}

export function evicted() {
  const records = new Map();
  const go = new Flow().on('start', async (e) => stop(e.data.i + e.data.answer));
  return {
    park: (i) => {
      const id = `run-${i}`;
      records.set(id, JSON.stringify({ workflow: 'parked', id, state: { i }, waitsFor: { type: 'ask', prompt: 'How many?' } }));
      return id;
    },
    answer: (id, value) => go.run({ i: JSON.parse(records.get(id)).state.i, answer: value }).result,
  };
}
