import { expect, test } from 'vitest';
import { collect, endScope, limit, scope, Workflow, WorkflowSnapshot, type SnapshotJson } from '../../../src/index.ts';
import { live } from '../../helpers/exact.ts';
import { fuzz, settle } from '../../helpers/fuzz.ts';
import { mutateJson, repaired } from '../../helpers/mutate.ts';
import { still } from '../../helpers/sample-snapshots.ts';

const ENDED = 'blazen::ScopeEndedEvent', FAILED = 'blazen::ScopeFailedEvent';

/** In flight, waiting for a place, for others and for an answer, each in a scope, and a result that detached work holds back. */
const build = (held: Promise<void> | null): Workflow => new Workflow('scoped', { timeoutMs: 0 })
  .addStep('start', ['blazen::StartEvent'], (_event, ctx) => [
    ...scope(ctx, { type: 'Audit' }, { id: 'audit', detached: true }),
    ...scope(ctx, [{ type: 'Split' }, { type: 'Ask' }], { id: 'job' }),
  ])
  .addStep('split', ['Split', 'Audit'], (event, ctx) => [1, 2, 3].map((n) => ({ type: 'Part', n, of: event.type })).flatMap((part) => scope(ctx, part)))
  .addStep('part', ['Part'], async (event, ctx) => { await (event['n'] === 1 ? null : held); return endScope(ctx, event['n']); }, limit(2))
  .addStep('ask', ['Ask'], () => ({ type: 'blazen::InputRequestEvent', request_id: 'ok', prompt: '?' }))
  .addStep('answer', ['blazen::InputResponseEvent'], (event, ctx) => endScope(ctx, event['response']))
  .addStep('join', [ENDED], (event) => ({ type: 'Joined', n: (event['events'] as unknown[]).length }), collect(3))
  .addStep('told', [ENDED, FAILED], (event) => (event['scope'] === 'job' ? { type: 'blazen::StopEvent', result: event['result'] ?? null } : null));

test('damaged snapshots of runs with scopes are resumed or refused, and what is resumed lives on', { timeout: 180_000 }, async () => {
  const handler = await build(new Promise(() => undefined)).runWithHandler(undefined, { clock: still });
  await settle();
  const open = (await handler.snapshot()).toJSON();
  handler.respondToInput('ok', 'yes');
  await settle();
  const stopped = (await handler.snapshot()).toJSON();
  handler.abort();
  const scopesIn = ({ body }: SnapshotJson) => (body as { scopes: { open: string[]; stopped: unknown } }).scopes;
  expect([scopesIn(open).open.length, scopesIn(open).stopped, scopesIn(stopped).stopped !== null]).toEqual([7, null, true]);
  await fuzz('scopes', 6000, (random) => {
    const document = random() < 0.5 ? open : stopped;
    const source = repaired(document, mutateJson(document.body, random));
    return async () => live(await build(null).resume(await WorkflowSnapshot.from(source as SnapshotJson), { clock: still }));
  });
});
