import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventLike } from '../../../src/events/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';
import { foldLog, readLog } from '../../../src/workflow/index.ts';
import { interpret, type Outcome, type PlainStep } from './interpreter.ts';
import { build, graph, SHARED } from './random-graph.ts';

async function runOnEngine(steps: readonly PlainStep[], fuel: number, pause: (() => Promise<void>) | null, limits = 0): Promise<Outcome> {
  const executions: string[] = [];
  const clock = new FakeClock();
  const handler = await build(steps, executions, pause, limits).runWithHandler({ fuel }, { clock });
  const shown: string[] = [];
  const streaming = handler.streamEvents((event) => {
    shown.push(event.type === 'Shown' ? `published ${String((event as EventLike)['n'])}` : `routed ${event.type}`);
  });
  const moving = clock.advance(1000);
  const ended = handler.result().then(({ data }) => ({ status: 'completed' as const, result: data }), (error: Error) => (
    error.name === 'WorkflowStalledError' ? { status: 'stalled' as const, result: null } : { status: 'failed' as const, result: (error as Error & { step?: string }).step }
  ));
  const outcome = await ended;
  await streaming;
  await moving;
  const seqs = [...readLog(handler)].map((record) => record.seq);
  expect(seqs).toEqual(seqs.map((_, i) => i + 1));
  return { ...outcome, executions, shown, state: Object.fromEntries(foldLog(handler)) as Record<string, number> };
}

/** Its failure ends the last detached work that held back the end of the run, while another step has the same event before it. */
const lastDetachedFails: PlainStep[] = [
  { name: 's0', types: ['A'], actions: [{ kind: 'throw', key: 'A', n: 0 }], collect: 0, attempts: 1 },
  { name: 's1', types: ['blazen::StartEvent'], actions: [{ kind: 'scope', key: 'A', n: 7 }], collect: 0, attempts: 1 },
  { name: 's2', types: ['blazen::StartEvent', 'A'], actions: [{ kind: 'stop', key: 'A', n: 0 }], collect: 0, attempts: 1 },
];

test('a graph of synchronous steps does exactly what the reference interpreter does', async () => {
  await fc.assert(fc.asyncProperty(graph, fc.integer({ min: 0, max: 4 }), async (steps, fuel) => {
    const plain = steps.map((one) => ({ ...one, attempts: 1 }));
    expect(await runOnEngine(plain, fuel, null)).toEqual(interpret(plain, { type: 'blazen::StartEvent', fuel }));
  }), { numRuns: 1000, examples: [[lastDetachedFails, 1]] });
});

test('a step whose tries are used up ends the run after as many executions as the interpreter says', async () => {
  await fc.assert(fc.asyncProperty(graph, fc.integer({ min: 0, max: 2 }), async (steps, fuel) => {
    const { executions, status } = await runOnEngine(steps.slice(0, 1), fuel, null);
    const expected = interpret(steps.slice(0, 1), { type: 'blazen::StartEvent', fuel });
    expect({ executions, status }).toEqual({ executions: expected.executions, status: expected.status });
  }), { numRuns: 300 });
});

test('in any interleaving, with any limit, the same executions happen, additions are never lost and a stalled run is told as such', async () => {
  // Only additions and events: whatever the order, the sums must be the same.
  const commuting = graph.map((steps) => steps.map((one) => ({ ...one, attempts: 1, collect: 0, actions: one.actions.filter(({ kind }) => kind === 'add' || kind === 'emit' || kind === 'send') })));
  await fc.assert(fc.asyncProperty(commuting, fc.integer({ min: 0, max: 3 }), fc.infiniteStream(fc.integer({ min: 0, max: 5 })), fc.integer({ min: 0, max: SHARED }), async (steps, fuel, waits, limits) => {
    const pause = async (): Promise<void> => { for (let i = waits.next().value as number; i > 0; i--) await Promise.resolve(); };
    const actual = await runOnEngine(steps, fuel, pause, limits);
    const expected = interpret(steps, { type: 'blazen::StartEvent', fuel });
    expect(actual.state).toEqual(expected.state);
    expect(actual.executions.sort()).toEqual(expected.executions.sort());
    expect(actual.status).toBe(expected.status);
  }), { numRuns: 300 });
});
