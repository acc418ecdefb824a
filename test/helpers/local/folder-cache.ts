import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { ModelStore } from '../../../src/local/index.ts';
import { listen, type Listening } from '../listen.ts';
import { cacheCases } from './cache-cases.ts';
import { modelHandler } from './model-server.ts';

/** Every case of a cache in folders of a host. */
export function testFolderCache(openFolder: (folder: string) => ModelStore): void {
  let folder = '';
  let server: Listening;
  let stores = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'models-'));
    server = await listen(modelHandler());
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  describe('models in a folder', () => {
    const cases = (): ReturnType<typeof cacheCases> => cacheCases(server.origin, () => Promise.resolve(openFolder(join(folder, String(stores++)))));
    for (const name of Object.keys(cacheCases('', () => Promise.reject(new Error('not called'))))) it(name, () => cases()[name]!());
  });
}
