// node --test bench/engine
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, stretches } from './goals.mjs';
import { scenarioTable } from './report.mjs';
import { summarise } from './summary.mjs';

const measured = (summary) => judge(summary).filter(({ holds }) => holds !== undefined);

const speed = (engine, warm, pass = 0, floors = [{ warm: 100, cold: 50 }, { warm: 100, cold: 50 }]) =>
  ({ scenario: 'chain', measured: 'speed', engine, pass, n: 1_000, warm, cold: warm / 4, floors });

void test('an engine is compared with the floors of its own pass, and the median pass counts', () => {
  const slowHost = [{ warm: 10, cold: 5 }, { warm: 30, cold: 15 }];
  const { chain } = summarise([speed('ours', 40, 0), speed('ours', 8, 1, slowHost), speed('ours', 90, 2)]);
  assert.equal(chain.ours.warm, 0.4);
  assert.equal(chain.ours.cold, 0.2);
});

void test('an engine below the floor share that it must reach misses the goal', () => {
  const verdicts = measured(summarise([speed('ours', 24), speed('llamaindex', 0.4)]));
  assert.deepEqual(
    verdicts.map(({ name, holds }) => [name, holds]),
    [['chain: warm, share of the floor', false], ['chain: cold, share of the floor', false], ['chain: times LlamaIndex', true]],
  );
});

void test('an engine of ours that fails is a missed goal', () => {
  const failed = { scenario: 'chain', measured: 'speed', engine: 'ours', pass: 0, error: 'gave 1, expected 2' };
  const verdicts = measured(summarise([failed]));
  assert.deepEqual(verdicts.map(({ value, holds }) => [value, holds]), [['gave 1, expected 2', false]]);
});

void test('a table names what failed and what an engine cannot do', () => {
  const rows = [
    { scenario: 'chain', measured: 'speed', engine: 'ours', pass: 0, error: 'left with 1' },
    { scenario: 'chain', measured: 'speed', engine: 'mastra', pass: 0, unsupported: true },
  ];
  const table = scenarioTable('chain', summarise(rows), { ours: 'blazen-ts', mastra: '@mastra/core' });
  assert.match(table, /\| blazen-ts \| failed: left with 1 \|/);
  assert.match(table, /\| @mastra\/core \| not measured \|/);
});

void test('a row reaches its aims when all of them are reached', () => {
  const reached = (warm) => stretches(judge(summarise([speed('ours', warm), speed('llamaindex', 0.3)]))).reached;
  assert.deepEqual(reached(41), ['chain']);
  assert.deepEqual(reached(39), []);
});
