// A program that commits until it is killed: `node <bundle> file <folder> <owner> <run ids>`, or `redis <port>` in place of
// `file <folder>`; one line per acknowledged commit on its output.
import { writeSync } from 'node:fs';
import { Redis } from 'ioredis';
import { createFileCheckpointStore } from '../../src/platform/node/index.ts';
import type { CheckpointStore } from '../../src/spec/checkpoint.ts';
import { createRedisCheckpointStore } from '../../src/stores/redis/index.ts';
import { commitForever } from './checkpoint-load.ts';

const [kind, place, owner, runIds] = process.argv.slice(2) as [string, string, string, string];
const stores: Readonly<Record<string, () => CheckpointStore>> = {
  file: () => createFileCheckpointStore(place),
  redis: () => createRedisCheckpointStore(new Redis(Number(place), '127.0.0.1')),
};
const store = stores[kind]?.();
if (store === undefined) throw new Error(`No store ${kind}`);
await commitForever(store, {
  owner, runIds: runIds.split(','), leaseMs: 60,
  // Straight to the pipe: a line that is out survives the process.
  report: (line) => { writeSync(1, `${line}\n`); },
});
