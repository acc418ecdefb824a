import { test } from 'vitest';
import { encodeJson } from '../../../src/base/json-codec.ts';
import { capture } from '../../../src/durable/capture.ts';
import { restore } from '../../../src/durable/restore.ts';
import { isBlazenError, Workflow, WorkflowSnapshot } from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';
import { queued } from '../../helpers/exact.ts';
import { fuzz, pick, reportFuzz, settle } from '../../helpers/fuzz.ts';
import { mutateJson, repaired } from '../../helpers/mutate.ts';

// What calls left in a snapshot, damaged: each is resumed with exactly these calls, or refused with a typed error; and what
// is resumed comes to rest or to an end, whatever time passes and whatever events come.

const NOW = 1_000_000;
const never = new Promise<never>(() => undefined);

const long = new Workflow('long')
  .addStep('long', ['blazen::StartEvent'], async (_event, context) => {
    const first = await context.run('first', () => ['a', 1n]);
    const both = Promise.all([context.run('slow', () => never), context.run('quick', () => new Date(5))]);
    await context.sleep(10);
    const replies = await context.collect('Reply', 2, { match: { to: 'me' }, timeoutMs: 5000 }).catch(() => []);
    context.sendEvent({ type: 'Noted' });
    await Promise.race([both, context.sleep(2000)]);
    return { type: 'blazen::StopEvent', result: [first, replies.length] };
  })
  .addStep('short', ['blazen::StartEvent'], async (_event, context) => {
    await context.run('first', () => 1);
    await context.sleep(3000);
    await context.waitFor('Reply', { timeoutMs: 1000 }).catch(() => null);
    return { type: 'Noted' };
  })
  .addStep('ask', ['blazen::StartEvent'], () => ({ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?', expires_in_ms: 9000 }))
  .addStep('noted', ['Noted', 'blazen::InputResponseEvent', 'blazen::InputExpiredEvent'], () => null);

/** The run at several times: calls that answered, that came to nothing, that wait, and executions that only wait. */
async function documents() {
  const clock = new FakeClock(NOW);
  const handler = await long.runWithHandler(undefined, { clock });
  const taken = [];
  for (const ms of [0, 10, 10, 100]) {
    await clock.advance(ms);
    if (taken.length === 2) handler.sendEvent({ type: 'Reply', to: 'me' });
    taken.push((await handler.snapshot()).toJSON());
  }
  return taken;
}

function checkCalls(body: WorkflowSnapshot['body']): void {
  const again = capture(restore(long.definition(), body, new FakeClock(NOW), queued));
  const told = (executions: typeof body.executions): string => encodeJson(executions.map(({ notes = [], open = [], order = [], step, id, commits, idle }) => ({
    step, id, commits, notes: notes.map(([number, kind, name, value]) => [number, kind, name, value]), open, order, idle: idle ?? null,
  })).sort((a, b) => a.id - b.id || a.step - b.step));
  // One that claims to do nothing but wait, and waits for nothing, is called.
  const [is, was] = [told(again.executions), told(body.executions)];
  if (is !== was && is !== was.replaceAll('"idle":true', '"idle":null') && !was.includes('"idle":true')) throw new TypeError(`resumed with other calls: ${is} from ${was}`);
}

test('what calls left in a damaged snapshot is resumed as it says or refused', { timeout: 180_000 }, async () => {
  const originals = await documents();
  await fuzz('calls', 5000, (random) => {
    const document = pick(originals, random);
    const body = document.body as Record<string, unknown>;
    // Most of the damage goes where calls are told.
    const damaged = random() < 0.7 ? { ...body, executions: mutateJson(body['executions'], random) } : mutateJson(body, random);
    return async () => {
      const snapshot = await WorkflowSnapshot.from(repaired(document, damaged) as never);
      const clock = new FakeClock(NOW);
      const handler = await long.resume(snapshot, { clock });
      checkCalls(snapshot.body);
      const ended = handler.result().catch((error: unknown) => error);
      await settle();
      try {
        handler.sendEvent({ type: 'Reply', to: 'me' });
      } catch (error) {
        if (!isBlazenError(error)) throw error;
      }
      await clock.advance(20_000);
      if (handler.status === 'failed') {
        const error = await ended;
        if (!isBlazenError(error)) throw new TypeError(`ended with an error without a type: ${String(error)}`, { cause: error });
      }
      handler.abort();
    };
  });
});

reportFuzz();
