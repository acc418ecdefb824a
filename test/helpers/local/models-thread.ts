// The file of a worker thread of Node.
import { parentPort } from 'node:worker_threads';
import { serveModels } from '../../../src/local/index.ts';
import { threadPort } from '../../../src/platform/node/index.ts';
import { workerModels } from './worker-models.ts';

serveModels(threadPort(parentPort!), workerModels);
