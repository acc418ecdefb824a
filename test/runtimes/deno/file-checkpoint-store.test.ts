import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { createFileCheckpointStore } from '../../../src/platform/deno/index.ts';
import { checkpointStoreSuite } from '../../../src/testing/index.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

describe('checkpoints in files under Deno', () => {
  let folder = '';
  checkpointStoreSuite(createTestApi((name, run) => it(name, run)), {
    create: async () => createFileCheckpointStore(folder = await mkdtemp(join(tmpdir(), 'checkpoints-'))),
    reopen: () => createFileCheckpointStore(folder),
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  });
});
