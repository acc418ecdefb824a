import { expect, it } from 'vitest';
import { hosts } from '../helpers/memory-kill/hosts.ts';
import { hunt } from '../helpers/memory-kill/hunt.ts';

const SEED = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const KILLS = Number(process.env['KILLS'] ?? 150);

it.each(Object.keys(hosts))('entries that were acknowledged are there after a kill, and the repeated call goes on where it stopped: %s', async (name) => {
  const host = await hosts[name]!();
  try {
    const bag = await hunt(host, KILLS, SEED);
    console.log(`= ${name}: ${bag.kills} kills, ${bag.writes} writes, ${bag.unacknowledged} kills before an acknowledgement (seed ${SEED})`);
    for (const problem of bag.problems) console.log(`= ! ${problem}`);
    expect(bag.problems).toEqual([]);
  } finally {
    await host.close();
  }
});
