// The Node process that is killed: `node <bundle> file <folder> <address>`, or `redis <port>` in place of `file <folder>`.
// Orders come as lines on its input.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { createFileCheckpointStore } from '../../../src/platform/node/index.ts';
import type { CheckpointStore } from '../../../src/spec/index.ts';
import { createRedisCheckpointStore } from '../../../src/stores/redis/index.ts';
import type { Gate } from './gate.ts';
import { inside } from './gated-fs.ts';
import { type Order, type Remains, Victim } from './victim.ts';

const [kind, place = '', address = ''] = process.argv.slice(2);
const LEASE_MS = 500;

/** Its calls block the thread, so a run that is stopped inside one stops the whole process. */
function file(gate: Gate): CheckpointStore {
  inside.call = () => {
    for (const runId of gate.armed) {
      writeSync(1, `${JSON.stringify(victim.report(runId, 'held'))}\n`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
  };
  return createFileCheckpointStore(place);
}

/** The server has made the change, and the reply has come no further than the socket. */
function redis(gate: Gate): CheckpointStore {
  const client = new Redis(Number(place), '127.0.0.1', { retryStrategy: () => 20 });
  client.on('error', () => undefined);
  return createRedisCheckpointStore(async ([command = '', ...args]) => {
    const reply: unknown = await client.call(command, ...args);
    const [operation = '', runId = ''] = args.slice(11);
    return gate.armed.has(runId) && ['create', 'commit', 'input'].includes(operation) ? gate.hold(runId) : reply;
  });
}

const victim = new Victim({ store: kind === 'file' ? file : redis, address, leaseMs: LEASE_MS });
createInterface({ input: process.stdin }).on('line', (line) => {
  const { orders = [], remains = [] } = JSON.parse(line) as { orders?: Order[]; remains?: Remains[] };
  victim.begin(orders);
  if (remains.length > 0) void victim.recover(remains);
});
