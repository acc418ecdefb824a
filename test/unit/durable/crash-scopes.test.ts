import { expect, test } from 'vitest';
import { createLocalHost, InMemoryCheckpointStore, Workflow } from '../../../src/durable/index.ts';
import { stop } from '../../../src/events/index.ts';
import { cancelScope, collect, endScope, limit, priority, scope } from '../../../src/workflow/index.ts';
import { clockAt, mortal, settle } from './mortal-store.ts';

const START = 'blazen::StartEvent', ENDED = 'blazen::ScopeEndedEvent', FAILED = 'blazen::ScopeFailedEvent';
const turns = async (count: number): Promise<void> => { for (let i = 0; i < count; i++) await Promise.resolve(); };

/** Workflows whose result does not hang on where their process dies. */
const workflows: Record<string, () => Workflow> = {
  rescue: () => new Workflow('rescue')
    .addStep('open', [START], (_event, ctx) => scope(ctx, [{ type: 'Fine' }, { type: 'Risky' }], { id: 'try' }))
    .addStep('fine', ['Fine'], (_event, ctx) => { ctx.set('fine', 1); return { type: 'Counted' }; })
    .addStep('risky', ['Risky'], async (_event, ctx) => { ctx.set('lost', 1); await turns(5); throw new RangeError('risky'); })
    .addStep('rescue', [FAILED], (event, ctx) => stop([(event['error'] as Error).name, ctx.get('fine'), ctx.get('lost')])),
  race: () => new Workflow('race')
    .addStep('open', [START], (_event, ctx) => scope(ctx, [{ type: 'Never' }, { type: 'Hop', n: 0 }, { type: 'Ask' }], { id: 'race' }))
    .addStep('never', ['Never'], () => new Promise<null>(() => undefined))
    .addStep('ask', ['Ask'], () => ({ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' }))
    .addStep('hop', ['Hop'], async (event, ctx) => { await turns(1); ctx.update('hops', (n) => Number(n ?? 0) + 1); return event['n'] === 4 ? endScope(ctx, 'won') : { type: 'Hop', n: Number(event['n']) + 1 }; })
    .addStep('end', [ENDED], (event, ctx) => stop([event['result'], ctx.get('hops')])),
  detached: () => new Workflow('detached', { policies: [limit(2)] })
    .addStep('start', [START], (_event, ctx) => [...scope(ctx, [{ type: 'Audit', n: 1 }, { type: 'Audit', n: 2 }], { id: 'audit', detached: true }), ...scope(ctx, { type: 'Broken' }, { detached: true }), { type: 'Go' }])
    .addStep('audit', ['Audit'], async (event) => { await turns(9); return { type: 'Filed', n: event['n'] }; })
    .addStep('filed', ['Filed'], async (_event, ctx) => { await turns(9); ctx.writeEventToStream({ type: 'Done' }); return null; })
    .addStep('broken', ['Broken'], async () => { await turns(4); throw new Error('broken'); })
    .addStep('go', ['Go'], () => stop('fixed'), priority(1)),
  nested: () => new Workflow('nested', { policies: [limit(3)] })
    .addStep('start', [START], (_event, ctx) => ['x', 'y', 'z'].flatMap((name) => scope(ctx, { type: 'Split', name }, { id: name })))
    .addStep('split', ['Split'], (event, ctx) => [1, 2, 3].flatMap((n) => scope(ctx, { type: 'Part', n, name: event['name'] })))
    .addStep('part', ['Part'], async (event, ctx) => { await turns(Number(event['n'])); if (event['n'] === 3 && event['name'] === 'y') throw new Error('y3'); return endScope(ctx, `${String(event['name'])}${String(event['n'])}`); })
    .addStep('join', [ENDED], (event, ctx) => {
      const results = (event['events'] as { result: unknown; 'blazen::scope'?: string }[]).map(({ result }) => JSON.stringify(result)).sort();
      return event['blazen::scope'] === undefined ? null : endScope(ctx, results);
    }, collect(3))
    .addStep('lost', [FAILED], (event, ctx) => (event['blazen::scope'] === undefined ? { type: 'Told', how: 'y failed' } : { ...cancelScope('y', 'a part failed'), n: ctx.step }))
    .addStep('won', [ENDED], (event) => (event['blazen::scope'] === undefined ? { type: 'Told', how: event['result'] } : null), priority(2))
    .addStep('told', ['Told'], (event) => stop((event['events'] as { how: unknown }[]).map(({ how }) => JSON.stringify(how)).sort()), collect(3)),
};

interface Outcome { readonly result: unknown; readonly shown: string[] }

async function outcomeOf(workflow: Workflow, store: InMemoryCheckpointStore, start: boolean): Promise<Outcome> {
  const host = createLocalHost({ store, workflows: [workflow], leaseMs: 1000, clock: clockAt(1_000_000) });
  if (start) await host.start(workflow, undefined, { runId: 'r' });
  else await host.recover();
  const result = await host.result('r');
  const shown: string[] = [];
  let seq = 0;
  for await (const item of host.stream('r')) {
    expect('seq' in item && item.seq).toBe(++seq);
    shown.push(item.event.type);
  }
  return { result, shown: shown.sort() };
}

for (const [name, build] of Object.entries(workflows)) {
  test(`the scopes of '${name}' end as if the process had not died, at every commit`, async () => {
    const expected = await outcomeOf(build(), new InMemoryCheckpointStore(), true);
    let reached = 0;
    for (let commits = 1, more = true; more; commits++) {
      more = false;
      for (const [slow, lost] of [[false, false], [false, true], [true, false], [true, true]] as const) {
        const store = new InMemoryCheckpointStore();
        let died = false;
        const workflow = build();
        const dying = createLocalHost({ store: mortal(store, commits, slow, lost, () => { died = true; }), workflows: [workflow], leaseMs: 1000, clock: clockAt(0) });
        void dying.start(workflow, undefined, { runId: 'r' });
        await settle();
        if (!died) continue;
        more = true;
        reached++;
        expect(await outcomeOf(build(), store, false), `after ${commits} commits`).toEqual(expected);
      }
    }
    expect(reached).toBeGreaterThan(4);
  });
}
