// A worker that finishes whatever runs are due until it is killed: `node <bundle> <port> <ledger>`.
import { openSync, writeSync } from 'node:fs';
import { Redis } from 'ioredis';
import { createLocalHost } from '../../../src/durable/index.ts';
import { createRedisCheckpointStore } from '../../../src/stores/redis/index.ts';
import { order } from './order.ts';

const [port, ledger = ''] = process.argv.slice(2);
/** Runs in this process at once. */
const AT_ONCE = 500;

// Appended to at once: a line that was written survives the process.
const file = openSync(ledger, 'a');
const host = createLocalHost({
  store: createRedisCheckpointStore(new Redis(Number(port), '127.0.0.1')), leaseMs: 3000,
  workflows: [order((context, label) => { writeSync(file, `${context.runId()}/${label}\n`); })],
});
for (;;) {
  const free = AT_ONCE - host.active.length;
  const taken = free > 0 ? await host.recover(free) : [];
  await new Promise((resolve) => { setTimeout(resolve, taken.length > 0 ? 0 : 20); });
}
