import { expect, test } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { decodeChange } from '../../../src/durable/change-codec.ts';
import { createLocalHost, InMemoryCheckpointStore, Workflow } from '../../../src/durable/index.ts';
import type { CheckpointStore } from '../../../src/spec/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';
import { collect, type Context, retry, timeout } from '../../../src/workflow/index.ts';

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
