import { expect, it } from 'vitest';
import { createLocalHost, InMemoryCheckpointStore, Workflow } from '../../../src/durable/index.ts';

const clockAt = (now: number) => ({ now: () => now, after: () => 0, cancel: () => undefined });
const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

it('a step that has made more commits than a stored state waits for goes on after a death', async () => {
  const reached: number[] = [];
  let hold = true;
  const long = new Workflow('long')
    .addStep('work', ['blazen::StartEvent'], async (_event, ctx) => {
      for (let i = 0; i < 260; i++) {
        ctx.update('n', (n) => (n as number ?? 0) + 1);
        await ctx.checkpoint();
        if (i % 20 === 0) await turn();
      }
      reached.push(ctx.attempt);
      if (hold) await new Promise(() => undefined);
      return { type: 'Worked' };
    })
    .addStep('end', ['Worked'], (_event, ctx) => ({ type: 'blazen::StopEvent', result: ctx.get('n') }));
  const store = new InMemoryCheckpointStore();
  const first = createLocalHost({ store, workflows: [long], owner: 'first', clock: clockAt(0), leaseMs: 1000 });
  await first.start(long, {}, { runId: 'r' });
  while (reached.length === 0) await turn();
  hold = false;
  const second = createLocalHost({ store, workflows: [long], owner: 'second', clock: clockAt(5000), leaseMs: 1000 });
  expect(await second.recover()).toEqual(['r']);
  expect(await second.result('r')).toBe(260);
}, 10_000);
