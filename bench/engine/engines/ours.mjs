import { entry } from '../entry.mjs';

const { Workflow, collect } = await import(entry('./workflow'));

const START = 'blazen::StartEvent';
const stop = (result) => ({ type: 'blazen::StopEvent', result });
const output = async (workflow, input) => (await workflow.run(input)).data;

export function chain(n) {
  const workflow = new Workflow('chain')
    .addStep('start', [START], async () => ({ type: 'step', i: 1 }))
    .addStep('step', ['step'], async (e) => (e.i < n ? { type: 'step', i: e.i + 1 } : stop(e.i)));
  return () => output(workflow, {});
}

export function small(n) {
  const workflow = new Workflow('small')
    .addStep('start', [START], async (e) => ({ type: 'a', i: e.i + 1 }))
    .addStep('a', ['a'], async (e) => ({ type: 'b', i: e.i + 1 }))
    .addStep('b', ['b'], async (e) => stop(e.i + 1));
  return async () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += await output(workflow, { i });
    return sum;
  };
}

export function fan(n) {
  const workflow = new Workflow('fan')
    .addStep('start', [START], async () => Array.from({ length: n }, (_, i) => ({ type: 'item', i })))
    .addStep('item', ['item'], async (e) => ({ type: 'done', i: e.i }))
    .addStep('all', ['done'], async (e) => stop(e.events.reduce((sum, done) => sum + done.i, 0)), collect(n));
  return () => output(workflow, {});
}

export function stream(n) {
  const workflow = new Workflow('stream').addStep('write', [START], async (_, ctx) => {
    for (let i = 0; i < n; i++) if (!ctx.writeEventToStream({ type: 'tick', i })) await ctx.drained();
    return stop(n);
  });
  return async () => {
    const handler = await workflow.runWithHandler({});
    let sum = 0;
    for await (const e of handler) if (e.type === 'tick') sum += e.i;
    await handler.result();
    return sum;
  };
}

const durable = await import(entry('./durable'));

/** A new host on a store; the chain of its runs counts to n, with 1 KB of state that does not change. */
function hostOf(workflow, store = new durable.InMemoryCheckpointStore()) {
  return durable.createLocalHost({ store, workflows: [workflow] });
}

function counting(n) {
  return new durable.Workflow('counting')
    .addStep('start', [START], async (_, ctx) => {
      ctx.set('history', 'x'.repeat(1000));
      return { type: 'step', i: 1 };
    })
    .addStep('step', ['step'], async (e) => (e.i < n ? { type: 'step', i: e.i + 1 } : stop(e.i)));
}

export function journalled(n) {
  const workflow = counting(n);
  return async () => {
    const host = hostOf(workflow);
    return host.result(await host.start(workflow, {}));
  };
}

/** Everything: the first state, what each step changed, the state written anew now and then, the durable stream. */
export function journalBytes(n) {
  const workflow = counting(n);
  return async () => {
    const store = new durable.InMemoryCheckpointStore();
    let bytes = 0;
    const count = ({ base, delta, items = [] }) => {
      for (const data of [base, delta, ...items.map((item) => item.data)]) bytes += data?.length ?? 0;
    };
    const { create, commit } = store;
    store.create = (id, run) => { count(run); return create.call(store, id, run); };
    store.commit = (id, change) => { count(change); return commit.call(store, id, change); };
    const host = hostOf(workflow, store);
    await host.result(await host.start(workflow, {}));
    return bytes;
  };
}

const ask = { type: 'blazen::InputRequestEvent', request_id: 'ask', prompt: 'How many?' };

/** Counts to n, asks, and adds the answer. */
function asking(n) {
  return new durable.Workflow('asking')
    .addStep('start', [START], async (_, ctx) => {
      ctx.set('history', 'x'.repeat(1000));
      return { type: 'step', i: 1 };
    })
    .addStep('step', ['step'], async (e, ctx) => {
      if (e.i < n) return { type: 'step', i: e.i + 1 };
      ctx.set('i', e.i);
      return ask;
    })
    .addStep('answer', ['blazen::InputResponseEvent'], async (e, ctx) => stop(ctx.get('i') + e.response));
}

/** Waits until the host has let go of all its runs. */
async function evictedFrom(host) {
  while (host.active.length > 0) await new Promise((resolve) => { setImmediate(resolve); });
}

export function resume(n) {
  const workflow = asking(n);
  return {
    prepare: async () => {
      const store = new durable.InMemoryCheckpointStore();
      const host = hostOf(workflow, store);
      const id = await host.start(workflow, {});
      await evictedFrom(host);
      return { store, id };
    },
    // A host that has never seen the run, as after a restart.
    wake: async ({ store, id }) => {
      const host = hostOf(workflow, store);
      await host.deliver(id, 'ask', 7);
      return host.result(id);
    },
  };
}

/** A run that waits. */
async function parkedBy(workflow, i) {
  const handler = await workflow.runWithHandler({ i });
  while (handler.status === 'running') await Promise.resolve();
  return handler;
}

async function answer(handler, value) {
  handler.respondToInput('ask', value);
  return (await handler.result()).data;
}

const fresh = (W) => new W('parked')
  .addStep('ask', [START], async (e, ctx) => {
    ctx.set('i', e.i);
    return ask;
  })
  .addStep('answer', ['blazen::InputResponseEvent'], async (e, ctx) => stop(ctx.get('i') + e.response));

const late = (W) => new W('parkedLate')
  .addStep('start', [START], async (e, ctx) => {
    ctx.set('i', e.i);
    return { type: 'step', left: 1_000 };
  })
  .addStep('step', ['step'], async (e) => (e.left > 0 ? { type: 'step', left: e.left - 1 } : ask))
  .addStep('answer', ['blazen::InputResponseEvent'], async (e, ctx) => stop(ctx.get('i') + e.response));

export function parked() {
  const workflow = fresh(Workflow);
  return { park: (i) => parkedBy(workflow, i), answer };
}

export function parkedLate() {
  const workflow = late(Workflow);
  return { park: (i) => parkedBy(workflow, i), answer };
}

function evictedBy(workflow, store) {
  const host = hostOf(workflow, store);
  return {
    park: async (i) => {
      const id = await host.start(workflow, { i }, { runId: `run-${i}` });
      await evictedFrom(host);
      return id;
    },
    answer: async (id, value) => {
      await host.deliver(id, 'ask', value);
      return host.result(id);
    },
  };
}

export function evicted() { return evictedBy(fresh(durable.Workflow)); }

export async function evictedLate() {
  const { createFileCheckpointStore } = await import(entry('./node'));
  const { existsSync, mkdtempSync, rmSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  // The heap is measured, not the disk: a file system in memory, where there is one, syncs at once.
  const folder = mkdtempSync(`${existsSync('/dev/shm') ? '/dev/shm' : tmpdir()}/blazen-bench-`);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return evictedBy(late(durable.Workflow), await createFileCheckpointStore(folder));
}
