import { afterEach, expect, test } from 'vitest';
import { createLocalHost, InMemoryCheckpointStore, Workflow } from '../../../src/durable/index.ts';
import { retry, scope } from '../../../src/workflow/index.ts';
import { INPUT_REQUEST, INPUT_RESPONSE, START, stop } from '../../../src/events/index.ts';
import { PersistError } from '../../../src/index.ts';
import type { CheckpointStore } from '../../../src/spec/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';

// What the simulator found.

const settle = async (): Promise<void> => { for (let i = 0; i < 300; i++) await Promise.resolve(); };

const rejected: unknown[] = [];
const note = (reason: unknown): void => { rejected.push(reason); };
process.on('unhandledRejection', note);
afterEach(async () => {
  await new Promise((resolve) => { setImmediate(resolve); });
  expect(rejected.splice(0)).toEqual([]);
});

/** A store that answers by promises, and fails when it is told to, before or after the call has taken effect. */
function failing(inner: CheckpointStore, fails: (method: string, args: readonly never[]) => 'before' | 'after' | false): CheckpointStore {
  return new Proxy(inner, {
    get(target, key) {
      const method = Reflect.get(target, key) as unknown;
      if (typeof method !== 'function') return method;
      return async (...args: never[]) => {
        await Promise.resolve();
        const when = fails(String(key), args);
        if (when === 'before') throw new PersistError('No answer', { retryable: true });
        const answer = (method as (...all: never[]) => unknown).apply(target, args);
        if (when === 'after') throw new PersistError('No answer', { retryable: true });
        return answer;
      };
    },
  });
}

const ask = (calls: string[] = []) => new Workflow('ask')
  .addStep('ask', [START], () => { calls.push('ask'); return { type: INPUT_REQUEST, request_id: 'q', prompt: '?' }; })
  .addStep('end', [INPUT_RESPONSE], (event) => { calls.push('end'); return stop(event['response']); });

test('a host that comes upon a run in two ways at once works on it once', async () => {
  const calls: string[] = [];
  const workflow = ask(calls);
  const store = failing(new InMemoryCheckpointStore(), () => false);
  const host = createLocalHost({ store, workflows: [workflow] });
  const again = createLocalHost({ store, workflows: [workflow] });
  await again.start(workflow, undefined, { runId: 'r' });
  await again.close();
  calls.length = 0;
  await Promise.all([host.recover(), host.recover(), host.start(workflow, undefined, { runId: 'r' })]);
  await settle();
  expect(calls).toEqual(['ask']);
  await Promise.all([host.deliver('r', 'q', 1), host.deliver('r', 'q', 2), host.recover()]);
  expect(await host.result('r')).toBe(1);
  expect(calls).toEqual(['ask', 'end']);
});

for (const method of ['commit', 'release']) {
  for (const when of ['before', 'after'] as const) {
    test(`a ${method} that fails ${when} it took effect while a run is put to sleep costs time alone`, async () => {
      const clock = new FakeClock(1000);
      const workflow = ask();
      const inner = new InMemoryCheckpointStore();
      let failures = 0;
      const store = failing(inner, (name, args) => {
        const parks = method === 'release' || (args[1] as { status?: string } | undefined)?.status === 'waiting';
        return name === method && parks && failures++ === 0 ? when : false;
      });
      const host = createLocalHost({ store, workflows: [workflow], leaseMs: 900, clock });
      await host.start(workflow, undefined, { runId: 'r' });
      await clock.advance(5000);
      expect(failures).toBe(1);
      expect(host.active).toEqual([]);
      await host.recover();
      await settle();
      expect(inner.status('r')?.status).toBe('waiting');
      expect(await host.deliver('r', 'q', 'yes')).toBe('stored');
      expect(await host.result('r')).toBe('yes');
      await host.close();
    });
  }
}

test('a host that is closed while it claims a run gives it back', async () => {
  const workflow = ask();
  const inner = new InMemoryCheckpointStore();
  const host = createLocalHost({ store: failing(inner, () => false), workflows: [workflow] });
  const starting = host.start(workflow, undefined, { runId: 'r' });
  for (let i = 0; i < 3; i++) await Promise.resolve();
  await host.close();
  await starting;
  await settle();
  const other = createLocalHost({ store: inner, workflows: [workflow] });
  expect(await other.recover()).toEqual(['r']);
});

test('a host that is closed gives all its runs back although one cannot be', async () => {
  const workflow = new Workflow('hang').addStep('hang', [START], () => new Promise<null>(() => undefined));
  const inner = new InMemoryCheckpointStore();
  const host = createLocalHost({ store: failing(inner, (name, [runId]) => (name === 'release' && runId === 'a' ? 'before' : false)), workflows: [workflow] });
  await host.start(workflow, undefined, { runId: 'a' });
  await host.start(workflow, undefined, { runId: 'b' });
  await settle();
  await host.close();
  expect(inner.due(Date.now(), 9)).toEqual(['b']);
});

test('a request that leaves its id out has one on the stored stream too', async () => {
  const workflow = new Workflow('ask')
    .addStep('ask', [START], () => [{ type: 'Before' }, { type: INPUT_REQUEST, prompt: '?' }, { type: INPUT_REQUEST, prompt: '?' }])
    .addStep('before', ['Before'], () => null)
    .addStep('end', [INPUT_RESPONSE], (event) => (event['response'] === 'last' ? stop(event['request_id']) : null));
  const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [workflow] });
  await host.start(workflow, undefined, { runId: 'r' });
  await settle();
  const open = (await host.requests('r')).map((request) => request['request_id']);
  const shown: unknown[] = [];
  for await (const { seq, event } of host.stream('r')) {
    if (event.type === INPUT_REQUEST) shown.push(event['request_id']);
    if (seq === 3) break;
  }
  expect(open).toEqual(['r/2', 'r/3']);
  expect(shown).toEqual(open);
  await host.deliver('r', 'r/2', 'first');
  await host.deliver('r', 'r/3', 'last');
  expect(await host.result('r')).toBe('r/3');
});

test('a run that slept, was woken and is given back in the middle is found by the next host', async () => {
  const workflow = new Workflow('ask')
    .addStep('ask', [START], () => ({ type: INPUT_REQUEST, request_id: 'q', prompt: '?' }))
    .addStep('work', [INPUT_RESPONSE], async (_event, context) => {
      await context.checkpoint();
      await new Promise(() => undefined);
    });
  const store = new InMemoryCheckpointStore();
  const host = createLocalHost({ store, workflows: [workflow] });
  await host.start(workflow, undefined, { runId: 'r' });
  await settle();
  await host.deliver('r', 'q', 1);
  await settle();
  expect(store.status('r')?.status).toBe('running');
  await host.close();
  expect(store.due(Date.now(), 9)).toEqual(['r']);
});

test('an answer that comes while a run is put to sleep is stored, not taken for the commit that does it', async () => {
  const workflow = new Workflow('ask')
    .addStep('ask', [START], () => ({ type: INPUT_REQUEST, request_id: 'q', prompt: '?' }))
    .addStep('note', [INPUT_RESPONSE], (event, context) => { context.set('answer', event['response'] as number); return { type: 'Noted' }; })
    .addStep('end', ['Noted'], (_event, context) => stop(context.get('answer')));
  const inner = new InMemoryCheckpointStore();
  let asleep!: () => void;
  const falling = new Promise<void>((resolve) => { asleep = resolve; });
  const slow = failing(inner, () => false);
  const store: CheckpointStore = new Proxy(slow, {
    get: (target, key) => (key !== 'commit' ? Reflect.get(target, key) as unknown : async (runId: string, commit: Parameters<CheckpointStore['commit']>[1]) => {
      const answer = await target.commit(runId, commit);
      if (commit.status === 'waiting') await falling;
      return answer;
    }),
  });
  const host = createLocalHost({ store, workflows: [workflow] });
  await host.start(workflow, undefined, { runId: 'r' });
  await settle();
  expect(inner.status('r')?.status).toBe('waiting');
  await host.deliver('r', 'q', 7);
  await settle();
  asleep();
  await settle();
  expect(await host.result('r')).toBe(7);
  const shown: string[] = [];
  for await (const { event } of host.stream('r')) shown.push(event.type);
  expect(shown).toEqual([INPUT_REQUEST, INPUT_RESPONSE, 'Noted']);
});

test('a host that could not put a run to sleep does nothing more with it, whatever it still hears', async () => {
  const clock = new FakeClock(1000);
  const calls: string[] = [];
  const workflow = ask(calls);
  const inner = new InMemoryCheckpointStore();
  let hear!: () => void;
  let fail!: () => void;
  const heard = new Promise<void>((resolve) => { hear = resolve; });
  const failed = new Promise<void>((resolve) => { fail = resolve; });
  let failures = 0;
  const store: CheckpointStore = new Proxy(inner, {
    get: (target, key) => {
      const method = Reflect.get(target, key) as unknown;
      if (typeof method !== 'function') return method;
      return async (...args: never[]) => {
        const answer = (method as (...all: never[]) => unknown).apply(target, args);
        if (key === 'readInputs') await heard;
        if (key === 'commit' && (args[1] as unknown as { status?: string }).status === 'waiting' && failures++ === 0) {
          await failed;
          throw new PersistError('No answer', { retryable: true });
        }
        return answer;
      };
    },
  });
  const host = createLocalHost({ store, workflows: [workflow], leaseMs: 900, clock });
  await host.start(workflow, undefined, { runId: 'r' });
  await settle();
  const delivered = host.deliver('r', 'q', 'yes');
  await settle();
  fail();
  await settle();
  hear();
  expect(await delivered).toBe('stored');
  await settle();
  expect(calls).toEqual(['ask']);
  await clock.advance(5000);
  expect(await host.recover()).toEqual(['r']);
  expect(await host.result('r')).toBe('yes');
});

test('what a try published before it threw is kept, as it is without a store', async () => {
  const flaky = () => new Workflow('flaky').addStep('s', [START], (_event, context) => {
    context.writeEventToStream({ type: 'Begun', attempt: context.attempt });
    if (context.attempt === 1) throw new Error('busy');
    return stop(1);
  }, retry({ maxAttempts: 2, backoffMs: 0 }));
  const clock = new FakeClock(1000);
  const live = await flaky().runWithHandler({}, { clock });
  const shown: unknown[] = [];
  const reading = live.streamEvents((event) => { shown.push(event.type, (event as unknown as { attempt: number }).attempt); });
  await clock.advance(10);
  await reading;
  expect(shown).toEqual(['Begun', 1]);
  const workflow = flaky();
  const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [workflow], clock });
  await host.start(workflow, undefined, { runId: 'r' });
  await clock.advance(10);
  expect(await host.result('r')).toBe(1);
  const stored: unknown[] = [];
  for await (const { event } of host.stream('r')) stored.push(event.type, event['attempt']);
  expect(stored).toEqual(shown);
});

test('the stored end of a run that waited for detached work can be read', async () => {
  const store = new InMemoryCheckpointStore();
  const workflow = new Workflow('background')
    .addStep('begin', [START], (_event, context) => [...scope(context, { type: 'Audit' }, { detached: true }), { type: 'Go' }])
    .addStep('go', ['Go'], () => stop('done'))
    .addStep('audit', ['Audit'], async () => { await settle(); });
  const host = createLocalHost({ store, workflows: [workflow] });
  await host.start(workflow, undefined, { runId: 'r' });
  expect(await host.result('r')).toBe('done');
  expect(await createLocalHost({ store, workflows: [workflow] }).result('r')).toBe('done');
});
