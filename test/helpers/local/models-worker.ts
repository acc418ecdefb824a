// The file of a worker, in a browser and in Deno.
import { serveModels } from '../../../src/local/index.ts';
import { workerModels } from './worker-models.ts';

serveModels(self, workerModels);
