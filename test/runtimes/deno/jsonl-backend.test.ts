import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { JsonlBackend } from '../../../src/platform/node/index.ts';
import { memoryBackendSuite } from '../../../src/testing/index.ts';
import { badInputSuite } from '../../helpers/memory-bad-input.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

describe('a memory in a JSONL file under Deno', () => {
  let folder = '';
  memoryBackendSuite(createTestApi((name, run) => it(name, run)), {
    create: async () => {
      folder = await mkdtemp(join(tmpdir(), 'memory-'));
      return JsonlBackend.create(join(folder, 'memory.jsonl'));
    },
    reopen: () => JsonlBackend.create(join(folder, 'memory.jsonl')),
    damage: async () => {
      const path = join(folder, 'memory.jsonl');
      await writeFile(path, (await readFile(path, 'utf8')).replace('{"put"', '{"pat"'));
    },
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  });

  badInputSuite(createTestApi((name, run) => it(name, run)), {
    create: async () => {
      folder = await mkdtemp(join(tmpdir(), 'memory-'));
      return JsonlBackend.create(join(folder, 'memory.jsonl'));
    },
    reopen: () => JsonlBackend.create(join(folder, 'memory.jsonl')),
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  });
});
