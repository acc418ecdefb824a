import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PersistError, PersistQuotaError } from '../../../src/base/error-classes.ts';
import { createRedisCheckpointStore } from '../../../src/stores/redis/index.ts';
import { checkpointStoreSuite } from '../../../src/testing/index.ts';
import { checkHistory, commitForever } from '../../helpers/checkpoint-load.ts';
import { buildWriter, killWriters } from '../../helpers/killed-writers.ts';
import { connectRedis, type RedisClients } from '../../helpers/redis-clients.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

let redis: RedisClients;
let prefixes = 0;
let prefix = '';
const fresh = (): string => (prefix = `{test ${prefixes++}}:`);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

beforeAll(async () => { redis = await connectRedis(); });
afterAll(() => redis.close());

describe('checkpoints in Redis, through ioredis', () => {
  checkpointStoreSuite(createTestApi((name, run) => it(name, run)), {
    create: () => createRedisCheckpointStore(redis.io, { prefix: fresh() }),
    reopen: () => createRedisCheckpointStore(redis.io, { prefix }),
  });
});

describe('checkpoints in Redis, through node-redis', () => {
  checkpointStoreSuite(createTestApi((name, run) => it(name, run)), {
    create: () => createRedisCheckpointStore(redis.node, { prefix: fresh() }),
    reopen: () => createRedisCheckpointStore(redis.node, { prefix }),
  });
});

describe('checkpoints in Redis', () => {
  it('take one command per commit, whatever is in it', async () => {
    const sent: string[] = [];
    const store = createRedisCheckpointStore((args) => {
      sent.push(args[0] as string);
      return redis.io.call(...args as [string, ...string[]]);
    }, { prefix: fresh() });
    await store.create('r', { workflow: 'w', base: bytes('b'), now: 1 });
    const claim = await store.claim('r', 'me', 100, 1);
    sent.length = 0;
    const items = [1, 2, 3].map((seq) => ({ seq, data: bytes(`${seq}`) }));
    expect(await store.commit('r', { fence: claim?.fence ?? 0, version: 0, commitId: 'c', now: 1, delta: bytes('d'), items, consumed: ['i', 'j'], wakeAt: 5, status: 'waiting' })).toBe('ok');
    expect(sent).toEqual(['EVALSHA']);
  });

  it('go on when the server has forgotten the script', async () => {
    const store = createRedisCheckpointStore(redis.io, { prefix: fresh() });
    await store.create('r', { workflow: 'w', base: bytes('b'), now: 1 });
    await redis.io.script('FLUSH');
    expect((await Promise.all([1, 2, 3].map(async () => store.status('r')))).map((run) => run?.version)).toEqual([0, 0, 0]);
  });

  it('give no fence twice, even when the server has lost the newest ones', async () => {
    const store = createRedisCheckpointStore(redis.io, { prefix: fresh() });
    await store.create('r', { workflow: 'w', base: bytes('b'), now: 1 });
    const lost = await store.claim('r', 'me', 100, 1);
    await redis.io.del(`${prefix}counters`);
    const next = await store.claim('r', 'you', 100, 200);
    expect(next?.fence).toBeGreaterThan(lost?.fence ?? Infinity);
    expect(await store.commit('r', { fence: lost?.fence ?? 0, version: 0, commitId: 'c', now: 1 })).toBe('fenced');
  });

  it('leave nothing behind when they are deleted', async () => {
    const store = createRedisCheckpointStore(redis.io, { prefix: fresh() });
    await store.create('r', { workflow: 'w', base: bytes('b'), now: 1 });
    const claim = await store.claim('r', 'me', 100, 1);
    await store.commit('r', { fence: claim?.fence ?? 0, version: 0, commitId: 'c', now: 1, delta: bytes('d'), items: [{ seq: 1, data: bytes('x') }], consumed: ['i'] });
    await store.putInput('r', 'j', bytes('x'));
    expect((await redis.io.keys(`${prefix}*`)).length).toBeGreaterThan(5);
    await store.delete('r');
    expect(await redis.io.keys(`${prefix}*`)).toEqual([`${prefix}counters`]);
  });

  it('tell a full server from one that cannot be reached', async () => {
    const store = createRedisCheckpointStore(redis.io, { prefix: fresh() });
    await store.create('r', { workflow: 'w', base: bytes('b'), now: 1 });
    await redis.io.config('SET', 'maxmemory', '1');
    await expect(store.putInput('r', 'i', bytes('x'))).rejects.toBeInstanceOf(PersistQuotaError);
    await redis.io.config('SET', 'maxmemory', '0');
    expect(await store.putInput('r', 'i', bytes('x'))).toBe('stored');
    const nobody = new Redis(1, '127.0.0.1', { maxRetriesPerRequest: 0, retryStrategy: () => null });
    nobody.on('error', () => {});
    const lost = createRedisCheckpointStore(nobody).status('r');
    await expect(lost).rejects.toBeInstanceOf(PersistError);
    await expect(lost).rejects.toMatchObject({ retryable: true });
    await redis.io.set(`${prefix}run:bad`, 'not a hash');
    await expect(store.status('bad')).rejects.toMatchObject({ code: 'persist', retryable: false });
  });

  it('keep every acknowledged commit once when their writers are killed, three at a time on the same runs', { timeout: 180_000 }, async () => {
    const program = await buildWriter(redis.folder);
    const runIds = ['a', 'b', 'c'];
    const lines = await killWriters({ command: (n) => [process.execPath, program, 'redis', String(redis.server.port), `w${n}`, runIds.join()], writers: 3, kills: 15 });
    const { problems, commits } = await checkHistory(createRedisCheckpointStore(redis.io), runIds, lines);
    expect(problems).toEqual([]);
    expect(commits).toBeGreaterThan(100);
  });

  it('keep every acknowledged commit once when the server is killed under load', { timeout: 180_000 }, async () => {
    const runIds = ['k', 'l', 'm', 'n'];
    const lines: string[] = [];
    let over = false;
    fresh();
    const writers = [redis.io, redis.node].flatMap((client, i) => ['x', 'y'].map((name) => commitForever(createRedisCheckpointStore(client, { prefix }), {
      owner: `${name}${i}`, runIds, leaseMs: 60, report: (line) => lines.push(line), stop: () => over,
    })));
    for (let kill = 0; kill < 4; kill++) {
      const wanted = lines.length + 100;
      while (lines.length < wanted) await Promise.race([...writers, new Promise((resolve) => { setTimeout(resolve, 1); })]);
      await redis.server.kill();
      await redis.server.start();
    }
    over = true;
    await Promise.all(writers);
    const { problems, commits } = await checkHistory(createRedisCheckpointStore(redis.io, { prefix }), runIds, lines);
    expect(problems).toEqual([]);
    expect(commits).toBeGreaterThan(400);
  });
});
