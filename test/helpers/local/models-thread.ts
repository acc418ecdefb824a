// The file of a worker thread of Node.
import { parentPort } from 'node:worker_threads';
import { serveModels } from '../../../src/local/index.ts';
import { portOf } from '../thread-port.ts';
import { workerModels } from './worker-models.ts';

serveModels(portOf(parentPort!), workerModels);
