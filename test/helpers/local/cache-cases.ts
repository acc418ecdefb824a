// What a ModelCache does over a real socket and a real store, on every host that has both.
import { AbortedError, LocalModelError, ValidationError } from '../../../src/base/error-classes.ts';
import { ModelCache, type ModelFileOptions, type ModelStore, ProgressCallback } from '../../../src/local/index.ts';
import { modelBytes, sha256Of } from './model-bytes.ts';
import type { ServedRequest } from './model-server.ts';

/** Cases by name; each throws when something is wrong. */
export type Cases = Readonly<Record<string, () => Promise<void>>>;

function equal(actual: unknown, expected: unknown, what = 'value'): void {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${what}: got ${a}, expected ${b}`);
}

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(() => { throw new Error('nothing was thrown'); }, (error: unknown) => error as Error);
}

async function problem(work: Promise<unknown>): Promise<string> {
  const error = await failure(work);
  if (!(error instanceof LocalModelError)) throw error;
  return error.problem;
}

/** @param open a store with nothing in it */
export function cacheCases(origin: string, open: () => Promise<ModelStore>): Cases {
  let count = 0;
  const address = (query: string): string => `${origin}/models/${crypto.randomUUID()}-${count++}?${query}`;
  const log = async (url: string): Promise<ServedRequest[]> => (await fetch(`${url.replace(/\?.*/, '')}?log`)).json() as Promise<ServedRequest[]>;
  const create = async (): Promise<ModelCache> => ModelCache.create(await open());
  const same = (bytes: Uint8Array, seed: number, size: number): void => {
    const expected = modelBytes(seed, size);
    equal(bytes.length, size, 'length');
    const at = bytes.findIndex((byte, i) => byte !== expected[i]);
    equal(at, -1, 'first wrong byte');
  };
  const big = 9_000_000;
  /** Reads until something has arrived, then the server hangs up. */
  const cut = (cache: ModelCache, url: string, options: ModelFileOptions = {}): Promise<string> => {
    let dropped = false;
    return problem(cache.read(url, { ...options, onProgress: ({ loaded }) => {
      if (dropped || loaded < Number(new URL(url).searchParams.get('pause'))) return;
      dropped = true;
      void fetch(`${url.replace(/\?.*/, '')}?drop`);
    } }));
  };

  return {
    'a file is fetched once, in pieces, and then read without a network': async () => {
      const cache = await create();
      const url = address(`seed=1&size=${big}&etag="a"`);
      const seen: number[] = [];
      same(await cache.read(url, { onProgress: ({ loaded, total }) => { seen.push(loaded); equal(total, big, 'total'); } }), 1, big);
      equal(seen.at(-1), big);
      equal(seen.every((loaded, i) => i === 0 || loaded >= seen[i - 1]!), true, 'progress only grows');
      same(await cache.read(url), 1, big);
      equal((await log(url)).length, 1);
      equal(await cache.has(url), true);
      equal((await cache.list()).map(({ path: _path, ...file }) => file), [{ url, bytes: big, size: big, complete: true, sha256: null }]);
    },

    'a download that the server cut goes on where it stopped': async () => {
      const cache = await create();
      const url = address(`seed=2&size=${big}&etag="b"&pause=6000000`);
      equal(await cut(cache, url), 'offline');
      equal(await cache.has(url), false);
      const [part] = await cache.list();
      equal([part?.complete, part?.size, part!.bytes > 4_000_000 && part!.bytes <= 6_000_000], [false, big, true]);
      const seen: number[] = [];
      same(await cache.read(url, { onProgress: ({ loaded }) => seen.push(loaded) }), 2, big);
      equal(seen[0]! > part!.bytes, true, 'progress begins where it stopped');
      equal((await log(url)).slice(1), [{ range: `bytes=${part!.bytes}-`, ifRange: '"b"', status: 206 }]);
    },

    'so it does by the date of the last change, and by the SHA-256 alone': async () => {
      const cache = await create();
      const dated = address('seed=3&size=5000&modified=Sat, 21 Nov 2020 10:00:00 GMT&pause=2000');
      equal(await cut(cache, dated), 'offline');
      same(await cache.read(dated), 3, 5000);
      equal((await log(dated)).map(({ status }) => status), [200, 206]);
      const hashed = address('seed=4&size=5000&pause=2000');
      const sha256 = await sha256Of(modelBytes(4, 5000));
      equal(await cut(cache, hashed, { sha256 }), 'offline');
      same(await cache.read(hashed, { sha256 }), 4, 5000);
      equal((await log(hashed)).map(({ status }) => status), [200, 206]);
    },

    'a weak ETag does not forbid the date of the last change, when that is a second older than the answer': async () => {
      const weak = (modified: string): string => `etag=W/"x"&modified=${modified}&date=Sat, 21 Nov 2026 10:00:05 GMT`;
      const resume = async (seed: number, modified: string, become?: string): Promise<[Uint8Array, ServedRequest[]]> => {
        const cache = await create();
        const url = address(`seed=${seed}&size=5000&pause=3000&${weak(modified)}`);
        equal(await cut(cache, url), 'offline');
        if (become !== undefined) await fetch(`${url.replace(/\?.*/, '')}?become=${encodeURIComponent(become)}`);
        return [await cache.read(url), (await log(url)).slice(1)];
      };
      const [older, same1s, later] = ['Sat, 21 Nov 2026 10:00:04 GMT', 'Sat, 21 Nov 2026 10:00:05 GMT', 'Sat, 21 Nov 2026 10:00:06 GMT'];
      const [whole, asked] = await resume(24, older);
      same(whole, 24, 5000);
      equal(asked, [{ range: 'bytes=3000-', ifRange: older, status: 206 }]);
      // Other bytes, of the same length, under another date: none of the old ones are kept.
      const [changed, again] = await resume(25, older, `seed=26&${weak(later)}`);
      same(changed, 26, 5000);
      equal(again, [{ range: 'bytes=3000-', ifRange: older, status: 200 }]);
      // It may have changed again within that second, which the date cannot tell.
      for (const [seed, date] of [[27, same1s], [28, later], [29, 'no date']] as const) {
        const [fresh, requests] = await resume(seed, date);
        same(fresh, seed, 5000);
        equal(requests, [{ range: null, ifRange: null, status: 200 }], date);
      }
    },

    'without ETag, date and SHA-256, with a weak ETag, or without ranges, it begins anew': async () => {
      const cache = await create();
      for (const query of ['', 'etag=W/"x"', 'etag="x"&ranges=no']) {
        const url = address(`seed=5&size=5000&pause=3000&${query}`);
        equal(await cut(cache, url), 'offline', query);
        same(await cache.read(url), 5, 5000);
        equal((await log(url)).map(({ status }) => status), [200, 200], query);
      }
    },

    'bytes of another ETag are not joined to those that are here': async () => {
      // The same address, later with other bytes behind it: shorter, longer, of the same length.
      for (const [size, seed] of [[2500, 7], [8000, 8], [5000, 9]] as const) {
        const store = await open();
        const cache = ModelCache.create(store);
        const url = address('seed=6&size=5000&etag="old"&pause=3000');
        equal(await cut(cache, url), 'offline');
        await fetch(`${url.replace(/\?.*/, '')}?become=${encodeURIComponent(`seed=${seed}&size=${size}&etag="new"`)}`);
        same(await cache.read(url), seed, size);
        equal([(await cache.list()).length, (await store.list()).length], [1, 2], 'the old bytes are gone');
      }
    },

    'a wrong SHA-256 is refused and nothing of it is kept': async () => {
      const cache = await create();
      const url = address('seed=10&size=5000&etag="c"');
      const sha256 = await sha256Of(modelBytes(11, 5000));
      equal(await problem(cache.read(url, { sha256 })), 'corrupt');
      equal(await cache.list(), []);
      same(await cache.read(url, { sha256: (await sha256Of(modelBytes(10, 5000))).toUpperCase() }), 10, 5000);
    },

    'a corrupted part is found when the rest has come, and the next attempt is whole': async () => {
      const store = await open();
      const cache = ModelCache.create(store);
      const sha256 = await sha256Of(modelBytes(12, 5000));
      const url = address('seed=12&size=5000&etag="d"&pause=3000');
      equal(await cut(cache, url, { sha256 }), 'offline');
      const part = (await store.list()).find((name) => !name.endsWith('.json'))!;
      await store.write(part, Uint8Array.of(1, 2, 3), 0);
      equal(await problem(cache.read(url, { sha256 })), 'corrupt');
      same(await cache.read(url, { sha256 }), 12, 5000);
    },

    'a whole file without a SHA-256 is checked when one is asked for': async () => {
      const cache = await create();
      const url = address('seed=13&size=5000&etag="e"');
      await cache.read(url);
      same(await cache.read(url, { sha256: await sha256Of(modelBytes(13, 5000)) }), 13, 5000);
      equal((await log(url)).length, 1);
      equal(await problem(cache.read(url, { sha256: await sha256Of(modelBytes(14, 5000)) })), 'corrupt');
      equal(await cache.list(), []);
    },

    'a file whose bytes are gone, or longer or shorter than they were, is fetched again': async () => {
      const store = await open();
      const cache = ModelCache.create(store);
      const url = address('seed=15&size=5000&etag="f"');
      await cache.read(url);
      const name = (await store.list()).find((file) => !file.endsWith('.json'))!;
      await store.remove(name);
      equal(await cache.has(url), false);
      same(await cache.read(url), 15, 5000);
      await store.write(name, new Uint8Array(1), 5000);
      same(await cache.read(url), 15, 5000);
      const [record] = (await store.list()).filter((file) => file.endsWith('.json'));
      await store.replace(record!, new TextEncoder().encode('{"url":'));
      equal([await cache.has(url), await cache.list()], [false, []]);
      same(await cache.read(url), 15, 5000);
    },

    'those who want a file at the same time share one download; it stops when all have given up': async () => {
      const cache = await create();
      const url = address('seed=16&size=50000&etag="g"&pause=20000');
      const [first, second] = [new AbortController(), new AbortController()];
      let heard = 0;
      const reads = [first, second].map(({ signal }) => cache.read(url, { signal, onProgress: () => { heard++; } }));
      const third = cache.read(url, { onProgress: () => { first.abort(); } });
      const gone = await failure(reads[0]!);
      equal(gone instanceof AbortedError, true);
      await fetch(`${url.replace(/\?.*/, '')}?resume`);
      same(await third, 16, 50_000);
      same(await reads[1]!, 16, 50_000);
      equal([(await log(url)).length, heard > 1], [1, true]);

      const again = address('seed=17&size=50000&etag="h"&pause=20000');
      const stop = new AbortController();
      equal(await failure(cache.read(again, { signal: stop.signal, onProgress: () => stop.abort() })) instanceof AbortedError, true);
      const [part] = (await cache.list()).filter((file) => file.url === again);
      equal([part?.complete, part!.bytes > 0], [false, true]);
      same(await cache.read(again), 17, 50_000);
      equal((await log(again)).map(({ status }) => status), [200, 206]);
    },

    'what is not there, and a server that is not there, are told apart': async () => {
      const cache = await create();
      equal(await problem(cache.read(address('missing'))), 'not-found');
      equal(await problem(cache.read('http://127.0.0.1:9/models/x?token=secret')), 'offline');
      const error = await failure(cache.read('http://127.0.0.1:9/models/x?token=secret'));
      equal(error.message.includes('secret'), false, 'a secret in the message');
      equal(await cache.list(), []);
    },

    'a length nobody tells is null, and the file is whole all the same': async () => {
      const cache = await create();
      const totals: (number | null)[] = [];
      const url = address('seed=18&size=5000&length=no');
      same(await cache.read(url, { onProgress: ({ total }) => totals.push(total) }), 18, 5000);
      equal([totals[0], totals.at(-1)], [null, 5000]);
    },

    'download: a subclass and a function hear bigints; the base class throws; no address is assumed': async () => {
      const cache = ModelCache.create(await open(), { baseUrl: (repo, file) => `${origin}/models/${repo}-${file}?seed=19&size=5000&etag="i"` });
      const heard: [bigint, bigint | null | undefined][] = [];
      class Bar extends ProgressCallback {
        override onProgress(downloaded: bigint, total?: bigint | null): void { heard.push([downloaded, total]); }
      }
      const repo = crypto.randomUUID();
      const where = await cache.download(repo, 'a.bin', new Bar());
      equal(heard.every(([downloaded, total]) => typeof downloaded === 'bigint' && total === 5000n), true);
      await cache.download(repo, 'a.bin', (downloaded, total) => equal([downloaded === 5000n, total === 5000n], [true, true]));
      equal((await cache.list()).map(({ path, url }) => path ?? url), [where]);
      equal((await failure(cache.download(repo, 'b.bin', new ProgressCallback()))).name, 'UnsupportedError');
      equal(await failure(ModelCache.create(await open()).download('r', 'f')) instanceof ValidationError, true);
      const based = ModelCache.create(await open(), { baseUrl: `${origin}/models/` });
      await based.download(crypto.randomUUID(), 'model.bin');
      equal((await based.list()).length, 1);
    },

    'a file of the user takes the place of a download, and is checked': async () => {
      const cache = await create();
      const url = address('seed=20&size=100');
      const bytes = modelBytes(21, big);
      const sha256 = await sha256Of(bytes);
      equal(await problem(cache.import(url, new Blob([bytes]), { sha256: '0'.repeat(64) })), 'corrupt');
      equal(await cache.list(), []);
      await cache.import(url, new Blob([bytes]), { sha256 });
      same(await cache.read(url, { sha256 }), 21, big);
      equal((await log(url)).length, 0);
      const stop = new AbortController();
      equal(await failure(cache.import(url, new Blob([bytes]), { signal: stop.signal, onProgress: () => stop.abort() })) instanceof AbortedError, true);
      same(await cache.read(url), 21, big);
    },

    'deleting removes a file and its bytes, also in the middle of its download': async () => {
      const store = await open();
      const cache = ModelCache.create(store);
      const url = address('seed=22&size=5000&etag="j"');
      await cache.read(url);
      equal([await cache.delete(url), await cache.delete(url)], [true, false]);
      const slow = address('seed=23&size=50000&etag="k"&pause=20000');
      let begun = (): void => undefined;
      const progress = new Promise<void>((resolve) => { begun = resolve; });
      const stopped = failure(cache.read(slow, { onProgress: () => begun() }));
      await progress;
      await cache.delete(slow);
      equal((await stopped) instanceof AbortedError, true);
      equal([await cache.list(), await store.list()], [[], []]);
    },
  };
}
