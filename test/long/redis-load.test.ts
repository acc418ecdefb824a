import { expect, it } from 'vitest';
import { underLoad } from '../helpers/load/drive.ts';

it('10,000 runs in Redis end well although three workers are killed', async () => {
  const { problems, kills, effects, repeated, seconds, workerMiB } = await underLoad({ runs: 10_000, workers: 3, kills: 3 });
  console.log(`= 10000 runs, ${kills} worker kills: ${problems.length} bad, ${effects} effects, ${repeated} of them repeated, ${seconds.toFixed(1)} s, worker ${workerMiB ?? '?'} MiB`);
  expect(problems).toEqual([]);
  expect(kills).toBe(3);
  if (workerMiB !== null) expect(workerMiB).toBeLessThanOrEqual(256);
});
