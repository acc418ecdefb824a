import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { createLocalHost, InMemoryCheckpointStore, Workflow } from '../../src/durable/index.ts';
import { createFileCheckpointStore } from '../../src/platform/node/index.ts';
import type { CheckpointStore } from '../../src/spec/index.ts';
import { createRedisCheckpointStore } from '../../src/stores/redis/index.ts';
import { startRedis } from '../helpers/redis-server.ts';

// What the host adds to the commits of its store. Told, not asserted: a machine that does other things as well shows nothing.
const STEPS = 200;
const ROUNDS = 7;

/** Steps in a row, one commit each. */
const chain = new Workflow('chain', { timeoutMs: 0 })
  .addStep('step', ['blazen::StartEvent', 'Next'], (event) => {
    const n = (event['n'] as number | undefined ?? 0) + 1;
    return n === STEPS ? { type: 'blazen::StopEvent', result: n } : { type: 'Next', n };
  });

async function throughHost(store: CheckpointStore, runId: string): Promise<number> {
  const host = createLocalHost({ store, workflows: [chain] });
  const started = performance.now();
  await host.start(chain, {}, { runId });
  expect(await host.result(runId)).toBe(STEPS);
  const took = performance.now() - started;
  await host.close();
  return took;
}

/** The same changes, written by nobody but the store. */
async function alone(store: CheckpointStore, from: string, runId: string): Promise<number> {
  const [run, items] = [await store.read(from), await store.readStream(from, 0, STEPS)];
  const started = performance.now();
  await store.create(runId, { workflow: 'chain', base: run?.base ?? new Uint8Array(), now: 1 });
  const claim = await store.claim(runId, 'me', 60_000, 1);
  for (const [version, delta] of (run?.deltas ?? []).entries()) {
    const item = items[version];
    const commit = { fence: claim?.fence ?? 0, version, commitId: String(version), now: 1, delta, ...(item === undefined ? undefined : { items: [item] }) };
    if (await store.commit(runId, commit) !== 'ok') throw new Error('The commit was refused');
  }
  return performance.now() - started;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

it('tells what a host adds to a commit of its store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'overhead-'));
  const server = await startRedis(folder, '--appendfsync', 'always');
  const io = new Redis(server.port, '127.0.0.1');
  const stores: Readonly<Record<string, CheckpointStore>> = {
    memory: new InMemoryCheckpointStore(), file: createFileCheckpointStore(join(folder, 'runs')), redis: createRedisCheckpointStore(io),
  };
  try {
    for (const [name, store] of Object.entries(stores)) {
      const [host, bare]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round++) {
        host.push(await throughHost(store, `h${round}`));
        bare.push(await alone(store, `h${round}`, `a${round}`));
      }
      const perStep = (ms: number): number => Math.round((ms / STEPS) * 1000);
      console.log(`= ${name}: ${perStep(median(host))} µs per durable step, of which the store's commit ${perStep(median(bare))} µs`);
    }
  } finally {
    io.disconnect();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
});
