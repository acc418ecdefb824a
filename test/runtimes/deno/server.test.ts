import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLocalHost, InMemoryCheckpointStore, Workflow } from '../../../src/durable/index.ts';
import { createRunHandler, runsClient } from '../../../src/server/index.ts';
import { followThroughKills } from '../../helpers/served-runs.ts';

interface DenoServe { serve(options: object, handler: (request: Request) => Promise<Response>): { readonly addr: { readonly port: number }; shutdown(): Promise<void> } }
const { Deno } = globalThis as unknown as { Deno: DenoServe };

test('a client follows a run without a gap while its Deno server is killed and started again', { timeout: 180_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'served-'));
  try {
    const { seqs, counted, result, expected } = await followThroughKills([process.execPath, 'run', '--no-prompt', '-A', 'test/helpers/run-server.ts'], folder, 3);
    expect(counted).toEqual(expected);
    expect(seqs).toEqual(Array.from({ length: expected.length + 2 }, (_, i) => i + 1));
    expect(result).toBe('yes');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('Deno.serve takes the handler as it is; a client that leaves does not stop the run', async () => {
  const asking = new Workflow('asking')
    .addStep('ask', ['blazen::StartEvent'], () => ({ type: 'blazen::InputRequestEvent', request_id: 'q' }))
    .addStep('end', ['blazen::InputResponseEvent'], (event) => ({ type: 'blazen::StopEvent', result: event['response'] }));
  const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [asking] });
  const server = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: () => undefined }, createRunHandler({ host, workflows: [asking] }));
  const runs = runsClient({ url: `http://127.0.0.1:${server.addr.port}` });
  const runId = await runs.start('asking');
  for await (const _ of runs.events(runId)) break;
  const result = runs.result(runId);
  await runs.respond(runId, 'q', 'yes');
  expect(await result).toBe('yes');
  await server.shutdown();
});
