import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  AbortedError, RunEndedError, RunNotFoundError, SnapshotError, StepError, UnsupportedError, WorkflowNotFoundError,
} from '../../../src/base/error-classes.ts';
import type { StreamItem } from '../../../src/durable/index.ts';
import { type DurableObjectNamespace, type DurableObjectState, durableObjectHost, type WorkflowObject } from '../../../src/platform/workers/index.ts';
import { chatty, failing, impatient, orderWorkflow, patient, sleepy, world } from './object-workflows.ts';

const { RUNS, SHORT_RUNS } = env as Readonly<Record<'RUNS' | 'SHORT_RUNS', DurableObjectNamespace>>;
const host = durableObjectHost({ namespace: RUNS });
const order = orderWorkflow();

const object = (runId: string): unknown => RUNS.get(RUNS.idFromName(runId) as never);
type Storage = DurableObjectState['storage'] & { getAlarm(): Promise<number | null> };
const alarmOf = (runId: string): Promise<number | null> => runInDurableObject(object(runId), (_, { storage }) => (storage as Storage).getAlarm());

/** The object is gone from one moment to the next, with all that it had in memory. */
const crash = async (runId: string): Promise<void> => {
  await runInDurableObject(object(runId), (_, state) => Promise.resolve((state as unknown as { abort(): void }).abort())).catch(() => undefined);
};

async function items(stream: AsyncIterable<StreamItem>): Promise<[number | null, string][]> {
  const all: [number | null, string][] = [];
  for await (const { seq, event } of stream) all.push([seq, event.type]);
  return all;
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!await condition()) await new Promise((resolve) => { setTimeout(resolve, 1); });
}

const isWaiting = (runId: string) => async () => (await host.status(runId))?.status === 'waiting';

/** Lets steps wait; gives what lets them go on. */
function closeGate(): () => void {
  let open!: () => void;
  world.gate = new Promise<void>((resolve) => { open = resolve; });
  return open;
}

/** What a browser would get. */
async function connect(runId: string, from?: number): Promise<{ readonly messages: Record<string, unknown>[]; readonly closed: Promise<void>; readonly send: (text: string) => void }> {
  const request = new Request(`https://shop.example/runs/${runId}${from === undefined ? '' : `?from=${from}`}`, { headers: { upgrade: 'websocket' } });
  const { webSocket: socket } = await host.connect(runId, request) as unknown as { webSocket: WebSocket & { accept(): void } };
  const messages: Record<string, unknown>[] = [];
  socket.addEventListener('message', ({ data }) => { messages.push(JSON.parse(data as string) as Record<string, unknown>); });
  const closed = new Promise<void>((resolve) => { socket.addEventListener('close', () => resolve()); });
  socket.accept();
  return { messages, closed, send: (text) => socket.send(text) };
}

beforeEach(() => { Object.assign(world, { known: true, first: 'reserve', keyless: false, gate: Promise.resolve() }); });

describe('a run in a Durable Object', () => {
  it('starts, asks a human, goes on with the answer and gives its result', async () => {
    const runId = await host.start(order, { item: 'coat' });
    await until(isWaiting(runId));
    expect((await host.requests(runId)).map((request) => request['request_id'])).toEqual(['paid']);
    const result = host.result(runId);
    expect(await host.deliver(runId, 'paid', new Map([['by', 'card']]))).toBe('stored');
    expect(await host.deliver(runId, 'paid', 'again')).toBe('already');
    expect(await result).toEqual(['coat', new Map([['by', 'card']]), 5]);
    expect(await host.deliver(runId, 'late', 1)).toBe('gone');
    expect(await host.status(runId)).toMatchObject({ runId, workflow: 'order', status: 'completed', streamSeq: 4 });
    expect(await host.start(order, { item: 'hat' }, { runId })).toBe(runId);
    expect(await host.result(runId)).toEqual(['coat', new Map([['by', 'card']]), 5]);
  });

  it('takes one of two answers that come at once', async () => {
    const runId = await host.start(order, { item: 'coat' });
    const other = durableObjectHost({ namespace: RUNS });
    const outcomes = await Promise.all([host.deliver(runId, 'paid', 'one'), other.deliver(runId, 'paid', 'two')]);
    expect(outcomes.toSorted()).toEqual(['already', 'stored']);
    expect(await host.result(runId)).toEqual(['coat', outcomes[0] === 'stored' ? 'one' : 'two', 5]);
  });

  it('streams what it shows, live events in between, through its wait to its end, and again from any number', async () => {
    const runId = await host.start(order, { item: 'coat' });
    const open = closeGate();
    const seen = (async () => {
      const all: [number | null, string][] = [];
      for await (const { seq, event } of host.stream(runId)) {
        all.push([seq, event.type]);
        if (seq === null) open();
      }
      return all;
    })();
    await until(isWaiting(runId));
    await host.deliver(runId, 'paid', 1);
    const numbered = [[1, 'Reserved'], [2, 'blazen::InputRequestEvent'], [3, 'blazen::InputResponseEvent'], [4, 'Shipped']];
    expect(await seen).toEqual([...numbered.slice(0, 3), [null, 'Packing'], ...numbered.slice(3)]);
    expect(await items(host.stream(runId, 3))).toEqual(numbered.slice(2));
    expect(await items(host.stream(runId, 9))).toEqual([]);
  });

  it('ends a stream for a reader whose signal aborts, not the run', async () => {
    const runId = await host.start(order, { item: 'coat' });
    const abort = new AbortController();
    const seen: string[] = [];
    for await (const { event } of host.stream(runId, 1, { signal: abort.signal })) {
      seen.push(event.type);
      if (seen.length === 2) abort.abort();
    }
    expect(seen).toEqual(['Reserved', 'blazen::InputRequestEvent']);
    expect((await host.status(runId))?.status).toBe('waiting');
  });

  it('sends a browser its stream by a socket, the end last', async () => {
    const runId = await host.start(order, { item: 'coat' });
    const { messages, closed } = await connect(runId);
    await until(() => messages.length === 2);
    const late = await connect(runId, 3);
    const open = closeGate();
    await host.deliver(runId, 'paid', 1);
    await until(() => late.messages.length === 2);
    open();
    await Promise.all([closed, late.closed]);
    expect(messages.map((message) => message['end'] ?? message['seq'])).toEqual([1, 2, 3, null, 4, 'completed']);
    expect(messages[0]).toEqual({ seq: 1, event: { type: 'Reserved' }, published: true });
    expect(late.messages.map((message) => message['end'] ?? message['seq'])).toEqual([3, null, 4, 'completed']);
    expect((await host.connect(runId, new Request('https://shop.example/'))).status).toBe(426);
    await expect(host.connect('nobody', new Request('https://shop.example/', { headers: { upgrade: 'websocket' } }))).rejects.toThrow(RunNotFoundError);
  });

  it('has at most 1,024 items on their way to a reader, and gives one that keeps up all of them', async () => {
    const runId = await host.start(chatty, { count: 3000 });
    const { messages, closed, send } = await connect(runId);
    expect(await host.result(runId)).toBe('done');
    const all = await items(host.stream(runId));
    expect(all.map(([seq]) => seq)).toEqual(Array.from({ length: 3000 }, (_, i) => i + 1));
    expect(messages.length).toBe(1024);
    // Handed over here, because messages sent at once may be taken in another order: 1,025 is right after 1,024.
    await runInDurableObject(object(runId), (instance, state) => {
      for (const seen of ['x', '-1', '', '1025', '1e9']) {
        for (const socket of (state as DurableObjectState).getWebSockets()) (instance as WorkflowObject).webSocketMessage(socket, seen);
      }
      return Promise.resolve();
    });
    send('1024');
    await until(() => messages.length === 2048);
    send('2048');
    await closed;
    expect(messages.map((message) => message['seq']).slice(0, 3000)).toEqual(all.map(([seq]) => seq));
    expect(messages.at(-1)).toEqual({ end: 'completed' });
  });

  it('tells errors as what they are', async () => {
    await expect(host.result('nobody')).rejects.toThrow(RunNotFoundError);
    await expect(items(host.stream('nobody'))).rejects.toThrow(RunNotFoundError);
    expect(await host.status('nobody')).toBeNull();
    expect(await host.deliver('nobody', 'q', 1)).toBe('gone');
    await expect(host.list()).rejects.toThrow(UnsupportedError);
    const error = await host.result(await host.start(failing)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StepError);
    expect(error).toMatchObject({ code: 'workflow.step_failed', step: 'throw', message: expect.stringContaining('no luck') as string });
    world.known = false;
    await expect(host.start(order, { item: 'coat' })).rejects.toThrow(WorkflowNotFoundError);
  });

  it('is paused, goes on, and is aborted, whether it works or waits', async () => {
    const runId = await host.start(order, { item: 'coat' });
    await until(isWaiting(runId));
    await host.pause(runId);
    await host.deliver(runId, 'paid', 1);
    expect((await host.status(runId))?.status).toBe('paused');
    expect(await alarmOf(runId)).toBeNull();
    await host.resume(runId);
    expect(await host.result(runId)).toEqual(['coat', 1, 5]);
    await expect(host.abort(runId)).rejects.toThrow(RunEndedError);

    const parked = await host.start(order, { item: 'hat' });
    await until(isWaiting(parked));
    await host.abort(parked, 'sold out');
    await expect(host.result(parked)).rejects.toThrow(AbortedError);

    closeGate();
    const working = await host.start(patient);
    await host.abort(working);
    await expect(host.result(working)).rejects.toThrow(AbortedError);
  });
});

describe('the alarm of the object', () => {
  it('is set while the run is worked on, and not while it waits for a human or has ended', async () => {
    const open = closeGate();
    const runId = await host.start(patient);
    expect(await alarmOf(runId)).toBeLessThanOrEqual(Date.now() + 1000);
    open();
    expect(await host.result(runId)).toBe('patient');
    await until(async () => await alarmOf(runId) === null);

    const waiting = await host.start(order, { item: 'coat' });
    await until(isWaiting(waiting));
    await until(async () => await alarmOf(waiting) === null);
  });

  it('is set to the time when a run that sleeps goes on, or a question expires', async () => {
    for (const workflow of [sleepy, impatient]) {
      const runId = await host.start(workflow, { ms: 3_600_000 });
      await until(isWaiting(runId));
      const start = Date.now();
      await until(async () => (await alarmOf(runId) ?? 0) > start + 3_000_000);
      expect(await alarmOf(runId)).toBeLessThanOrEqual(Date.now() + 3_600_000);
    }
    expect(await host.result(await host.start(sleepy, { ms: 30 }))).toBe('rested');
    expect(await host.result(await host.start(impatient, { ms: 30 }))).toBe('no');
  });

  it('goes on with the run of an object that is gone, at once and without a request', async () => {
    closeGate();
    const runId = await host.start(patient);
    await crash(runId);
    world.gate = Promise.resolve();
    expect(await runDurableObjectAlarm(object(runId))).toBe(true);
    expect((await host.status(runId))?.status).toBe('completed');
    expect(await host.result(runId)).toBe('patient');
  });

  it('takes in an answer whose object was gone before it could', async () => {
    const runId = await host.start(order, { item: 'coat' });
    await until(isWaiting(runId));
    world.keyless = true;
    await crash(runId);
    await expect(host.deliver(runId, 'paid', 1)).rejects.toThrow('no key');
    world.keyless = false;
    await runDurableObjectAlarm(object(runId));
    expect(await host.deliver(runId, 'paid', 2)).toBe('stored');
    expect(await host.result(runId)).toEqual(['coat', 2, 5]);
  });

  it('does not throw when the run cannot go on: it says why, waits longer each time, and goes on when it can', async () => {
    const runId = await host.start(order, { item: 'coat' });
    await until(isWaiting(runId));
    const reading = await connect(runId);
    await crash(runId);
    await reading.closed;

    // Another version of the workflow is deployed, which does not fit.
    world.first = 'other';
    expect(await host.deliver(runId, 'paid', 1).catch((error: unknown) => error)).toBeInstanceOf(SnapshotError);
    const delays: number[] = [];
    for (let i = 0; i < 3; i++) {
      expect(await runDurableObjectAlarm(object(runId))).toBe(true);
      delays.push((await alarmOf(runId) ?? 0) - Date.now());
    }
    expect(delays.every((delay, i) => delay > 1000 * 2 ** (i + 2) - 500)).toBe(true);
    expect(await host.status(runId)).toMatchObject({ status: 'waiting', problem: { name: 'SnapshotError', attempts: 4, message: expect.stringContaining("'other'") as string } });
    await expect(host.result(runId)).rejects.toThrow(SnapshotError);
    await expect(items(host.stream(runId, 3))).rejects.toThrow(SnapshotError);

    world.first = 'reserve';
    await crash(runId);
    await runDurableObjectAlarm(object(runId));
    expect(await host.result(runId)).toEqual(['coat', 1, 5]);
    expect(await host.status(runId)).not.toHaveProperty('problem');
  });

  it('survives a Worker that cannot even name its workflows', async () => {
    closeGate();
    const runId = await host.start(patient);
    await crash(runId);
    world.keyless = true;
    expect(await runDurableObjectAlarm(object(runId))).toBe(true);
    expect(await alarmOf(runId)).toBeGreaterThan(Date.now());
    expect(await host.status(runId)).toMatchObject({ problem: { name: 'Error', message: 'no key for the shop' } });
    world.keyless = false;
    world.gate = Promise.resolve();
    await runDurableObjectAlarm(object(runId));
    expect(await host.result(runId)).toBe('patient');
  });

  it('empties the object when its run has been over for as long as it is kept', async () => {
    const short = durableObjectHost({ namespace: SHORT_RUNS });
    const runId = await short.start(order, { item: 'coat' });
    await short.deliver(runId, 'paid', 1);
    expect(await short.result(runId)).toEqual(['coat', 1, 5]);
    await until(async () => await short.status(runId) === null);
    const stub = SHORT_RUNS.get(SHORT_RUNS.idFromName(runId) as never);
    expect(await runInDurableObject(stub, (_, { storage }) => (storage as Storage).getAlarm())).toBeNull();
    await expect(short.result(runId)).rejects.toThrow(RunNotFoundError);
    await short.start(order, { item: 'hat' }, { runId });
    expect(await short.deliver(runId, 'paid', 2)).toBe('stored');
    expect(await short.result(runId)).toEqual(['hat', 2, 5]);
  });
});
