import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AbortedError, ValidationError, WorkerCrashedError } from '../../../src/base/error-classes.ts';
import { createWorkerHost, type PortLike, serveWorker, type WorkerLike } from '../../../src/local/index.ts';
import { threadPort } from '../../../src/platform/node/index.ts';
import { methods } from '../../helpers/worker-methods.ts';
import { describeCalls, describeCrashes } from '../../helpers/worker-suite.ts';

const line = (): { near: WorkerLike; far: PortLike & { close(): void } } => {
  const { port1, port2 } = new MessageChannel();
  return { near: port1, far: port2 };
};

describe('over a MessageChannel', () => {
  describeCalls(() => {
    const { near, far } = line();
    serveWorker(far, methods);
    return near;
  });

  it('the far end closing rejects what is in flight', async () => {
    const { near, far } = line();
    serveWorker(far, methods);
    const host = createWorkerHost<typeof methods>({ spawn: () => near });
    const call = host.call('wait', null, { onProgress: () => far.close() });
    await expect(call).rejects.toBeInstanceOf(WorkerCrashedError);
  });

  it('a server that stops aborts the calls at work and answers no more', async () => {
    const { near, far } = line();
    let reason: unknown;
    const server = serveWorker(far, {
      wait: (_args: null, { signal, progress }) => {
        signal.addEventListener('abort', () => { reason = signal.reason; });
        (progress as (value: string) => void)('waiting');
        return new Promise(() => undefined);
      },
    });
    const host = createWorkerHost({ spawn: () => near });
    const call = host.call('wait', null, { onProgress: () => { server.close(); host.close(); } });
    await expect(call).rejects.toBeInstanceOf(AbortedError);
    expect(reason).toBeInstanceOf(AbortedError);
  });

  it('messages of others on the same line are left alone', async () => {
    const { near, far } = line();
    serveWorker(far, methods);
    const host = createWorkerHost<typeof methods>({ spawn: () => near });
    expect(await host.call('add', { a: 1, b: 2 })).toBe(3);
    for (const noise of [null, 'text', { kind: 'result', id: 2, value: 'forged' }, { blazenWorker: 1, kind: 'call' }, { blazenWorker: 2, kind: 'result', id: 2 }]) {
      far.postMessage(noise, []);
      near.postMessage(noise, []);
    }
    expect(await host.call('add', { a: 3, b: 4 })).toBe(7);
    host.close();
  });

  it('an error with keys that reach the prototype arrives without them', async () => {
    const { near, far } = line();
    serveWorker(far, {
      fail: () => { throw Object.assign(new Error('bad'), JSON.parse('{"constructor":1,"note":"kept"}')); },
    });
    const host = createWorkerHost({ spawn: () => near });
    const error = await host.call('fail', null).catch((thrown: unknown) => thrown as Error);
    expect((error as Error).constructor).toBe(Error);
    expect(error).toMatchObject({ message: 'bad', note: 'kept' });
    host.close();
  });
});

describe('over a thread', () => {
  let folder: string;
  let file: string;

  beforeAll(async () => {
    mkdirSync('.cache', { recursive: true });
    folder = mkdtempSync('.cache/thread-');
    file = resolve(join(folder, 'worker.mjs'));
    await build({
      entryPoints: [join(import.meta.dirname, 'thread-worker.ts')], outfile: file,
      bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describeCalls(() => threadPort(new Worker(file)));
  describeCrashes(() => threadPort(new Worker(file)));
});

describe('a host', () => {
  it('that cannot spawn says so, with the cause, and gives up after three times', async () => {
    let spawned = 0;
    const cause = new Error('refused by the policy');
    const host = createWorkerHost({ spawn: () => { spawned++; throw cause; } });
    for (let i = 0; i < 5; i++) await expect(host.call('add', null)).rejects.toBeInstanceOf(WorkerCrashedError);
    expect(spawned).toBe(3);
  });

  it('that may never crash is refused', () => {
    expect(() => createWorkerHost({ spawn: () => line().near, maxCrashes: 0 })).toThrow(ValidationError);
  });
});
