import { env, runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { retry, Workflow } from '../../../src/workflow/index.ts';

const { TEST_OBJECT } = env as { readonly TEST_OBJECT: { get(id: unknown): unknown; idFromName(name: string): unknown } };

it('runs at the same time wake in their own request or object, whose storage they may touch', async () => {
  const run = (name: string, backoffMs: number) => runInDurableObject(TEST_OBJECT.get(TEST_OBJECT.idFromName(name)), async (_, { storage }) => {
    const { sql } = storage as { sql: { exec(query: string): Iterable<Record<string, unknown>> } };
    const flaky = new Workflow('flaky').addStep('s', ['blazen::StartEvent'], (_event, context) => {
      if (context.attempt === 1) throw new Error('not yet');
      return { type: 'blazen::StopEvent', result: [...sql.exec('SELECT 1 AS one')].length };
    }, retry({ maxAttempts: 2, backoffMs }));
    return (await flaky.run()).data;
  });
  expect(await Promise.all([run('a', 30), run('b', 20), run('c', 40)])).toEqual([1, 1, 1]);
});
