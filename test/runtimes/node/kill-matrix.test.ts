import { expect, it } from 'vitest';
import { seededRandom } from '../../../src/testing/simulation/random.ts';
import { hosts } from '../../helpers/kill/hosts.ts';
import { type Case, Hunt, SUBJECTS } from '../../helpers/kill/matrix.ts';
import { startOutside } from '../../helpers/kill/outside.ts';
import { problemsOf, summaryOf } from '../../helpers/kill/report.ts';

// A sample of what `npm run test:long` does at every boundary. `KILL_SEED=1` chooses the same boundaries again.
const SEED = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const KILLS_PER_STORE = 15;

/** One boundary of one workflow after the other; which ones the number tells. */
function sample(cases: readonly Case[], random: () => number, first: number): Case[] {
  const names = Object.keys(SUBJECTS);
  return Array.from({ length: KILLS_PER_STORE }, (_, i) => {
    const mine = cases.filter(({ subject }) => subject === names[(first + i) % names.length]);
    return mine[Math.floor(random() * mine.length)] as Case;
  });
}

it.each(Object.keys(hosts).map((name, i) => [name, i] as const))('a process killed at some boundaries loses nothing and repeats nothing that was committed: %s', { timeout: 180_000 }, async (name, i) => {
  const outside = await startOutside();
  const hunt = new Hunt(await hosts[name]!(outside), outside);
  try {
    const rows = await hunt.kill(sample(await hunt.enumerate(Object.keys(SUBJECTS)), seededRandom(SEED + i), i * KILLS_PER_STORE), KILLS_PER_STORE);
    console.log(`${summaryOf(name, rows, hunt.kills)} (seed ${SEED})`);
    expect(problemsOf(rows)).toEqual([]);
    expect(rows.length).toBe(KILLS_PER_STORE);
  } finally {
    await hunt.close();
    outside.close();
  }
});
