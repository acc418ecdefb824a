import * as fc from 'fast-check';
import { stop, type EventLike } from '../../../src/events/index.ts';
import { collect, endScope, limit, priority, retry, scope, Workflow, type StepHandler, type StepPolicy } from '../../../src/workflow/index.ts';
import type { PlainStep } from './interpreter.ts';

const TYPES = ['blazen::StartEvent', 'A', 'B', 'C', 'D', 'blazen::ScopeEndedEvent', 'blazen::ScopeFailedEvent'];
const type = fc.constantFrom(...TYPES.slice(1, 5));
const action = fc.record({
  kind: fc.constantFrom('set' as const, 'add' as const, 'send' as const, 'show' as const, 'emit' as const, 'emit' as const, 'stop' as const, 'throw' as const, 'scope' as const, 'end' as const),
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
/** Random workflows. */
export const graph: fc.Arbitrary<PlainStep[]> = fc.array(step, { minLength: 1, maxLength: 6 }).map((steps): PlainStep[] => steps.map((one, i) => ({ ...one, name: `s${i}` })));

/** `limits` of a workflow that limits the run and not each step, with priorities. */
export const SHARED = 3;

/** A random workflow on the engine. `pause` awaits inside the handlers; `limits` bounds the steps; `byKey` notes idempotency keys. */
export function build(steps: readonly PlainStep[], executions: string[], pause: (() => Promise<void>) | null, limits: number, byKey = false): Workflow {
  const workflow = new Workflow('random', { historySize: 1 << 16, policies: limits === SHARED ? [limit(2)] : [] });
  for (const [i, { name, types, actions, collect: count, attempts }] of steps.entries()) {
    const work: StepHandler = (event, context) => {
      executions.push(byKey ? context.idempotencyKey : `${name} ${context.attempt}`);
      if (actions.some(({ kind }) => kind === 'throw')) throw new Error(name);
      const events = (event['events'] as readonly EventLike[] | undefined) ?? [event];
      const fuel = Math.min(...events.map((item) => Number(item['fuel'] ?? 0)));
      const returned: EventLike[] = [];
      for (const { kind, key, n } of actions) {
        if (kind === 'set') context.set(key, n);
        if (kind === 'add') context.update(key, (value) => ((value as number | null) ?? 0) + n);
        if (kind === 'send' && fuel > 0) context.sendEvent({ type: key, fuel: fuel - 1 });
        if (kind === 'show') context.writeEventToStream({ type: 'Shown', n });
        if (kind === 'emit' && fuel > 0) returned.push({ type: key, fuel: fuel - 1 });
        if (kind === 'scope' && fuel > 0) returned.push(...scope(context, { type: key, fuel: fuel - 1 }, { detached: n > 6 }));
        if (kind === 'end' && events.some((item) => 'blazen::scope' in item)) returned.push(endScope(context, n));
        if (kind === 'stop' && returned.at(-1)?.type !== 'blazen::StopEvent') returned.push(stop(n));
      }
      // A stop counts when it is committed: the events returned beside it are committed with it, before it.
      return [...returned.filter((item) => item.type !== 'blazen::StopEvent'), ...returned.filter((item) => item.type === 'blazen::StopEvent')];
    };
    const policies: StepPolicy[] = [retry({ maxAttempts: attempts, backoffMs: 0 })];
    if (count > 0) policies.push(collect(count));
    if (limits === SHARED) policies.push(priority(i % 3));
    else if (limits > 0) policies.push(limit(limits));
    workflow.addStep(name, types, pause === null ? work : async (event, context) => { await pause(); return work(event, context); }, ...policies);
  }
  return workflow;
}

