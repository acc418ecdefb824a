import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { decodeChange } from '../../../src/durable/change-codec.ts';
import { createLocalHost, InMemoryCheckpointStore, Workflow } from '../../../src/durable/index.ts';
import type { CheckpointStore } from '../../../src/spec/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';
import { collect, retry, timeout } from '../../../src/workflow/index.ts';

const HOUR = 3_600_000;
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });

/** The clock of a machine that somebody sets: timers go by the time that passes. */
class SetClock implements Clock {
  offset = 0;
  readonly #time: FakeClock;
  constructor(time: FakeClock) { this.#time = time; }
  now(): number { return this.#time.now() + this.offset; }
  elapsed(): number { return this.#time.now(); }
  after(delayMs: number, fire: () => void): unknown { return this.#time.after(delayMs, fire); }
  cancel(timer: unknown): void { this.#time.cancel(timer); }
}

test('a clock that is set back keeps no timer waiting, and one that is set forward ends no run early', async () => {
  for (const jump of [-HOUR, HOUR]) {
    const time = new FakeClock(10 * HOUR);
    const clock = new SetClock(time);
    let go: () => void = () => undefined;
    const workflow = new Workflow('jumps', { timeoutMs: 60_000 })
      .addStep('begin', ['blazen::StartEvent'], () => [{ type: 'Try' }, { type: 'Work' }])
      .addStep('try', ['Try'], (_event, context) => {
        if (context.attempt < 3) throw new Error('Not yet');
        return { type: 'Done' };
      }, retry({ maxAttempts: 3, backoffMs: 100 }))
      .addStep('work', ['Work'], async () => {
        await new Promise<void>((resolve) => { go = resolve; });
        return { type: 'Done' };
      }, timeout(30_000))
      .addStep('end', ['Done'], () => stop('done'), collect(2));
    const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [workflow], clock });
    const runId = await host.start(workflow);
    await time.advance(50);
    clock.offset = jump;
    await time.advance(300);
    go();
    await time.advance(10);
    expect(await host.status(runId)).toMatchObject({ status: 'completed' });
    expect(await host.result(runId)).toBe('done');
    await host.close();
  }
});

test('hosts whose clocks jump by an hour lose no run, end none early and repeat no effect that was committed', async () => {
  const action = fc.record({ waitMs: fc.integer({ min: 0, max: 30_000 }), host: fc.integer({ min: 0, max: 1 }), offset: fc.constantFrom(-HOUR, 0, HOUR), recover: fc.boolean() });
  await fc.assert(fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
    const time = new FakeClock(10 * HOUR);
    const clocks = [new SetClock(time), new SetClock(time)] as const;
    const pause = (ms: number): Promise<void> => new Promise((resolve) => { time.after(ms, resolve); });
    const [committed, again]: [Set<string>, string[]] = [new Set(), []];
    const effect = (key: string): void => { if (committed.has(key)) again.push(key); };
    const workflow = new Workflow('set clocks')
      .addStep('begin', ['blazen::StartEvent'], () => [1, 2, 3].map((i) => ({ type: 'Work', i })))
      .addStep('work', ['Work'], async (event, context) => {
        const i = event['i'] as number;
        await pause(i * 9000);
        effect(context.idempotencyKey);
        context.update('sum', (sum) => (sum as number ?? 0) + i);
        context.writeEventToStream({ type: 'Worked', i });
        if (context.attempt === 1 && i === 2) throw new Error('Not yet');
        return { type: 'Done' };
      }, retry({ maxAttempts: 3, backoffMs: 2000 }))
      .addStep('end', ['Done'], (_event, context) => stop(context.get('sum')), collect(3));
    const store = noting(new InMemoryCheckpointStore(), committed);
    const hosts = clocks.map((clock) => createLocalHost({ store, workflows: [workflow], leaseMs: 60_000, clock }));
    const ids = await Promise.all(hosts.map((host, i) => host.start(workflow, {}, { runId: `r${i}` })));
    for (const { waitMs, host, offset, recover } of actions) {
      (clocks[host] as SetClock).offset = offset;
      if (recover) await hosts[host]?.recover();
      await time.advance(waitMs);
    }
    // All clocks are right again, and leases that were given by a wrong one have ended.
    for (const clock of clocks) clock.offset = 0;
    for (const ms of [120_000, HOUR, 120_000]) {
      await time.advance(ms);
      await hosts[0]?.recover();
    }
    await time.advance(120_000);
    for (const runId of ids) {
      expect(await store.status(runId)).toMatchObject({ status: 'completed' });
      expect(await hosts[0]?.result(runId)).toBe(6);
      const shown: unknown[] = [];
      for await (const { seq, event } of (hosts[0] as (typeof hosts)[number]).stream(runId)) shown.push([seq, event.type]);
      expect(shown.map((item) => (item as [number])[0])).toEqual(shown.map((_, i) => i + 1));
      expect(shown.length).toBe(9);
    }
    expect(again).toEqual([]);
    await Promise.all(hosts.map((host) => host.close()));
  }), { numRuns: 60 });
});

/** Notes the idempotency keys of executions that have made their last commit. */
function noting(store: InMemoryCheckpointStore, committed: Set<string>): CheckpointStore {
  const commit = store.commit.bind(store);
  store.commit = (runId, change) => {
    const outcome = commit(runId, change);
    const c = change.delta === undefined || outcome !== 'ok' ? undefined : decodeChange(change.delta).c;
    if (c?.[4] === 1) committed.add(`${runId}/${c[1]}.${c[0]}`);
    return outcome;
  };
  return store;
}
