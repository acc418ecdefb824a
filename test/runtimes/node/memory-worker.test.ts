import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe } from 'vitest';
import { threadPort } from '../../../src/platform/node/index.ts';
import { memoryWorkerSuite } from '../../helpers/memory-worker-suite.ts';

describe('a memory in a thread', () => {
  let folder: string;

  beforeAll(async () => {
    mkdirSync('.cache', { recursive: true });
    folder = resolve(mkdtempSync('.cache/memory-thread-'));
    await build({
      stdin: {
        contents: `
          import { parentPort, workerData } from 'node:worker_threads';
          import { JsonlBackend, threadPort } from './src/platform/node/index.ts';
          import { serve } from './test/helpers/memory-in-worker.ts';
          serve(threadPort(parentPort), () => JsonlBackend.create(workerData));`,
        resolveDir: process.cwd(), loader: 'ts',
      },
      outfile: join(folder, 'worker.mjs'), bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error', conditions: ['node'],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  memoryWorkerSuite((store) => threadPort(new Worker(join(folder, 'worker.mjs'), { workerData: join(folder, `${store}.jsonl`) })));
});
