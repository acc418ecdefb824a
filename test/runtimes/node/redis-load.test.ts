import { expect, it } from 'vitest';
import { underLoad } from '../../helpers/load/drive.ts';

it('500 runs in Redis end well although three workers are killed', { timeout: 180_000 }, async () => {
  const { problems, kills, effects, repeated, workerMiB } = await underLoad({ runs: 500, workers: 2, kills: 3 });
  console.log(`500 runs, ${kills} worker kills: ${problems.length} bad, ${effects} effects, ${repeated} of them repeated, worker ${workerMiB ?? '?'} MiB`);
  expect(problems).toEqual([]);
  expect(kills).toBe(3);
});

it('200 runs in Redis end well although the clocks of their workers jump by an hour all the time', { timeout: 180_000 }, async () => {
  const { problems } = await underLoad({ runs: 200, workers: 3, kills: 0, clocks: 'jumping' });
  expect(problems).toEqual([]);
});
