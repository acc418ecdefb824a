import { describe, expect, it } from 'vitest';
import { createWorkerHost, WorkerCrashedError } from '../../../src/index.ts';
import { describeCalls, describeCrashes } from '../../helpers/worker-suite.ts';

const spawn = (): Worker => new Worker(new URL('real-worker.ts', import.meta.url), { type: 'module' });

describe('over a real Worker', () => {
  describeCalls(spawn);
  describeCrashes(spawn);

  it('a script that does not load is a crash', async () => {
    const host = createWorkerHost({ spawn: () => new Worker(URL.createObjectURL(new Blob(['this is not (']))) });
    await expect(host.call('add', null)).rejects.toBeInstanceOf(WorkerCrashedError);
  });
});
