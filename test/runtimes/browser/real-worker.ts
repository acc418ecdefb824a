import { serveWorker } from '../../../src/local/index.ts';
import { methods } from '../../helpers/worker-methods.ts';

serveWorker(self, methods);
