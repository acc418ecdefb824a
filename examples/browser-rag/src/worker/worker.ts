import { type PortLike, serveWorker } from 'blazen-ts/local';
import { methods } from './methods.ts';

serveWorker(globalThis as unknown as PortLike, methods);
