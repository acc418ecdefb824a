import { serveWorker } from 'blazen-ts/local';
import { methods } from './methods.ts';

serveWorker(globalThis, methods);
