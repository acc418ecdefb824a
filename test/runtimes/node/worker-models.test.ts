import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe } from 'vitest';
import { threadPort } from '../../../src/platform/node/index.ts';
import { describeWorkerModels } from '../../helpers/local/worker-models-suite.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-thread-'));
  await build({
    entryPoints: ['test/helpers/local/models-thread.ts'], outfile: join(folder, 'worker.mjs'), bundle: true, platform: 'node', format: 'esm',
    conditions: ['node'], target: 'node20', logLevel: 'error',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('models in a thread', () => {
  describeWorkerModels(() => threadPort(new Worker(join(folder, 'worker.mjs'))));
});
