import { LocalModelError } from '../../../src/base/error-classes.ts';
import { ModelCache, type ModelStore } from '../../../src/local/index.ts';
import { createCacheModelStore, createOpfsModelStore } from '../../../src/platform/browser/index.ts';
import { cacheCases } from './cache-cases.ts';
import { modelBytes } from './model-bytes.ts';

export type StoreKind = 'opfs' | 'cache';

export interface CachePage {
  /** Names of the cases. */
  names(): string[];
  /** Runs one; the error it ended with, or null. */
  run(kind: StoreKind, name: string): Promise<string | null>;
  /** Reads through the default store; what went wrong as `problem: message`, or `right` or `wrong` for the bytes. */
  read(url: string, seed: number): Promise<string>;
  /** The same, left running; `loaded` tells how far it is. */
  begin(url: string, seed: number): void;
  loaded(): number;
  /** Whether what was begun has ended. */
  idle(): boolean;
  list(): Promise<readonly { readonly bytes: number; readonly complete: boolean }[]>;
  clear(): Promise<void>;
}

const STORES: Readonly<Record<StoreKind, (name: string) => ModelStore>> = { opfs: createOpfsModelStore, cache: createCacheModelStore };
const cache = ModelCache.create();
let loaded = 0;
let running = 0;

async function read(url: string, seed: number): Promise<string> {
  try {
    const bytes = await cache.read(url, { onProgress: (progress) => { ({ loaded } = progress); } });
    const expected = modelBytes(seed, bytes.length);
    return bytes.every((byte, i) => byte === expected[i]) ? 'right' : 'wrong';
  } catch (error) {
    return error instanceof LocalModelError ? `${error.problem}: ${error.message}` : String(error);
  }
}

const page: CachePage = {
  names: () => Object.keys(cacheCases('', () => Promise.reject(new Error('not called')))),
  run: async (kind, name) => {
    try {
      await cacheCases(location.origin, () => Promise.resolve(STORES[kind](crypto.randomUUID())))[name]!();
      return null;
    } catch (error) {
      return error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
    }
  },
  read,
  begin: (url, seed) => {
    running++;
    loaded = 0;
    void read(url, seed).then(() => running--);
  },
  loaded: () => loaded,
  idle: () => running === 0,
  list: () => cache.list(),
  clear: async () => {
    for (const { url } of await cache.list()) await cache.delete(url);
  },
};
Object.assign(globalThis, { page });
