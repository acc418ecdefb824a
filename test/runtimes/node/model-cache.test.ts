import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createFileModelStore } from '../../../src/platform/node/index.ts';
import { cacheCases } from '../../helpers/local/cache-cases.ts';
import { type ModelServer, startModelServer } from '../../helpers/local/model-server.ts';

let folder = '';
let server: ModelServer;
let stores = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'));
  server = await startModelServer();
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('models in a folder', () => {
  const cases = (): ReturnType<typeof cacheCases> => cacheCases(server.origin, () => Promise.resolve(createFileModelStore(join(folder, String(stores++)))));
  for (const name of Object.keys(cacheCases('', () => Promise.reject(new Error('not called'))))) it(name, () => cases()[name]!());
});
