// Runs inside a worker thread; the test bundles it, because Node 20 does not read TypeScript.
import { parentPort } from 'node:worker_threads';
import { serveWorker } from '../../../src/local/index.ts';
import { methods } from '../../helpers/worker-methods.ts';
import { threadPort } from '../../../src/platform/node/index.ts';

serveWorker(threadPort(parentPort!), methods);
