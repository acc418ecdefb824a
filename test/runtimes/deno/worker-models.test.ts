import { describe } from 'vitest';
import { describeWorkerModels } from '../../helpers/local/worker-models-suite.ts';

describe('models in a Worker', () => {
  describeWorkerModels(() => new Worker(new URL('../../helpers/local/models-worker.ts', import.meta.url), { type: 'module' }));
});
