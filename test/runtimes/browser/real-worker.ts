import { type PortLike, serveWorker } from '../../../src/local/index.ts';
import { methods } from '../../helpers/worker-methods.ts';

serveWorker(globalThis as unknown as PortLike, methods);
