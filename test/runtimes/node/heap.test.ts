import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

// What only a process of its own shows: how much memory runs and streams hold. The programs use the built package.

const entry = (path: string): string => JSON.stringify(new URL(`../../../dist/node/${path}/index.js`, import.meta.url).href);

/** The JSON that a program prints, run with the garbage collector at hand and these flags. */
async function program(source: string, ...flags: readonly string[]): Promise<unknown> {
  const text = `
    import { createLocalHost, InMemoryCheckpointStore, Workflow } from ${entry('durable')};
    const stop = (result) => ({ type: 'blazen::StopEvent', result });
    const settle = () => new Promise((resolve) => { setTimeout(resolve, 20); });
    const heap = async () => { await settle(); gc(); gc(); return process.memoryUsage().heapUsed; };
    ${source}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', ...flags, '--input-type=module', '-e', text], { timeout: 180_000, maxBuffer: 1 << 24 });
  return JSON.parse(stdout);
}

const ASKING = `
  const workflow = new Workflow('asking')
    .addStep('ask', ['blazen::StartEvent'], async (event, ctx) => { ctx.set('i', event.i); return { type: 'blazen::InputRequestEvent', request_id: 'ask', prompt: '?' }; })
    .addStep('answer', ['blazen::InputResponseEvent'], async (event, ctx) => stop(ctx.get('i') + event.response));
  const N = 10_000;
`;

test('10,000 runs wait for input at once and each gets its own answer', { timeout: 180_000 }, async () => {
  const { statuses, bytes, wrong } = await program(`${ASKING}
    for (let i = 0; i < 100; i++) (await workflow.runWithHandler({ i })).abort();
    const before = await heap();
    const handlers = [];
    for (let i = 0; i < N; i++) handlers.push(await workflow.runWithHandler({ i }));
    const bytes = ((await heap()) - before) / N;
    const statuses = [...new Set(handlers.map(({ status }) => status))];
    // Backwards, so that the answers cannot come in the order in which they were asked for.
    for (let i = N - 1; i >= 0; i--) handlers[i].respondToInput('ask', 7 * i);
    const results = await Promise.all(handlers.map((handler) => handler.result()));
    console.log(JSON.stringify({ statuses, bytes, wrong: results.filter(({ data }, i) => data !== 8 * i).length }));
  `) as { statuses: string[]; bytes: number; wrong: number };
  expect({ statuses, wrong }).toEqual({ statuses: ['waiting'], wrong: 0 });
  // The goal for a fresh run, its handler included.
  expect(bytes).toBeLessThan(2_000);
});

test('10,000 waiting runs are evicted to a store, found by another host and woken again', { timeout: 180_000 }, async () => {
  const { active, waiting, bytes, wrong, stored } = await program(`${ASKING}
    const store = new InMemoryCheckpointStore();
    const host = createLocalHost({ store, workflows: [workflow] });
    for (let i = 0; i < 100; i++) await host.start(workflow, { i }, { runId: 'early' + i });
    const before = await heap();
    for (let i = 0; i < N; i++) await host.start(workflow, { i }, { runId: 'run' + i });
    while (host.active.length > 0) await settle();
    const bytes = ((await heap()) - before) / N;
    const active = host.active.length;
    const waiting = store.list({ status: 'waiting', limit: 1000 }).runs.length;
    await host.close();
    const other = createLocalHost({ store, workflows: [workflow] });
    const answers = Array.from({ length: N }, async (_, at) => {
      const i = N - 1 - at;
      const outcome = await other.deliver('run' + i, 'ask', 7 * i);
      return outcome === 'stored' && (await other.result('run' + i)) === 8 * i;
    });
    const wrong = (await Promise.all(answers)).filter((right) => !right).length;
    console.log(JSON.stringify({ active, waiting, bytes, wrong, stored: store.status('run5').status }));
    await other.close();
  `) as { active: number; waiting: number; bytes: number; wrong: number; stored: string };
  expect({ active, waiting, wrong, stored }).toEqual({ active: 0, waiting: 1000, wrong: 0, stored: 'completed' });
  // The goal for a record in a store.
  expect(bytes).toBeLessThan(800);
});

test('a run that was given back to a store on disk costs the process that worked on it less than 550 bytes', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'blazen-heap-'));
  // Optimised code lies on the heap too and belongs to no run: there is none.
  const { bytes, active, answer } = await program(`${ASKING}
    const { createFileCheckpointStore } = await import(${entry('platform/node')});
    const host = createLocalHost({ store: await createFileCheckpointStore(${JSON.stringify(folder)}), workflows: [workflow] });
    const start = async (from, count) => {
      for (let i = from; i < from + count; i++) await host.start(workflow, { i }, { runId: 'run' + i });
      while (host.active.length > 0) await settle();
    };
    await start(0, 300);
    const before = await heap();
    await start(1_000, 600);
    const bytes = ((await heap()) - before) / 600;
    const active = host.active.length;
    await host.deliver('run1000', 'ask', 7);
    console.log(JSON.stringify({ bytes, active, answer: await host.result('run1000') }));
    await host.close();
  `, '--no-opt').finally(() => rmSync(folder, { recursive: true })) as { bytes: number; active: number; answer: number };
  expect({ active, answer }).toEqual({ active: 0, answer: 1_007 });
  expect(bytes).toBeLessThan(550);
});

test('1,000,000 stream events reach a slow reader in bounded memory', { timeout: 180_000 }, async () => {
  const { sum, count, gaps, grown } = await program(`
    const N = 1_000_000;
    const workflow = new Workflow('stream').addStep('write', ['blazen::StartEvent'], async (_, ctx) => {
      for (let i = 0; i < N; i++) if (!ctx.writeEventToStream({ type: 'tick', i })) await ctx.drained();
      return stop(N);
    });
    const before = await heap();
    const handler = await workflow.runWithHandler({});
    let sum = 0, count = 0, gaps = 0, grown = 0, last = 0;
    const reader = handler.events();
    for await (const event of reader) {
      if (event.type !== 'tick') { gaps++; continue; }
      if (reader.seq !== ++last) gaps++;
      sum += event.i;
      // Now and then it turns to something else for a while.
      if (++count % 20_000 === 0) {
        await settle();
        gc();
        grown = Math.max(grown, process.memoryUsage().heapUsed - before);
      }
    }
    await handler.result();
    console.log(JSON.stringify({ sum, count, gaps, grown }));
  `) as { sum: number; count: number; gaps: number; grown: number };
  expect({ sum, count, gaps }).toEqual({ sum: 499_999_500_000, count: 1_000_000, gaps: 0 });
  // A buffer of 1,024 events and what lies about between two collections; a million events would be 50 MB and more.
  expect(grown).toBeLessThan(8_000_000);
});

test('a reader that ignores the pace costs no more: it is told what it missed', { timeout: 180_000 }, async () => {
  const { missed, count, grown } = await program(`
    const N = 1_000_000;
    const workflow = new Workflow('stream').addStep('write', ['blazen::StartEvent'], async (_, ctx) => {
      for (let i = 0; i < N; i++) {
        ctx.writeEventToStream({ type: 'tick', i });
        if (i % 5_000 === 0) await new Promise((resolve) => { setImmediate(resolve); });
      }
      return stop(N);
    });
    const before = await heap();
    const handler = await workflow.runWithHandler({});
    let missed = 0, count = 0, grown = 0;
    for await (const event of handler) {
      if (event.type === 'blazen::Lagged') missed += event.missed;
      else count++;
      if ((count + missed) % 50_000 < 3) { await settle(); gc(); grown = Math.max(grown, process.memoryUsage().heapUsed - before); }
    }
    await handler.result();
    console.log(JSON.stringify({ missed, count, grown }));
  `) as { missed: number; count: number; grown: number };
  expect(missed + count).toBe(1_000_000);
  expect(missed).toBeGreaterThan(0);
  expect(grown).toBeLessThan(8_000_000);
});
