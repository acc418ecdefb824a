import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLocalHost, InMemoryCheckpointStore, type LocalHost } from '../../../src/durable/index.ts';
import type { CheckpointStore } from '../../../src/spec/index.ts';
import { clockAt, mortal, settle } from './mortal-store.ts';
import { build, graph, SHARED } from '../workflow/random-graph.ts';

interface Outcome { readonly ended: unknown; readonly state: unknown; readonly shown: string[]; readonly keys: string[] }

/** Events are numbered in the order of their commits, which a crash may change; which executions there are, it may not. */
const stepOf = (key: string): string => key.slice(key.lastIndexOf('.'));

async function outcomeOf(host: LocalHost, store: CheckpointStore, keys: Iterable<string>): Promise<Outcome> {
  const ended = await host.result('r').catch((error: Error) => error.name);
  const shown: string[] = [];
  let seq = 0;
  for await (const item of host.stream('r')) {
    expect(item.seq).toBe(++seq);
    shown.push(`${item.published} ${item.event.type} ${String(item.event['n'])}`);
  }
  const status = await store.status('r');
  return { ended, state: status?.status, shown: shown.sort(), keys: [...new Set(keys)].map(stepOf).sort() };
}

test('a random run whose process dies anywhere ends as if it had not', async () => {
  // Only additions and events, so that the outcome does not hang on the order in which executions end.
  const commuting = graph.map((steps) => steps.map((one) => ({ ...one, attempts: 1, collect: 0, actions: one.actions.filter(({ kind }) => kind !== 'stop' && kind !== 'throw' && kind !== 'set' && kind !== 'end') })));
  let crashes = 0;
  await fc.assert(fc.asyncProperty(
    commuting, fc.integer({ min: 0, max: 2 }), fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }), fc.boolean(), fc.boolean(), fc.integer({ min: 0, max: SHARED }), fc.boolean(),
    async (steps, fuel, deaths, slow, lost, limits, atOnce) => {
      const pause = atOnce ? null : (): Promise<void> => Promise.resolve();
      const calm: string[] = [];
      const quiet = build(steps, calm, pause, limits, true);
      const undisturbed = new InMemoryCheckpointStore();
      const host = createLocalHost({ store: undisturbed, workflows: [quiet], clock: clockAt(0) });
      await host.start(quiet, { fuel }, { runId: 'r' });
      const expected = await outcomeOf(host, undisturbed, calm);

      const keys: string[] = [];
      const workflow = build(steps, keys, pause, limits, true);
      const store = new InMemoryCheckpointStore();
      for (const [i, commits] of deaths.entries()) {
        const dying = createLocalHost({ store: mortal(store, commits, slow, lost), workflows: [workflow], leaseMs: 1000, clock: clockAt(i * 10_000) });
        void (i === 0 ? dying.start(workflow, { fuel }, { runId: 'r' }) : dying.recover());
        await settle();
        crashes++;
      }
      const survivor = createLocalHost({ store, workflows: [workflow], leaseMs: 1000, clock: clockAt(1_000_000) });
      await survivor.recover();
      expect(await outcomeOf(survivor, store, keys)).toEqual(expected);
    },
  ), { numRuns: 300 });
  expect(crashes).toBeGreaterThan(300);
});
