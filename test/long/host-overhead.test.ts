import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLocalHost, InMemoryCheckpointStore } from '../../src/durable/index.ts';
import { createFileCheckpointStore } from '../../src/platform/node/index.ts';
import type { CheckpointStore } from '../../src/spec/index.ts';
import { createRedisCheckpointStore } from '../../src/stores/redis/index.ts';
import { chain, STEPS, writeAgain, writtenFor } from '../helpers/overhead.ts';
import { startRedis } from '../helpers/redis-server.ts';
import { prepareWorkerd } from '../helpers/workerd-process.ts';

// What the host adds to the commits of its store. Told, not asserted: a machine that does other things as well shows nothing.
const ROUNDS = 7;

let folder: string;
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'overhead-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** @param round of a run through the host, and of the same commits written by nobody but the store: how long each took. */
async function tell(name: string, round: (n: number) => Promise<readonly [host: number, bare: number]>): Promise<void> {
  const rounds: (readonly [number, number])[] = [];
  for (let n = 0; n < ROUNDS; n++) rounds.push(await round(n));
  const perStep = (i: 0 | 1): number => Math.round((rounds.map((one) => one[i]).sort((a, b) => a - b)[ROUNDS >> 1] as number / STEPS) * 1000);
  console.log(`= ${name}: ${perStep(0)} µs per durable step, of which the store's commit ${perStep(1)} µs`);
}

function tellStore(name: string, store: CheckpointStore): Promise<void> {
  return tell(name, async (n) => {
    const host = createLocalHost({ store, workflows: [chain] });
    const through = await timed(async () => { expect(await host.result(await host.start(chain, {}, { runId: `h${n}` }))).toBe(STEPS); });
    await host.close();
    const written = await writtenFor(store, `h${n}`);
    return [through, await timed(() => writeAgain(store, written, `a${n}`))];
  });
}

it('tells what a host adds to a commit of a store in memory, in files and in Redis', async () => {
  const server = await startRedis(folder, '--appendfsync', 'always');
  const io = new Redis(server.port, '127.0.0.1');
  try {
    await tellStore('memory', new InMemoryCheckpointStore());
    await tellStore('file', createFileCheckpointStore(join(folder, 'runs')));
    await tellStore('redis', createRedisCheckpointStore(io));
  } finally {
    io.disconnect();
    await server.kill();
  }
});

it('tells what a Durable Object adds to a commit of its store', async () => {
  const workerd = await prepareWorkerd('test/helpers/overhead-object.ts', '');
  try {
    const running = await workerd.start();
    const ask = async (path: string, body = ''): Promise<string> => {
      const response = await fetch(running.url + path, { method: 'POST', body });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      return text;
    };
    try {
      // From outside: no time passes inside of workerd while it works.
      await tell('durable object', async (n) => {
        const through = await timed(async () => { expect(await ask(`/run/h${n}`)).toBe(String(STEPS)); });
        await ask(`/learn/a${n}`, await ask(`/written/h${n}`));
        return [through, await timed(() => ask(`/again/a${n}`))];
      });
    } finally {
      await running.kill();
    }
  } finally {
    await workerd.remove();
  }
});
