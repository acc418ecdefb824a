import { afterEach, expect, it } from 'vitest';
import {
  AbortedError, MemoryEmbedderChangedError, SerializationError, UnsupportedError, ValidationError, WorkerCrashedError,
} from '../../src/base/error-classes.ts';
import { BlazenError } from '../../src/base/errors.ts';
import { createWorkerHost, type WorkerHost, type WorkerLike } from '../../src/local/index.ts';
import type { methods } from './worker-methods.ts';

type Served = typeof methods;

/** What every kind of line does, whatever carries it. */
export function describeCalls(spawn: () => WorkerLike): void {
  const open: WorkerHost<Served>[] = [];
  const create = (): WorkerHost<Served> => {
    const host = createWorkerHost<Served>({ spawn });
    open.push(host);
    return host;
  };
  afterEach(() => open.splice(0).forEach((host) => host.close()));

  it('calls at the same time each get their own result', async () => {
    const host = create();
    const sums = await Promise.all([1, 2, 3, 4].map((a) => host.call('add', { a, b: a * 10 })));
    expect(sums).toEqual([11, 22, 33, 44]);
  });

  it('progress arrives in order and before the result', async () => {
    const seen: (number | string)[] = [];
    const result = create().call('count', 5, { onProgress: (value) => seen.push(value) });
    seen.push(await result);
    expect(seen).toEqual([1, 2, 3, 4, 5, 'counted']);
  });

  it('an aborted signal rejects the call at once and reaches the method with its reason', async () => {
    const host = create();
    const controller = new AbortController();
    const call = host.call('wait', null, { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) });
    const error = await call.catch((thrown: unknown) => thrown as AbortedError);
    expect(error).toBeInstanceOf(AbortedError);
    expect(error.cause).toMatchObject({ message: 'enough' });
    expect(await host.call('cancelled', null)).toContain('AbortedError: enough');
    expect(await host.call('add', { a: 1, b: 1 })).toBe(2);
  });

  it('a signal that is aborted before the call starts no worker', async () => {
    let spawned = 0;
    const host = createWorkerHost<Served>({ spawn: () => { spawned++; return spawn(); } });
    await expect(host.call('add', { a: 1, b: 1 }, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortedError);
    expect(spawned).toBe(0);
  });

  it('a transferred buffer is moved there and back, not copied', async () => {
    const bytes = Uint8Array.of(1, 2, 40);
    const doubled = await create().call('double', bytes, { transfer: [bytes.buffer] });
    expect(bytes.byteLength).toBe(0);
    expect([...doubled]).toEqual([2, 4, 80]);
  });

  it('an error of the tree arrives with its class, fields and cause', async () => {
    const error = await create().call('fail', 'tree').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MemoryEmbedderChangedError);
    expect(error).toMatchObject({ code: 'memory.embedder_changed', stored: 'a@1/8', current: 'b@1/8', message: 'Cannot open the store' });
    expect((error as Error).cause).toBeInstanceOf(RangeError);
  });

  it('other things thrown arrive as the native error they are', async () => {
    const host = create();
    await expect(host.call('fail', 'native')).rejects.toThrow(new TypeError('not a list'));
    const error = await host.call('fail', 'other').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(BlazenError);
    expect((error as Error).message).toBe('just text');
  });

  it('a name nobody serves, inherited ones too, is an UnsupportedError', async () => {
    const host = create() as unknown as WorkerHost;
    await expect(host.call('nothing', null)).rejects.toBeInstanceOf(UnsupportedError);
    await expect(host.call('toString', null)).rejects.toBeInstanceOf(UnsupportedError);
  });

  it('what cannot be cloned is a SerializationError on the way there and on the way back', async () => {
    const host = create();
    await expect(host.call('add', (() => 1) as never)).rejects.toBeInstanceOf(SerializationError);
    await expect(host.call('unclonable', null)).rejects.toBeInstanceOf(SerializationError);
    expect(await host.call('add', { a: 2, b: 2 })).toBe(4);
  });

  it('closing rejects what is in flight and every later call', async () => {
    const host = create();
    const call = host.call('wait', null);
    const settled = expect(call).rejects.toBeInstanceOf(AbortedError);
    await host.call('add', { a: 1, b: 1 });
    host.close();
    host.close();
    await settled;
    await expect(host.call('add', { a: 1, b: 1 })).rejects.toBeInstanceOf(ValidationError);
  });
}

/** What happens when the worker dies; only for lines with a real worker at the other end. */
export function describeCrashes(spawn: () => WorkerLike): void {
  it('a crash rejects all calls in flight, and the next call gets a new worker', async () => {
    const host = createWorkerHost<Served>({ spawn });
    const calls = [host.call('wait', null), host.call('crash', null)];
    const errors = await Promise.all(calls.map((call) => call.catch((thrown: unknown) => thrown)));
    for (const error of errors) {
      expect(error).toBeInstanceOf(WorkerCrashedError);
      expect(error).toMatchObject({ retryable: true });
    }
    expect(await host.call('cancelled', null)).toEqual([]);
    host.close();
  });

  it('a worker that only crashes is not started again and again', async () => {
    let spawned = 0;
    const host = createWorkerHost<Served>({ spawn: () => { spawned++; return spawn(); }, maxCrashes: 2 });
    for (let i = 0; i < 4; i++) await expect(host.call('crash', null)).rejects.toBeInstanceOf(WorkerCrashedError);
    expect(spawned).toBe(2);
    host.close();
  });

  it('a call that is answered makes up for earlier crashes', async () => {
    const host = createWorkerHost<Served>({ spawn, maxCrashes: 2 });
    for (let i = 0; i < 3; i++) {
      await expect(host.call('crash', null)).rejects.toMatchObject({ retryable: true });
      expect(await host.call('add', { a: i, b: 1 })).toBe(i + 1);
    }
    host.close();
  });
}
