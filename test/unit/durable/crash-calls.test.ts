import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLocalHost, InMemoryCheckpointStore, type LocalHost } from '../../../src/durable/index.ts';
import { type Context, Workflow } from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';
import { mortal } from './mortal-store.ts';

// Random long steps: calls one after the other and side by side, with state, events and stream items between them.

interface Action { readonly kind: 'run' | 'sleep' | 'add' | 'send' | 'show' | 'ask' | 'checkpoint'; readonly n: number }
/** Chains that go on side by side, one after the other. */
type Program = readonly (readonly (readonly Action[])[])[];

const action = fc.record({ kind: fc.constantFrom('run' as const, 'run' as const, 'sleep' as const, 'add' as const, 'send' as const, 'show' as const, 'ask' as const, 'checkpoint' as const), n: fc.integer({ min: 0, max: 5 }) });
const program: fc.Arbitrary<Program> = fc.array(fc.array(fc.array(action, { maxLength: 5 }), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });

function build(program: Program, effects: string[]): Workflow {
  const plus = (n: number) => (value: unknown) => (value as number | null ?? 0) + n;
  return new Workflow('random', { timeoutMs: 0 })
    .addStep('long', ['blazen::StartEvent'], async (_event, context) => {
      const given: unknown[] = [];
      for (const [i, chains] of program.entries()) given.push(await Promise.all(chains.map((chain, j) => follow(chain, `${i}.${j}`, context))));
      return { type: 'Done', given };
    })
    .addStep('reply', ['Ask'], async (event, context) => {
      await context.sleep(event['n'] as number);
      context.update('asked', plus(1));
      return { type: 'Reply', id: event['id'] };
    })
    .addStep('sent', ['Sent'], (event, context) => { context.update('sent', plus(event['n'] as number)); })
    .addStep('done', ['Done'], (event, context) => { context.set('given', event['given'] as never); return { type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' }; })
    .addStep('end', ['blazen::InputResponseEvent'], (_event, context) => ({ type: 'blazen::StopEvent', result: ['given', 'sum', 'asked', 'sent'].map((key) => context.get(key)) }));

  async function follow(chain: readonly Action[], name: string, context: Context): Promise<unknown[]> {
    const given: unknown[] = [];
    for (const [i, { kind, n }] of chain.entries()) {
      const id = `${name}.${i}`;
      if (kind === 'run') given.push(await context.run(id, async () => { for (let j = 0; j < n * 7; j++) await Promise.resolve(); effects.push(id); return id; }));
      if (kind === 'sleep') await context.sleep(n);
      if (kind === 'add') context.update('sum', plus(n));
      if (kind === 'send') context.sendEvent({ type: 'Sent', n });
      if (kind === 'show') context.writeEventToStream({ type: 'Shown', id });
      if (kind === 'checkpoint') await context.checkpoint();
      if (kind === 'ask') {
        const reply = context.waitFor('Reply', { match: { id } });
        context.sendEvent({ type: 'Ask', id, n });
        given.push((await reply)['id']);
      }
    }
    return given;
  }
}

/** In small steps: between two of them everything that has begun comes to its next wait. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let i = 0; i < ms; i += 10) {
    await clock.advance(10);
    await clock.advance(0);
  }
}

async function outcome(host: LocalHost, clock: FakeClock): Promise<unknown> {
  await pass(clock, 500);
  await host.deliver('r', 'q', 'go on');
  await pass(clock, 50);
  expect((await host.status('r'))?.status).toBe('completed');
  const shown: string[] = [];
  let seq = 0;
  for await (const item of host.stream('r')) {
    expect(item.seq).toBe(++seq);
    shown.push(`${item.event.type} ${String(item.event['id'])}`);
  }
  return { result: await host.result('r'), shown: shown.sort() };
}

/** What a call that is over later shows is stored before what an earlier call left; the process dies between the two. */
const SHOWN_BEFORE_A_CALL_IS_STORED: [Program, number[], boolean, boolean] = [
  [[[{ kind: 'run', n: 3 }], [{ kind: 'run', n: 3 }, { kind: 'run', n: 0 }]], [[{ kind: 'sleep', n: 1 }, { kind: 'show', n: 0 }], [{ kind: 'run', n: 5 }]]], [5], true, false,
];

test('a random long step whose process dies anywhere, several times, ends as if it had not, and repeats no effect that was kept', { timeout: 180_000 }, async () => {
  let crashes = 0;
  await fc.assert(fc.asyncProperty(program, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }), fc.boolean(), fc.boolean(), async (steps, deaths, slow, lost) => {
    const calm: string[] = [];
    const undisturbed = build(steps, calm);
    const quiet = new FakeClock();
    const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [undisturbed], clock: quiet });
    await host.start(undisturbed, undefined, { runId: 'r' });
    const expected = await outcome(host, quiet);

    const effects: string[] = [];
    const workflow = build(steps, effects);
    const store = new InMemoryCheckpointStore();
    for (const [i, commits] of deaths.entries()) {
      const clock = new FakeClock(i * 10_000);
      const dying = createLocalHost({ store: mortal(store, commits, slow, lost), workflows: [workflow], leaseMs: 1000, clock });
      void (i === 0 ? dying.start(workflow, undefined, { runId: 'r' }) : dying.recover());
      await pass(clock, 500);
      crashes++;
    }
    const clock = new FakeClock(1_000_000);
    const survivor = createLocalHost({ store, workflows: [workflow], leaseMs: 1000, clock });
    await survivor.recover();
    expect(await outcome(survivor, clock)).toEqual(expected);
    // At each death, at most one effect of each chain may have happened without its commit.
    const width = Math.max(...steps.map((chains) => chains.length));
    expect([...new Set(effects)].sort()).toEqual([...calm].sort());
    expect(effects.length).toBeLessThanOrEqual(calm.length + deaths.length * width);
  }), { numRuns: 150, examples: [SHOWN_BEFORE_A_CALL_IS_STORED] });
  expect(crashes).toBeGreaterThan(150);
});
