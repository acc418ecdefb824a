import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe } from 'vitest';
import { memoryWorkerSuite } from '../../helpers/memory-worker-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'memory-worker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a memory in a Worker of Deno', () => {
  memoryWorkerSuite((store) => {
    const file = pathToFileURL(join(process.cwd(), 'test/runtimes/deno/memory-worker.ts'));
    file.hash = join(folder, `${store}.jsonl`);
    return new Worker(file, { type: 'module' });
  });
});
