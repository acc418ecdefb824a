import { expect, it } from 'vitest';
import { hosts } from '../../helpers/memory-kill/hosts.ts';
import { hunt } from '../../helpers/memory-kill/hunt.ts';

// A sample of what `npm run test:long` does. `KILL_SEED=1` chooses the same moments again, as far as a clock can.
const SEED = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const KILLS = 5;

it.each(Object.keys(hosts))('entries that were acknowledged are there after a kill, and the repeated call goes on where it stopped: %s', { timeout: 180_000 }, async (name) => {
  const host = await hosts[name]!();
  try {
    const bag = await hunt(host, KILLS, SEED);
    console.log(`${name}: ${bag.kills} kills, ${bag.writes} writes, ${bag.unacknowledged} kills before an acknowledgement (seed ${SEED})`);
    expect(bag.problems).toEqual([]);
    expect(bag.writes).toBeGreaterThan(0);
  } finally {
    await host.close();
  }
});
