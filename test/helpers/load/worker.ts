// A worker that finishes whatever runs are due until it is killed: `node <bundle> <port> <ledger> right|jumping`.
import { openSync, writeSync } from 'node:fs';
import { Redis } from 'ioredis';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { createLocalHost } from '../../../src/durable/index.ts';
import { createRedisCheckpointStore } from '../../../src/stores/redis/index.ts';
import { order } from './order.ts';

const [port, ledger = '', clocks] = process.argv.slice(2);
/** Runs in this process at once. */
const AT_ONCE = 500;

const HOUR = 3_600_000;
let offset = 0;
/** Somebody sets it an hour forward, an hour back and right again, all the time. */
const jumping: Clock = { ...systemClock, now: () => Date.now() + offset, elapsed: () => performance.now() };
if (clocks === 'jumping') setInterval(() => { offset = offset === 0 ? HOUR : offset === HOUR ? -HOUR : 0; }, 40 + Math.random() * 40);

// Appended to at once: a line that was written survives the process.
const file = openSync(ledger, 'a');
const host = createLocalHost({
  store: createRedisCheckpointStore(new Redis(Number(port), '127.0.0.1')), leaseMs: 3000, clock: clocks === 'jumping' ? jumping : systemClock,
  workflows: [order((context, label) => { writeSync(file, `${context.runId()}/${label}\n`); })],
});
for (;;) {
  const free = AT_ONCE - host.active.length;
  const taken = free > 0 ? await host.recover(free) : [];
  await new Promise((resolve) => { setTimeout(resolve, taken.length > 0 ? 0 : 20); });
}
