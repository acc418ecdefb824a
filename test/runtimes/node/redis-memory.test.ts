import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryEmbedderChangedError, MemoryError, MemoryQuotaError } from '../../../src/base/error-classes.ts';
import { HashEmbedder, Memory } from '../../../src/memory/index.ts';
import { createRedisMemory } from '../../../src/stores/redis/index.ts';
import { ValkeyBackend } from '../../../src/stores/redis/valkey.ts';
import { memoryBackendSuite } from '../../../src/testing/index.ts';
import { badInputSuite } from '../../helpers/memory-bad-input.ts';
import { connectRedis, type RedisClients } from '../../helpers/redis-clients.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

let redis: RedisClients;
let prefixes = 0;
let prefix = '';
const fresh = (): string => (prefix = `{memory ${prefixes++}}:`);
const damage = async (): Promise<void> => {
  const [name = ''] = await redis.io.hkeys(`${prefix}blobs`);
  const blob = Buffer.from(await redis.io.hget(`${prefix}blobs`, name) ?? '', 'base64');
  blob[blob.length >> 1] = (blob[blob.length >> 1] as number) ^ 1;
  await redis.io.hset(`${prefix}blobs`, name, blob.toString('base64'));
};

beforeAll(async () => { redis = await connectRedis(); });
afterAll(() => redis.close());

describe('a memory in Redis, through ioredis', () => {
  memoryBackendSuite(createTestApi((name, run) => it(name, run)), {
    create: () => Promise.resolve(createRedisMemory(redis.io, { prefix: fresh() })),
    reopen: () => Promise.resolve(createRedisMemory(redis.io, { prefix })),
    damage,
  });

  badInputSuite(createTestApi((name, run) => it(name, run)), {
    create: () => Promise.resolve(createRedisMemory(redis.io, { prefix: fresh() })),
    reopen: () => Promise.resolve(createRedisMemory(redis.io, { prefix })),
  });
});

describe('a memory in Redis, through node-redis', () => {
  memoryBackendSuite(createTestApi((name, run) => it(name, run)), {
    create: () => Promise.resolve(createRedisMemory(redis.node, { prefix: fresh() })),
    reopen: () => Promise.resolve(createRedisMemory(redis.node, { prefix })),
    damage,
  });
});

describe('a memory in Redis', () => {
  it('takes one command to add a batch, whatever is there already', async () => {
    const sent: string[][] = [];
    const backend = createRedisMemory((args) => {
      sent.push(args);
      return redis.io.call(...args as [string, ...string[]]);
    }, { prefix: fresh() });
    await new Memory(undefined, backend).addMany(Array.from({ length: 3000 }, (_, i) => ({ id: `e${i}`, text: `entry ${i}` })), { batchSize: 1000 });
    const before = await redis.io.hlen(`${prefix}blobs`);
    sent.length = 0;
    await backend.putMany([{ id: 'one', text: 'more', metadata: null }]);
    expect(sent.map(([name]) => name)).toEqual(['EVALSHA']);
    expect(sent.join().length).toBeLessThan(1000);
    expect(await redis.io.hlen(`${prefix}blobs`)).toBe(before + 1);
  });

  it('gives what is left of half-empty segments a new place, and drops empty ones', async () => {
    const backend = createRedisMemory(redis.io, { prefix: fresh() });
    const vector = Float32Array.from({ length: 64 }, (_, i) => i);
    const entries = Array.from({ length: 1024 }, (_, i) => ({ id: `e${i}`, text: `entry ${i}`, metadata: null, vector }));
    await backend.putMany(entries);
    const bytes = async (): Promise<number> => (await redis.io.hvals(`${prefix}blobs`)).join('').length;
    const full = await bytes();
    const revision = await backend.revision?.() ?? 0;
    const gone = entries.filter((_, i) => i % 8 !== 0).map(({ id }) => id);
    expect(await backend.deleteMany(gone)).toBe(896);
    expect(await bytes()).toBeLessThan(full / 6);
    expect(await backend.revision?.()).toBe(revision + 1);
    expect(await backend.getMany(['e0', 'e8', 'e1', 'e1016'])).toMatchObject([{ text: 'entry 0', vector }, { id: 'e8' }, null, { id: 'e1016' }]);
    await backend.deleteMany(entries.map(({ id }) => id));
    expect([await backend.count(), await bytes(), await redis.io.zcard(`${prefix}order`), await redis.io.hlen(`${prefix}live`)]).toEqual([0, 0, 0, 0]);
  });

  it('keeps a newer version that is written while a half-empty segment moves', async () => {
    const write = createRedisMemory(redis.io, { prefix: fresh() });
    const slow = createRedisMemory(async (args) => {
      // Between reading the segment and moving it another writer changes one entry and deletes another.
      if (args.includes('move')) {
        await write.putMany([{ id: 'e0', text: 'newer', metadata: null }]);
        await write.deleteMany(['e1']);
      }
      return redis.io.call(...args as [string, ...string[]]);
    }, { prefix });
    await slow.putMany(Array.from({ length: 100 }, (_, i) => ({ id: `e${i}`, text: `entry ${i}`, metadata: null })));
    await slow.deleteMany(Array.from({ length: 90 }, (_, i) => `e${i + 10}`));
    expect((await slow.getMany(['e0', 'e1', 'e2'])).map((entry) => entry?.text)).toEqual(['newer', undefined, 'entry 2']);
    const { items } = await slow.scan();
    expect(items.map(({ id }) => id).toSorted()).toEqual(['e0', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7', 'e8', 'e9']);
  });

  it('shows a reader what another process wrote, with its next call', async () => {
    const writer = new Memory(undefined, createRedisMemory(redis.io, { prefix: fresh() }));
    const reader = new Memory(undefined, createRedisMemory(redis.node, { prefix }));
    expect(await reader.search('lighthouse', 1)).toEqual([]);
    await writer.add('oban', 'A lighthouse near Oban', { year: 1903 });
    expect((await reader.search('lighthouse', 1))[0]).toMatchObject({ id: 'oban', metadata: { year: 1903 } });
    await writer.add('oban', 'A harbour near Oban');
    expect((await reader.search('harbour', 1))[0]?.text).toBe('A harbour near Oban');
    await writer.namespace('user-7').add('secret', 'A harbour of somebody else');
    expect((await reader.search('harbour', 9)).map(({ id }) => id)).toEqual(['oban']);
    await writer.delete('oban');
    expect(await reader.search('harbour', 1)).toEqual([]);
  });

  it('knows which model wrote it', async () => {
    const model = (modelId: string) => ({ modelId, dimensions: 2, doEmbed: (texts: readonly string[]) => Promise.resolve(texts.map((text) => [text.length, 1])) });
    await new Memory(model('small'), createRedisMemory(redis.io, { prefix: fresh() })).add('a', 'text');
    expect((await new Memory(model('small'), createRedisMemory(redis.io, { prefix })).search('text', 1))[0]?.id).toBe('a');
    const other = new Memory(model('large'), createRedisMemory(redis.io, { prefix }));
    await expect(other.search('text')).rejects.toBeInstanceOf(MemoryEmbedderChangedError);
    await other.reembed();
    expect((await other.search('text', 1))[0]?.id).toBe('a');
  });

  it('is there under its documented name, with a connection of its own', async () => {
    const namespace = `prod:memory ${prefixes++}`;
    const backend = await ValkeyBackend.connect(`redis://127.0.0.1:${redis.server.port}`, { namespace });
    const memory = Memory.withValkey(new HashEmbedder(), backend);
    await memory.add('a', 'A lamp on a rock', { kind: 'light' });
    expect((await memory.search('lamp', 1))[0]?.id).toBe('a');
    expect(await createRedisMemory(redis.io, { prefix: `{${namespace}}:` }).count()).toBe(1);
    const other = await ValkeyBackend.connect(`redis://127.0.0.1:${redis.server.port}`);
    expect(await other.count()).toBe(0);
    await other.close();
    await memory.close();
    await expect(backend.count()).rejects.toBeInstanceOf(MemoryError);
    const failed = await ValkeyBackend.connect('redis://:hunter2@127.0.0.1:1').then(() => new Error('connected'), (error: unknown) => error as Error);
    expect(failed).toMatchObject({ code: 'memory', retryable: true });
    expect(`${String(failed)} ${JSON.stringify(failed)} ${String(failed.cause)}`).not.toContain('hunter2');
  });

  it('goes on when the server has forgotten the script', async () => {
    const backend = createRedisMemory(redis.io, { prefix: fresh() });
    await backend.putMany([{ id: 'a', text: 'one', metadata: null }]);
    await redis.io.script('FLUSH');
    await Promise.all(['b', 'c', 'd'].map((id) => backend.putMany([{ id, text: 'two', metadata: null }])));
    expect([await backend.count(), await backend.revision?.()]).toEqual([4, 4]);
  });

  it('tells a full server, one that cannot be reached, and a key of somebody else apart', async () => {
    const backend = createRedisMemory(redis.io, { prefix: fresh() });
    await backend.putMany([{ id: 'a', text: 'one', metadata: null }]);
    await redis.io.config('SET', 'maxmemory', '1');
    await expect(backend.putMany([{ id: 'b', text: 'two', metadata: null }, { id: 'a', text: 'changed', metadata: null }])).rejects.toBeInstanceOf(MemoryQuotaError);
    await redis.io.config('SET', 'maxmemory', '0');
    expect((await backend.scan()).items).toEqual([{ id: 'a', text: 'one', metadata: null }]);
    const nobody = new Redis(1, '127.0.0.1', { maxRetriesPerRequest: 0, retryStrategy: () => null });
    nobody.on('error', () => {});
    await expect(createRedisMemory(nobody).count()).rejects.toMatchObject({ code: 'memory', retryable: true });
    await redis.io.set(`${fresh()}where`, 'not a hash');
    const taken = createRedisMemory(redis.io, { prefix });
    await expect(taken.count()).rejects.toBeInstanceOf(MemoryError);
    await expect(taken.count()).rejects.toMatchObject({ retryable: false });
  });

  it('loses nothing acknowledged when three writers in processes of their own are killed', { timeout: 180_000 }, async () => {
    const program = join(redis.folder, 'writer.mjs');
    await build({
      stdin: {
        contents: `
          import { Redis } from 'ioredis';
          import { Memory } from './src/memory/index.ts';
          import { createRedisMemory } from './src/stores/redis/index.ts';
          const [, , port, prefix, name] = process.argv;
          const memory = new Memory(null, createRedisMemory(new Redis(Number(port), '127.0.0.1'), { prefix }));
          for (let i = 0; ; i++) {
            await memory.addMany([{ id: name + i + 'a', text: 'entry ' + i }, { id: name + i + 'b', text: 'entry ' + i }, { id: 'shared', text: name + i }]);
            process.stdout.write(name + i + '\\n');
          }`,
        resolveDir: join(import.meta.dirname, '../../..'), loader: 'ts',
      },
      bundle: true, platform: 'node', format: 'esm', outfile: program, logLevel: 'silent',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    fresh();
    const acknowledged: string[] = [];
    await Promise.all(['x', 'y', 'z'].map((name) => new Promise((resolve) => {
      const child = spawn(process.execPath, [program, String(redis.server.port), prefix, name], { stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.split('\n').length > 20) child.kill('SIGKILL');
      });
      child.on('close', () => {
        acknowledged.push(...output.split('\n').slice(0, -1));
        resolve(null);
      });
    })));
    expect(acknowledged.length).toBeGreaterThanOrEqual(60);
    const backend = createRedisMemory(redis.io, { prefix });
    const ids = acknowledged.flatMap((name) => [`${name}a`, `${name}b`]);
    expect((await backend.getMany(ids)).filter((entry) => entry === null)).toEqual([]);
    // Both entries of a call and the shared one: an odd number, whoever came last.
    expect(await backend.count() % 2).toBe(1);
  });
});
