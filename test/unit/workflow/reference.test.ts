import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { stop, type EventLike } from '../../../src/events/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';
import { collect, foldLog, limit, readLog, retry, Workflow, type StepHandler, type StepPolicy } from '../../../src/workflow/index.ts';
import { interpret, type Outcome, type PlainStep } from './interpreter.ts';

const TYPES = ['blazen::StartEvent', 'A', 'B', 'C', 'D'];
const type = fc.constantFrom(...TYPES.slice(1));
const action = fc.record({
  kind: fc.constantFrom('set' as const, 'add' as const, 'send' as const, 'show' as const, 'emit' as const, 'emit' as const, 'stop' as const, 'throw' as const),
  key: type, n: fc.integer({ min: 0, max: 9 }),
});
/** Stopping and throwing end a run at once, so most steps do neither. */
const quiet = action.filter(({ kind }) => kind !== 'stop' && kind !== 'throw');
const step = fc.record({
  types: fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 3 }),
  actions: fc.oneof({ weight: 4, arbitrary: fc.array(quiet, { maxLength: 5 }) }, { weight: 1, arbitrary: fc.array(action, { maxLength: 5 }) }),
  collect: fc.constantFrom(0, 0, 0, 1, 2),
  attempts: fc.constantFrom(1, 1, 3),
});
const graph = fc.array(step, { minLength: 1, maxLength: 6 }).map((steps): PlainStep[] => steps.map((one, i) => ({ ...one, name: `s${i}` })));

/** The same graph on the engine. `pause` awaits inside the handlers; `limits` bounds the steps. */
function build(steps: readonly PlainStep[], executions: string[], pause: (() => Promise<void>) | null, limits: number): Workflow {
  const workflow = new Workflow('random', { historySize: 1 << 16 });
  for (const { name, types, actions, collect: count, attempts } of steps) {
    const work: StepHandler = (event, context) => {
      executions.push(`${name} ${context.attempt}`);
      if (actions.some(({ kind }) => kind === 'throw')) throw new Error(name);
      const events = (event['events'] as readonly EventLike[] | undefined) ?? [event];
      const fuel = Math.min(...events.map((item) => item['fuel'] as number));
      const returned: EventLike[] = [];
      for (const { kind, key, n } of actions) {
        if (kind === 'set') context.set(key, n);
        if (kind === 'add') context.update(key, (value) => ((value as number | null) ?? 0) + n);
        if (kind === 'send' && fuel > 0) context.sendEvent({ type: key, fuel: fuel - 1 });
        if (kind === 'show') context.writeEventToStream({ type: 'Shown', n });
        if (kind === 'emit' && fuel > 0) returned.push({ type: key, fuel: fuel - 1 });
        if (kind === 'stop' && returned.at(-1)?.type !== 'blazen::StopEvent') returned.push(stop(n));
      }
      // A stop counts when it is committed: the events returned beside it are committed with it, before it.
      return [...returned.filter((item) => item.type !== 'blazen::StopEvent'), ...returned.filter((item) => item.type === 'blazen::StopEvent')];
    };
    const policies: StepPolicy[] = [retry({ maxAttempts: attempts, backoffMs: 0 })];
    if (count > 0) policies.push(collect(count));
    if (limits > 0) policies.push(limit(limits));
    workflow.addStep(name, types, pause === null ? work : async (event, context) => { await pause(); return work(event, context); }, ...policies);
  }
  return workflow;
}

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

test('a graph of synchronous steps does exactly what the reference interpreter does', async () => {
  await fc.assert(fc.asyncProperty(graph, fc.integer({ min: 0, max: 4 }), async (steps, fuel) => {
    const plain = steps.map((one) => ({ ...one, attempts: 1 }));
    expect(await runOnEngine(plain, fuel, null)).toEqual(interpret(plain, { type: 'blazen::StartEvent', fuel }));
  }), { numRuns: 1000 });
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
  await fc.assert(fc.asyncProperty(commuting, fc.integer({ min: 0, max: 3 }), fc.infiniteStream(fc.integer({ min: 0, max: 5 })), fc.integer({ min: 0, max: 2 }), async (steps, fuel, waits, limits) => {
    const pause = async (): Promise<void> => { for (let i = waits.next().value as number; i > 0; i--) await Promise.resolve(); };
    const actual = await runOnEngine(steps, fuel, pause, limits);
    const expected = interpret(steps, { type: 'blazen::StartEvent', fuel });
    expect(actual.state).toEqual(expected.state);
    expect(actual.executions.sort()).toEqual(expected.executions.sort());
    expect(actual.status).toBe(expected.status);
  }), { numRuns: 300 });
});
