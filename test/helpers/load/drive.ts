// Many runs in Redis, several workers, and workers killed in the middle.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createLocalHost, type LocalHost } from '../../../src/durable/index.ts';
import type { CheckpointStore } from '../../../src/spec/index.ts';
import { createRedisCheckpointStore } from '../../../src/stores/redis/index.ts';
import { startRedis } from '../redis-server.ts';
import { bundleProgram } from '../victims.ts';
import { EFFECTS, order, RESULT, STREAM } from './order.ts';

export interface Load {
  readonly runs: number;
  readonly workers: number;
  readonly kills: number;
  /** Whether somebody sets the workers' clocks. Default 'right'. */
  readonly clocks?: 'right' | 'jumping';
}

export interface LoadResult {
  /** What is wrong, run by run. */
  readonly problems: readonly string[];
  readonly kills: number;
  readonly effects: number;
  /** Effects made more than once: at most those that were in flight at a kill. */
  readonly repeated: number;
  readonly seconds: number;
  /** Largest resident memory of any worker, MiB; null where the host does not tell. */
  readonly workerMiB: number | null;
}

const inParallel = async (runIds: readonly string[], work: (runId: string) => Promise<void>): Promise<void> => {
  const rest = runIds.values();
  await Promise.all(Array.from({ length: 100 }, async () => { for (const runId of rest) await work(runId); }));
};

/** Let workers finish all runs; kill `kills` of them on the way, and check every run. */
export async function underLoad({ runs, workers, kills, clocks = 'right' }: Load): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'load-'));
  const ledger = join(folder, 'ledger.txt');
  const program = await bundleProgram(join(import.meta.dirname, 'worker.ts'), folder);
  const server = await startRedis(folder, '--appendfsync', 'always');
  const io = new Redis(server.port, '127.0.0.1');
  const alive: ChildProcess[] = [];
  try {
    await writeFile(ledger, '');
    const store = createRedisCheckpointStore(io);
    const desk = createLocalHost({ store: withoutClaims(store), workflows: [order(() => undefined)] });
    const ids = Array.from({ length: runs }, (_, i) => `r${i}`);
    await inParallel(ids, async (runId) => {
      await desk.start(order(() => undefined), {}, { runId });
      // Before it is asked: an answer that was taken is not lost.
      await desk.deliver(runId, 'approve', RESULT.answer);
    });

    const started = performance.now();
    const failures: string[] = [];
    const start = (): void => {
      const child = spawn(process.execPath, [program, String(server.port), ledger, clocks], { stdio: ['ignore', 'ignore', 'inherit'] });
      child.once('close', (code, signal) => { if (signal !== 'SIGKILL') failures.push(`a worker ended by itself (${code})`); });
      alive.push(child);
    };
    for (let i = 0; i < workers; i++) start();
    let [done, workerMiB] = [0, null as number | null];
    for (;;) {
      for (const { pid } of alive) workerMiB = Math.max(workerMiB ?? 0, await peakMiB(pid)) || null;
      const left = await io.zcard('{blazen}:due');
      if (left === 0 || failures.length > 0) break;
      // Evenly over the time in which there is work.
      if (done < kills && left <= runs * (1 - (done + 1) / (kills + 1))) {
        done++;
        alive.shift()?.kill('SIGKILL');
        start();
      }
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    const seconds = (performance.now() - started) / 1000;
    const made = countOf((await readFile(ledger, 'utf8')).split('\n').slice(0, -1));
    const problems = [...failures];
    await inParallel(ids, async (runId) => { problems.push(...await check(desk, store, runId, made)); });
    const effects = [...made.values()].reduce((sum, n) => sum + n, 0);
    return { problems, kills: done, effects, repeated: effects - made.size, seconds, workerMiB };
  } finally {
    for (const child of alive) child.kill('SIGKILL');
    io.disconnect();
    await server.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** For a process that takes orders and works on none. */
function withoutClaims(store: CheckpointStore): CheckpointStore {
  return new Proxy(store, {
    get: (target, key) => {
      if (key === 'claim') return () => null;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

async function check(desk: LocalHost, store: CheckpointStore, runId: string, made: ReadonlyMap<string, number>): Promise<string[]> {
  const problems: string[] = [];
  const status = await store.status(runId);
  if (status?.status !== 'completed') return [`${runId} is ${status?.status}`];
  const result = JSON.stringify(await desk.result(runId));
  if (result !== JSON.stringify(RESULT)) problems.push(`${runId} gave ${result}`);
  for (const label of EFFECTS) if (!made.has(`${runId}/${label}`)) problems.push(`${runId}: '${label}' was never made`);
  const types: string[] = [];
  for await (const { seq, event } of desk.stream(runId)) if (types.push(event.type) !== seq) problems.push(`${runId}: item ${seq} where ${types.length} belongs`);
  if (types.sort().join() !== STREAM.join()) problems.push(`${runId} shows ${types.join()}`);
  return problems;
}

function countOf(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** Linux tells it. */
async function peakMiB(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
