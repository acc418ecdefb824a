import { expect, test } from 'vitest';
import { InMemoryCheckpointStore, Workflow } from '../../../src/durable/index.ts';
import { START, stop } from '../../../src/events/index.ts';
import type { CheckpointStore } from '../../../src/spec/index.ts';
import { simulate, SimulationError } from '../../../src/testing/index.ts';
import { ValidationError } from '../../../src/index.ts';
import { testSeeds } from './simulated-seeds.ts';
import { longRun, subjects, yes } from './simulated-workflows.ts';

testSeeds(2000);

test('a history that is long enough for the state to be written anew ends as it does undisturbed', async () => {
  const report = await simulate(longRun.make, { seeds: 3, input: longRun.input });
  expect(report.commits).toBeGreaterThan(900);
});

test('the same seeds give the same history, others another one', async () => {
  const { make, input } = subjects[1]!;
  const runs = await Promise.all([1, 1, 2].map((seed) => simulate(make, { seed, seeds: 5, input })));
  expect(runs[0]).toEqual(runs[1]);
  expect(runs[2]?.hash).not.toBe(runs[0]?.hash);
});

test('workers die before and after every commit of a run', async () => {
  const { make, input } = subjects[0]!;
  const { crashPoints } = await simulate(make, { seeds: 400, input });
  for (let commit = 0; commit < 6; commit++) for (const when of ['before', 'after']) expect(crashPoints).toContain(`${when} ${commit}`);
});

test('faults can be narrowed, or left out', async () => {
  const { make, input } = subjects[1]!;
  const calm = await simulate(make, { seeds: 10, input, faults: false });
  expect([calm.crashes, calm.restarts, calm.pauses, calm.clockJumps, calm.lostRequests, calm.lostReplies, calm.resent, calm.takeovers, calm.repeated]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const some = await simulate(make, { seeds: 10, input, faults: { crash: 0, restart: 0, clockJump: 0 } });
  expect([some.crashes, some.restarts, some.clockJumps]).toEqual([0, 0, 0]);
  expect(some.lostReplies).toBeGreaterThan(0);
});

test('several workflows share the workers and the store', async () => {
  const report = await simulate([subjects[0]!.make, subjects[3]!.make, subjects[5]!.make], { seeds: 10, workers: 3, input: { n: 0 }, answer: yes });
  expect(report.commits).toBeGreaterThan(10 * 25);
});

test('a store that answers by promises is simulated as well', async () => {
  const store = (): CheckpointStore => new Proxy(new InMemoryCheckpointStore(), {
    get(target, key) {
      const method = Reflect.get(target, key) as unknown;
      return typeof method !== 'function' ? method : async (...args: unknown[]) => (method as (...all: unknown[]) => unknown).apply(target, args);
    },
  });
  const report = await simulate(subjects[1]!.make, { seeds: 10, store });
  expect(report.crashes).toBeGreaterThan(0);
});

test('a workflow whose outcome hangs on something else is found, with a seed that finds it again', async () => {
  let calls = 0;
  const bad = new Workflow('bad').addStep('count', [START], () => stop(++calls));
  const error = await simulate(bad, { seeds: 20 }).catch((reason: unknown) => reason) as SimulationError;
  expect(error).toBeInstanceOf(SimulationError);
  expect(error.message).toMatch(/^The simulation failed with seed \d+: The result of run-1 is/);
  expect(error.trace.join('\n')).toContain('calls count of run-1/0.0, attempt 1');
  expect(error.trace.length).toBeLessThan(70);
});

test('an own check takes the place of the comparison', async () => {
  let calls = 0;
  const counting = new Workflow('counting').addStep('count', [START], () => stop(++calls));
  await simulate(counting, { seeds: 5, check: ({ status, result }) => status === 'completed' && Number(result) > 0 });
  const error = await simulate(counting, { seeds: 5, check: ({ result }) => Number(result) < 0 }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SimulationError);
  expect((error as SimulationError).seed).toBe(1);
});

test('a run that never ends, or options that cannot work, are told', async () => {
  const stuck = new Workflow('stuck').addStep('wait', [START], () => new Promise<null>(() => undefined));
  await expect(simulate(stuck)).rejects.toThrow(/even undisturbed: The runs do not end: run-1 is running after 0 commits/);
  await expect(simulate(stuck, { seeds: 0 })).rejects.toBeInstanceOf(ValidationError);
});
