import type { ModelStore } from '../../spec/model-store.ts';
import { blobModelStore, type NamedBlobs } from '../blob-model-store.ts';

/** Names become addresses of a host that cannot exist. */
const BASE = 'https://models.invalid/';

/**
 * Models in the Cache API, for pages where the private file system is missing; otherwise as `createOpfsModelStore`.
 *
 * @param name of the cache. Default 'blazen-models'.
 */
export function createCacheModelStore(name: string = 'blazen-models'): ModelStore {
  return blobModelStore(() => open(name), `blazen-models:cache:${name}`);
}

async function open(name: string): Promise<NamedBlobs> {
  const cache = await caches.open(name);
  return {
    size: async (file) => (await (await cache.match(BASE + file))?.blob())?.size ?? null,
    read: async (file) => {
      const kept = await cache.match(BASE + file);
      return kept === undefined ? null : new Uint8Array(await kept.arrayBuffer());
    },
    put: (file, bytes) => cache.put(BASE + file, new Response(bytes)),
    remove: async (file) => { await cache.delete(BASE + file); },
    names: async () => (await cache.keys()).map(({ url }) => url.slice(BASE.length)),
  };
}
