import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

// The one of test/helpers/upstash-proxy.ts, which not every host can import.
const token = 'test-token-Zm9vYmFy+/=';

const suite: Suite<Lib> = (t, { redis: { createRedisCheckpointStore, createRedisMemory }, root, testing, upstash: { upstash } }) => {
  const at = (path = '', options: { base64?: boolean; retries?: number; token?: string } = {}): ReturnType<typeof upstash> => (
    upstash({ url: __UPSTASH__ + path, token, ...options }));
  let stores = 0;
  let prefix = '';
  const fresh = (): string => (prefix = `{${__HOST__} ${Date.now()} ${stores++}}:`);
  const named = (name: string): typeof t => ({ ...t, test: (title, run) => t.test(`${name}: ${title}`, run) });
  const show = (error: unknown): string => `${String(error)} ${JSON.stringify(error)} ${String((error as Error).stack)} ${show2((error as Error).cause)}`;
  const show2 = (cause: unknown): string => (cause === undefined ? '' : show(cause));

  testing.memoryBackendSuite(named('a memory over REST'), {
    create: () => Promise.resolve(createRedisMemory(at(), { prefix: fresh() })),
    reopen: () => Promise.resolve(createRedisMemory(at(), { prefix })),
    damage: async () => {
      const client = at();
      const [segment = ''] = await client(['HKEYS', `${prefix}blobs`]) as string[];
      const blob = String(await client(['HGET', `${prefix}blobs`, segment]));
      const middle = blob.length >> 1;
      await client(['HSET', `${prefix}blobs`, segment, blob.slice(0, middle) + (blob[middle] === 'A' ? 'B' : 'A') + blob.slice(middle + 1)]);
    },
  });

  t.test('commands, pipelines and transactions over REST, with and without base64', async () => {
    for (const base64 of [false, true]) {
      const client = at('', { base64 });
      const key = fresh();
      t.equal(await client(['SET', key, 'wörk 😀']), 'OK');
      t.equal(await client(['GET', key]), 'wörk 😀');
      t.equal(await client(['GET', `${key}none`]), null);
      t.deepEqual(await client.pipeline([['RPUSH', `${key}list`, 'a', 'OK'], ['LRANGE', `${key}list`, '0', '-1']]), [2, ['a', 'OK']]);
      t.deepEqual(await client.pipeline([]), []);
      const [stored, failed, counted] = await client.multi([['SET', `${key}n`, '1'], ['INCR', key], ['INCR', `${key}n`]]);
      t.deepEqual([stored, counted], ['OK', 2]);
      t.ok(failed instanceof root.ProviderError && failed.message.startsWith('ERR '), String(failed));
      const whole = await t.rejects(client.multi([['SET', `${key}n`, '9'], ['NOSUCH']]), root.ProviderError);
      t.ok(/EXECABORT|ERR/.test(String(whole)), String(whole));
      t.equal(await client(['GET', `${key}n`]), '2');
    }
  });

  t.test('what is not text comes back as bytes in base64, and as U+FFFD without it', async () => {
    const key = fresh();
    await at()(['EVAL', `redis.call('SET', KEYS[1], string.char(255, 0, 65))`, '1', key]);
    t.deepEqual(await at('', { base64: true })(['GET', key]), new Uint8Array([255, 0, 65]));
    t.equal(await at()(['GET', key]), '\ufffd\u0000A');
  });

  t.test('a busy server, a rate limit and a lost answer are overcome, and the memory is right', async () => {
    for (const path of ['/busy', '/limited', '/lost']) {
      const backend = createRedisMemory(at(path), { prefix: fresh() });
      const put = (i: number): Promise<void> => backend.putMany([{ id: `a${i}`, text: `entry ${i}`, metadata: null }, { id: 'same', text: `version ${i}`, metadata: null }]);
      for (let i = 0; i < 4; i++) await put(i);
      await backend.deleteMany(['a0']);
      const again = createRedisMemory(at(), { prefix });
      t.deepEqual((await again.scan()).items.map(({ id, text }) => `${id}=${text}`).toSorted(), ['a1=entry 1', 'a2=entry 2', 'a3=entry 3', 'same=version 3']);
    }
  });

  t.test('runs are kept over REST as well', async () => {
    const store = createRedisCheckpointStore(at(), { prefix: fresh() });
    t.equal(await store.create('r', { workflow: 'w', base: new Uint8Array([1, 255]), now: 1 }), 'created');
    t.deepEqual((await store.read('r'))?.base, new Uint8Array([1, 255]));
  });

  t.test('every way to fail over REST is a typed error, and none tells the token', async () => {
    const failing = async (path: string, type: (abstract new (...args: never[]) => unknown), options: { token?: string } = {}): Promise<unknown> => {
      const direct = await t.rejects(at(path, { retries: 1, ...options })(['GET', 'x']), type);
      const wrapped = await t.rejects(createRedisMemory(at(path, { retries: 0, ...options })).count(), root.MemoryError);
      for (const error of [direct, wrapped]) t.ok(!show(error).includes(options.token ?? token), `the token is in ${show(error)}`);
      return wrapped;
    };
    t.equal((await failing('/down', root.NetworkError) as { retryable: boolean }).retryable, true);
    t.equal((await failing('/echo', root.ProviderError) as { retryable: boolean }).retryable, false);
    t.equal((await failing('', root.AuthError, { token: 'wrong-secret' }) as { retryable: boolean }).retryable, false);
    await failing('/html', root.ResponseFormatError);
    await t.rejects(at()(['NOSUCH']), /^ERR|unknown command/);
    for (const url of ['', 'not an address', 'file:///etc/passwd', 'https://me:hunter2@example.org']) {
      const error = t.throws(() => upstash({ url, token }), root.ValidationError);
      t.ok(!show(error).includes('hunter2'), 'a password in the address is told');
    }
    t.throws(() => upstash({ url: 'https://example.org', token: '' }), root.ValidationError);
  });

  t.test('a call over REST can be aborted, also while it waits to try again', async () => {
    await t.rejects(at()(['GET', 'x'], { signal: AbortSignal.abort() }), root.AbortedError);
    const stop = new AbortController();
    const waiting = at('/down', { retries: 50 })(['GET', 'x'], { signal: stop.signal });
    stop.abort();
    await t.rejects(waiting, root.AbortedError);
  });
};

export default suite;
